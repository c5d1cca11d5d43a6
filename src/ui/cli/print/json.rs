//! A job as JSON lines: each event as the journal has it, with the version and the job; the last line is the end.

use super::amounts::milliseconds;
use crate::model::failure::Refusal;
use crate::model::job::{Job, JobEvent, Track, TrackResult, Transfer};
use crate::model::names::{HostName, JobId};
use crate::ui::cli::exit_code::Exit;
use crate::ui::cli::follow::JobPrinter;
use crate::ui::cli::output::Output;
use crate::ui::cli::report::VERSION;
use crate::ui::cli::stop::Stop;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

/// Prints one event per line.
pub(in crate::ui::cli) struct JsonPrinter;

#[derive(Serialize)]
struct EventLine<'a> {
    v: u8,
    job: &'a JobId,
    #[serde(flatten)]
    event: &'a JobEvent,
}

#[derive(Serialize)]
struct EndLine<'a> {
    v: u8,
    job: &'a JobId,
    event: &'static str,
    verdict: &'static str,
    at: Option<Timestamp>,
    exit: Exit,
    results: Vec<ResultLine<'a>>,
    refused: &'a [Refusal],
}

/// What became of one target; times are in seconds.
#[derive(Serialize)]
struct ResultLine<'a> {
    target: String,
    host: &'a HostName,
    #[serde(flatten)]
    transfer: Option<&'a Transfer>,
    seconds: f64,
    steps: BTreeMap<String, f64>,
    #[serde(flatten)]
    result: Option<&'a TrackResult>,
}

impl<'a> ResultLine<'a> {
    fn of(track: &'a Track) -> Self {
        Self {
            target: track.target.to_string(),
            host: &track.target.host,
            transfer: track.transfer.as_ref(),
            seconds: milliseconds(track.took()),
            steps: track
                .steps
                .iter()
                .filter(|record| record.began_at.is_some())
                .map(|record| (record.step.to_string(), milliseconds(record.spent)))
                .collect(),
            result: track.result.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct StopLine<'a> {
    v: u8,
    event: &'static str,
    #[serde(flatten)]
    stop: &'a Stop,
}

impl JobPrinter for JsonPrinter {
    fn event(&mut self, output: &mut Output<'_>, job: &Job, event: &JobEvent) -> io::Result<()> {
        // The end is told once, with the results of all targets.
        if matches!(event, JobEvent::Ended { .. }) {
            return Ok(());
        }
        output.json(&EventLine {
            v: VERSION,
            job: &job.id,
            event,
        })
    }

    fn note(&mut self, output: &mut Output<'_>, text: &str) -> io::Result<()> {
        output.aside(text)
    }

    fn end(&mut self, output: &mut Output<'_>, job: &Job, exit: Exit) -> io::Result<()> {
        output.json(&EndLine {
            v: VERSION,
            job: &job.id,
            event: "ended",
            verdict: job.state.word(),
            at: job.ended_at,
            exit,
            results: job.tracks.iter().map(ResultLine::of).collect(),
            refused: job.plan.refused(),
        })
    }
}

/// Prints why a run ended before its work was done.
pub(in crate::ui::cli) fn stop_line(output: &mut Output<'_>, stop: &Stop) -> io::Result<()> {
    output.json(&StopLine {
        v: VERSION,
        event: "stopped",
        stop,
    })
}
