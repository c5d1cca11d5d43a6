//! `tagboat job show`: what became of one job, step by step.

use super::args::JobShowArgs;
use super::choose_job::{choose_job, known_jobs};
use super::exit_code::Exit;
use super::job_list::JobReport;
use super::print::amounts::{milliseconds, span};
use super::print::table::Table;
use super::print::words::transfer_words;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::job::{Job, Step, StepRecord, StepState, Track, TrackResult, Transfer};
use crate::model::plan::Plan;
use jiff::Timestamp;
use serde::Serialize;
use std::io::{self, Write};

/// Lines of a target's log that the text form shows; JSON has all that are kept.
const LAST_LINES: usize = 20;

#[derive(Serialize)]
struct ShownJob<'a> {
    v: u8,
    #[serde(flatten)]
    job: JobReport,
    targets: Vec<ShownTrack<'a>>,
    plan: &'a Plan,
}

#[derive(Serialize)]
struct ShownTrack<'a> {
    target: String,
    transfer: Option<&'a Transfer>,
    seconds: f64,
    #[serde(flatten)]
    result: Option<&'a TrackResult>,
    steps: Vec<ShownStep<'a>>,
    log: Vec<&'a str>,
}

#[derive(Serialize)]
struct ShownStep<'a> {
    step: &'a Step,
    #[serde(flatten)]
    state: &'a StepState,
    began_at: Option<Timestamp>,
    over_at: Option<Timestamp>,
    seconds: f64,
    attempts: u32,
}

/// Prints one job.
pub(super) fn job_show(program: &mut Program<'_>, args: &JobShowArgs) -> Result<Exit, Stop> {
    let job = choose_job(known_jobs(program)?, &args.id)?;
    if args.json {
        program.output.json(&shown(&job))?;
    } else {
        let width = program.terminal.width;
        write_job(&job, program.output.results(), width)?;
    }
    Ok(Exit::Done)
}

fn shown(job: &Job) -> ShownJob<'_> {
    ShownJob {
        v: VERSION,
        job: JobReport::of(job),
        targets: job.tracks.iter().map(ShownTrack::of).collect(),
        plan: &job.plan,
    }
}

impl<'a> ShownTrack<'a> {
    fn of(track: &'a Track) -> Self {
        Self {
            target: track.target.to_string(),
            transfer: track.transfer.as_ref(),
            seconds: milliseconds(track.took()),
            result: track.result.as_ref(),
            steps: track.steps.iter().map(ShownStep::of).collect(),
            log: track.lines.iter().map(String::as_str).collect(),
        }
    }
}

impl<'a> ShownStep<'a> {
    fn of(record: &'a StepRecord) -> Self {
        Self {
            step: &record.step,
            state: &record.state,
            began_at: record.began_at,
            over_at: record.over_at,
            seconds: milliseconds(record.spent),
            attempts: record.attempts,
        }
    }
}

fn write_job(job: &Job, out: &mut dyn Write, width: Option<usize>) -> io::Result<()> {
    writeln!(out, "{}", clean(&job.plan.title()))?;
    writeln!(
        out,
        "job {}, {}, started {} by {}",
        job.id,
        job.state.word(),
        job.started_at,
        job.operator
    )?;
    for track in &job.tracks {
        let sent = track.transfer.as_ref().map(transfer_words).unwrap_or_default();
        writeln!(out, "\n{}: {}{sent}", track.target, result_word(track))?;
        let mut table = Table::new(["STEP", "STATE", "TOOK", ""]);
        for record in &track.steps {
            table.row(step_row(record));
        }
        table.write(out, width)?;
        for line in track.lines.iter().rev().take(LAST_LINES).rev() {
            writeln!(out, "  {}", clean(line))?;
        }
    }
    for refusal in job.plan.refused() {
        writeln!(out, "\nleft out: {}", clean(&refusal.to_string()))?;
    }
    if job.is_resumable() {
        writeln!(out, "\nnext: tagboat job resume {}", job.id.short())?;
    }
    out.flush()
}

fn result_word(track: &Track) -> &'static str {
    match &track.result {
        Some(result) => result.word(),
        None if track.running().is_some() => "under way",
        None => "not begun",
    }
}

fn step_row(record: &StepRecord) -> [String; 4] {
    let took = match record.over_at {
        Some(_) if record.attempts > 1 => format!("{}, {} tries", span(record.spent), record.attempts),
        Some(_) => span(record.spent),
        None => String::new(),
    };
    let detail = match &record.state {
        StepState::Waiting | StepState::Running | StepState::Done(None) => String::new(),
        StepState::Done(Some(text)) | StepState::Skipped(text) => text.clone(),
        StepState::Failed(failure) => {
            format!("{}. {} Next: {}", failure.cause, failure.state, failure.advice)
        }
    };
    [
        record.step.to_string(),
        record.state.word().to_owned(),
        took,
        detail,
    ]
}
