//! What is said of a job: the same words for lines and for bars.

use super::amounts::{bytes, clock, span};
use crate::model::clean::clean;
use crate::model::job::{Job, JobEvent, Progress, Step, StepState, Track, TrackResult, Transfer};
use crate::model::rollout::Steer;

/// `load done: 12 layers`, `send skipped: the host has it`, `verify failed: the hash differs`.
pub(super) fn step_words(step: &Step, state: &StepState) -> String {
    let detail = match state {
        StepState::Waiting | StepState::Running | StepState::Done(None) => None,
        StepState::Done(Some(note)) => Some(note),
        StepState::Skipped(why) => Some(why),
        StepState::Failed(failure) => Some(&failure.cause),
    };
    let detail = detail.map(|text| format!(": {text}")).unwrap_or_default();
    clean(&format!("{step} {}{detail}", state.word()))
}

/// `paused by me@desk`: what somebody said to the job, maybe from another process; none for other events.
pub(super) fn said_words(event: &JobEvent) -> Option<String> {
    let (what, operator) = match event {
        JobEvent::Steered { steer, operator, .. } => (steer_words(steer), operator),
        JobEvent::Cancelling { operator, .. } => ("cancelled".to_owned(), operator),
        _ => return None,
    };
    Some(format!("{what} by {operator}"))
}

fn steer_words(steer: &Steer) -> String {
    match steer {
        Steer::Pause => "paused".to_owned(),
        Steer::Continue => "continued".to_owned(),
        Steer::Approve => "approved".to_owned(),
        Steer::Skip(target) => format!("{target} left out"),
        Steer::Retry(target) => format!("{target} to be tried again, said"),
    }
}

/// `send 12.3 MB of 445 MB, 9.80 MB/s, 0:42 left`.
///
/// Of a step that counts steps: `build 3 of 7`.
pub(super) fn progress_words(step: &Step, progress: &Progress) -> String {
    if step.kind.counts_steps() {
        let of = progress
            .total
            .map(|total| format!(" of {total}"))
            .unwrap_or_default();
        return clean(&format!("{step} {}{of}", progress.done));
    }
    let total = progress
        .total
        .map(|total| format!(" of {}", bytes(total)))
        .unwrap_or_default();
    let rate = match progress.rate {
        0 => String::new(),
        rate => format!(", {}/s", bytes(rate)),
    };
    let left = progress
        .seconds_left()
        .map(|left| format!(", {} left", clock(left)))
        .unwrap_or_default();
    clean(&format!("{step} {}{total}{rate}{left}", bytes(progress.done)))
}

/// `done: active v1.1.0`, `failed`, `cancelled: before send`.
pub(super) fn result_words(result: &TrackResult) -> String {
    let detail = match result {
        TrackResult::Done(None) => None,
        TrackResult::Done(Some(text))
        | TrackResult::Cancelled(text)
        | TrackResult::NotBegun(text)
        | TrackResult::Skipped(text) => Some(text.clone()),
        TrackResult::Failed(failure) => Some(format!("{}: {}", failure.step.word(), failure.cause)),
    };
    let detail = detail.map(|text| format!(": {text}")).unwrap_or_default();
    clean(&format!("{}{detail}", result.word()))
}

/// `, delta against convocate:v1.0.0: 182 kB instead of 445 MB`.
pub(in crate::ui::cli) fn transfer_words(transfer: &Transfer) -> String {
    clean(&format!(", {}", transfer.words()))
}

/// The end of a job: each target with its result, the way on where one failed, and the verdict.
pub(super) fn end_words(job: &Job) -> Vec<String> {
    let width = target_width(job);
    let mut lines = Vec::new();
    for track in &job.tracks {
        let Track {
            target,
            result,
            transfer,
            ..
        } = track;
        let sent = transfer.as_ref().map(transfer_words).unwrap_or_default();
        let words = result
            .as_ref()
            .map_or_else(|| "not begun".to_owned(), result_words);
        lines.push(format!("{:width$}  {words}{sent}", target.to_string()));
        if let Some(TrackResult::Failed(failure)) = result {
            let indent = " ".repeat(width);
            lines.push(format!("{indent}  {}", clean(&failure.state)));
            lines.push(format!("{indent}  next: {}", clean(&failure.advice)));
        }
    }
    lines.push(verdict_words(job));
    lines
}

fn verdict_words(job: &Job) -> String {
    let took = job
        .ended_at
        .map(|ended| format!(" in {}", span(ended.duration_since(job.started_at))))
        .unwrap_or_default();
    let left_out = match job.plan.refused().len() {
        0 => String::new(),
        n => format!(", {n} left out"),
    };
    format!(
        "{}: {}{took}{left_out} (job {})",
        job.plan.title(),
        job.state.word(),
        job.id
    )
}

/// The columns that the longest target takes.
pub(super) fn target_width(job: &Job) -> usize {
    job.tracks
        .iter()
        .map(|track| track.target.to_string().len())
        .max()
        .unwrap_or_default()
}
