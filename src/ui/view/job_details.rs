//! A job closely: for each target its steps, its progress, its result, and on a failure what to do next.
//!
//! ```text
//! push convocate:v3.2.0 to 3 hosts
//! ● running  1 of 3 done  45 %   2m 10s
//!
//! ✓ eu-01  done  1m 02s  sent 182 kB
//! ● eu-02  send
//!     ✓ check     26.1, classic store
//!     ● send      ▮▮▮▮▮▯▯▯▯▯ 45 %  82.0 kB of 182 kB  12.0 kB/s  8s left
//!     ○ verify
//! ```

use super::document::Document;
use super::{Look, standing};
use crate::model::console::{Action, Screen, State, tally};
use crate::model::failure::Failure;
use crate::model::job::{
    Job, JobState, Progress, StepRecord, StepState, Track, TrackResult, Transfer, Verdict,
};
use crate::model::names::JobId;
use crate::model::plan::Plan;
use crate::ui::format;
use crate::ui::text;
use crate::ui::theme::Role;
use jiff::Timestamp;
use ratatui::text::Span;

/// The details as a text.
pub(super) fn document<'l>(state: &State, look: &'l Look<'l>, width: usize, id: &JobId) -> Document<'l> {
    let mut document = Document::new(look, width);
    let Some(job) = state.jobs.get(id) else {
        document.paragraph(0, Role::Warn, "There is no such job.");
        return document;
    };
    head(&mut document, look, job, state.clock.now);
    for track in &job.tracks {
        document.gap();
        self::track(&mut document, look, track, job.tracks.len() == 1, state.clock.now);
    }
    document.gap();
    document.field("undo", Role::Muted, &job.plan.undo());
    document
}

fn head(document: &mut Document<'_>, look: &Look<'_>, job: &Job, now: Timestamp) {
    document.heading(&job.plan.title());
    let said = standing::of_job(job.state, look);
    let sums = tally(job);
    let until = job.ended_at.or(job.state.runs().then_some(now));
    let mut line = vec![
        look.span(said.role, said.text()),
        Span::raw(format!("  {} of {} done", sums.done, sums.targets)),
    ];
    if sums.failed > 0 {
        line.push(look.span(Role::Bad, format!("  {} failed", sums.failed)));
    }
    if job.state.runs() {
        let percent = sums.permille / 10;
        line.push(Span::raw(format!(
            "  {} {percent} %",
            look.bar(sums.permille, 10)
        )));
    }
    if let Some(until) = until {
        line.push(look.span(
            Role::Muted,
            format!("  {}", format::between(job.started_at, until)),
        ));
    }
    if let Some(sent) = job.sent() {
        line.push(Span::raw(format!("  sent {}", sent.words())));
    }
    document.line(line);
    let origin = format!(
        "job {} by {}, started {}",
        job.id,
        job.operator,
        format::moment(job.started_at)
    );
    document.paragraph(0, Role::Muted, &origin);
    let next = match job.state {
        JobState::Ended(Verdict::Done) => after_success(look, job),
        JobState::Ended(Verdict::Partly) => {
            Some("what is done stays done; the same again works on the rest".to_owned())
        }
        JobState::Interrupted => {
            let key = look.keymap.key(Action::ResumeJob);
            Some(format!(
                "nobody runs it: {key} resumes it at the step where it stopped"
            ))
        }
        JobState::Elsewhere => Some(elsewhere(job).to_owned()),
        JobState::Cancelling => Some("the step that runs is being ended".to_owned()),
        JobState::Running | JobState::Ended(Verdict::Failed | Verdict::Cancelled) => None,
    };
    if let Some(next) = next {
        let role = match job.state {
            JobState::Ended(Verdict::Done) => Role::Plain,
            _ => Role::Warn,
        };
        document.paragraph(0, role, &next);
    }
}

/// What another process does with it is read from its journal; only bytes are counted there alone.
fn elsewhere(job: &Job) -> &'static str {
    if job.steering.is_cancelled {
        "another process runs it; the step that runs is being ended"
    } else {
        "another process runs it: its steps are seen here too, and what is said here goes to it"
    }
}

/// A push and a stamp change no session, so there is something left to do.
fn after_success(look: &Look<'_>, job: &Job) -> Option<String> {
    let is_for_new_sessions = matches!(job.plan, Plan::Push(_) | Plan::Activate(_));
    let key = |action| look.keymap.key(action);
    is_for_new_sessions.then(|| {
        format!(
            "sessions keep their pinned tag: {} shows them, {}is:behind those that are behind, {} restarts them",
            key(Action::Show(Screen::Sessions)),
            key(Action::Filter),
            key(Action::Restart)
        )
    })
}

fn track(document: &mut Document<'_>, look: &Look<'_>, track: &Track, is_only_one: bool, now: Timestamp) {
    title(document, look, track, now);
    let is_running =
        track.result.is_none() && track.steps_over().0 + usize::from(track.running().is_some()) > 0;
    let is_told = is_only_one || is_running || matches!(track.result, Some(TrackResult::Failed(_)));
    if !is_told {
        return;
    }
    steps(document, look, track, now);
    if let Some(TrackResult::Failed(failure)) = &track.result {
        self::failure(document, failure);
    }
    let has_failed = matches!(track.result, Some(TrackResult::Failed(_)));
    let lines = match (is_only_one, has_failed) {
        (true, true) => 20,
        (true, false) => 12,
        (false, _) => 3,
    };
    let skipped = track.lines.len().saturating_sub(lines);
    for line in track.lines.iter().skip(skipped) {
        document.paragraph(4, Role::Muted, &format!("{} {line}", look.glyphs.frame[1]));
    }
}

