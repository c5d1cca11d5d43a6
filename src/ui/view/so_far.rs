//! What became of a job so far, in the plan that takes it up again.
//!
//! ```text
//! so far       begun 9h ago by kim@laptop, interrupted; 2 of 5 sessions are left
//!
//! eu-01/convocate-session-atlas  v3.0.0 → v3.1.0  stays up for 5 s, ...
//!   so far: failed: it ended with exit code 1
//! ```

use super::document::Document;
use crate::model::console::{Origin, State};
use crate::model::job::{Job, JobState, StepState, Target, TrackResult, Verdict};
use crate::model::plan::PlanLine;
use crate::ui::format;
use crate::ui::theme::Role;
use jiff::Timestamp;

/// The job that a plan takes up, with the targets that it will work on.
pub(super) fn job<'s>(state: &'s State, origin: &'s Origin) -> Option<(&'s Job, &'s [Target])> {
    match origin {
        Origin::New => None,
        Origin::Resume { job, left, .. } => state.jobs.get(job).map(|job| (job, left.as_slice())),
    }
}

/// Whose it is, how old it is, and how much of it is left.
pub(super) fn head(document: &mut Document<'_>, job: &Job, left: &[Target], now: Timestamp) {
    let all = job.tracks.len();
    let noun = match job.tracks.first() {
        Some(track) if track.target.session.is_some() => "session",
        _ => "host",
    };
    let is_left = match left.len() {
        0 => "nothing is left to do but to note its end".to_owned(),
        1 => format!("1 of {} is left", format::count(all, noun)),
        n => format!("{n} of {} are left", format::count(all, noun)),
    };
    let ended = match job.state {
        JobState::Ended(Verdict::Done) | JobState::Running => String::new(),
        state => format!(", {}", state.word()),
    };
    let text = format!(
        "begun {} ago by {}{ended}; {is_left}",
        format::age(job.started_at, now),
        job.operator
    );
    document.field("so far", Role::Warn, &text);
    document.gap();
}

/// Whether a line of the plan is done and not done again: its target, or this one thing of it.
pub(super) fn is_over(job: &Job, left: &[Target], line: &PlanLine) -> bool {
    let is_this_done = || {
        job.track(&line.target).is_some_and(|track| {
            track.steps.iter().any(|record| {
                record.step.subject.as_deref() == Some(line.before.as_str())
                    && matches!(record.state, StepState::Done(_))
            })
        })
    };
    !left.contains(&line.target) || is_this_done()
}

/// What became of one target.
pub(super) fn of_target(document: &mut Document<'_>, job: &Job, target: &Target) {
    let Some(track) = job.track(target) else {
        return;
    };
    let (role, text) = match (&track.result, track.is_under_way()) {
        (Some(TrackResult::Failed(failure)), _) => (Role::Bad, format!("failed: {}", failure.cause)),
        (Some(TrackResult::Skipped(why)), _) => (Role::Warn, format!("skipped: {why}")),
        (Some(TrackResult::Cancelled(state)), _) => (Role::Warn, format!("cancelled: {state}")),
        (Some(TrackResult::Done(_)), _) => return,
        (None, true) => {
            let last = track
                .steps
                .iter()
                .rev()
                .find(|record| record.state != StepState::Waiting);
            let at = last.map(|record| record.step.to_string()).unwrap_or_default();
            (Role::Warn, format!("begun, and left at the step {at}"))
        }
        (Some(TrackResult::NotBegun(_)) | None, _) => (Role::Muted, "not begun".to_owned()),
    };
    document.paragraph(2, role, &format!("so far: {text}"));
}