/// The steps of one target.
pub(super) fn steps(document: &mut Document<'_>, look: &Look<'_>, track: &Track, now: Timestamp) {
    for record in &track.steps {
        step(document, look, record, track.progress.as_ref(), now);
    }
}

fn title(document: &mut Document<'_>, look: &Look<'_>, track: &Track, now: Timestamp) {
    let (over, all) = track.steps_over();
    let (role, text, note) = match (&track.result, track.running()) {
        (Some(result), _) => {
            let said = standing::of_result(result, look);
            let note = match result {
                TrackResult::Done(note) => note.clone().unwrap_or_default(),
                TrackResult::Failed(_) => String::new(),
                TrackResult::Cancelled(state)
                | TrackResult::NotBegun(state)
                | TrackResult::Skipped(state) => state.clone(),
            };
            (said.role, said.text(), note)
        }
        (None, Some(running)) => (
            Role::Busy,
            format!("{} {}", look.glyphs.running, running.step),
            format!("step {} of {all}", (over + 1).min(all)),
        ),
        (None, None) if over == 0 => (
            Role::Muted,
            format!("{} waiting", look.glyphs.idle),
            String::new(),
        ),
        (None, None) => (
            Role::Busy,
            format!("{} between steps", look.glyphs.busy),
            format!("{over} of {all} steps over"),
        ),
    };
    let began = track.steps.iter().find_map(|record| record.began_at);
    let over_at = track.steps.iter().filter_map(|record| record.over_at).max();
    let until = if track.result.is_some() {
        over_at
    } else {
        Some(now)
    };
    let took = began
        .zip(until)
        .map(|(began, until)| format!("  {}", format::between(began, until)));
    let sent = track.transfer.as_ref().map(Transfer::words);
    let notes = [sent, Some(note).filter(|note| !note.is_empty())];
    let note = notes
        .into_iter()
        .flatten()
        .fold(String::new(), |line, note| line + "  " + &note);
    document.line(vec![
        look.span(Role::Heading, track.target.to_string()),
        Span::raw("  "),
        look.span(role, text),
        look.span(Role::Muted, took.unwrap_or_default()),
        look.span(Role::Plain, note),
    ]);
}

fn step(
    document: &mut Document<'_>,
    look: &Look<'_>,
    record: &StepRecord,
    progress: Option<&Progress>,
    now: Timestamp,
) {
    let said = standing::of_step(&record.state, look);
    let name = record.step.to_string();
    let name = text::pad(&name, 10);
    let note = match &record.state {
        StepState::Running => match progress {
            Some(progress) if record.step.kind.counts_steps() => counted(look, progress),
            Some(progress) => self::progress(look, progress),
            None => format!("for {}", format::span(record.spent_until(now))),
        },
        StepState::Done(note) => {
            let took = record.over_at.map(|_| format::span(record.spent));
            let parts = [note.clone(), took].into_iter().flatten();
            parts.collect::<Vec<_>>().join(", ")
        }
        StepState::Skipped(why) => format!("skipped: {why}"),
        StepState::Failed(_) => "failed, see below".to_owned(),
        // A way that the host did not allow went further than the one that is tried now.
        StepState::Waiting if record.attempts > 0 => "to do again".to_owned(),
        StepState::Waiting => String::new(),
    };
    let tries = match record.attempts {
        0 | 1 => String::new(),
        tries => format!(", {tries} tries"),
    };
    let note = note + &tries;
    let role = match record.state {
        StepState::Running => Role::Plain,
        StepState::Failed(_) => Role::Bad,
        _ => Role::Muted,
    };
    document.columns(
        4,
        &[vec![(said.role, format!("{} {name}", said.sign)), (role, note)]],
    );
}

/// `▮▮▮▮▮▯▯▯▯▯ 3 of 7`.
fn counted(look: &Look<'_>, progress: &Progress) -> String {
    match (progress.permille(), progress.total) {
        (Some(permille), Some(total)) => format!("{} {} of {total}", look.bar(permille, 12), progress.done),
        _ => progress.done.to_string(),
    }
}

/// `▮▮▮▮▮▯▯▯▯▯ 45 %  82.0 kB of 182 kB  12.0 kB/s  8s left`.
fn progress(look: &Look<'_>, progress: &Progress) -> String {
    let mut text = match (progress.permille(), progress.total) {
        (Some(permille), Some(total)) => format!(
            "{} {} %  {} of {}",
            look.bar(permille, 12),
            permille / 10,
            format::bytes(progress.done),
            format::bytes(total)
        ),
        _ => format::bytes(progress.done),
    };
    if progress.rate > 0 {
        text = format!("{text}  {}", format::rate(progress.rate));
    }
    if let Some(left) = progress.seconds_left() {
        text = format!("{text}  {} left", format::seconds(left));
    }
    text
}

pub(super) fn failure(document: &mut Document<'_>, failure: &Failure) {
    let place = failure
        .host
        .as_ref()
        .map_or_else(|| "here".to_owned(), ToString::to_string);
    let at = format!("{place}, step {}", failure.step.word());
    document.indented_field(4, "failed at", Role::Bad, &at);
    document.indented_field(4, "cause", Role::Bad, &failure.cause);
    document.indented_field(4, "state now", Role::Plain, &failure.state);
    document.indented_field(4, "next", Role::Heading, &failure.advice);
    let again = if failure.retryable {
        "the same again can succeed"
    } else {
        "the same again fails the same way; mend the cause first"
    };
    document.indented_field(4, "again", Role::Muted, again);
}
