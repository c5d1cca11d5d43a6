//! What a rollout does next: a pure answer to where its job stands, what runs, and what has to wait.

use super::RolloutOrder;
use crate::model::job::{Job, Target, Track, TrackResult};
use std::collections::BTreeSet;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Begin these sessions, at the same time.
    Begin(Vec<Target>),
    /// Nothing can begin until something happens.
    Wait(Pause),
    /// No other session will begin; why, where some are left.
    End(Option<String>),
}

/// What a rollout waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The sessions of the wave that runs.
    Wave,
    /// The operator, who paused it.
    Operator,
    /// The operator, who looks at the canaries.
    Approval,
    /// Sessions that are at work: none of those that are left is quiet.
    Quiet,
}

/// What the rollout does next. `running` are the sessions that are being restarted now; `busy` those that are left and
/// not quiet: others go before them.
pub fn next(job: &Job, order: &RolloutOrder, running: &BTreeSet<Target>, busy: &BTreeSet<Target>) -> Next {
    let open = || {
        let tracks = job.tracks.iter();
        tracks.filter(|track| track.result.is_none() && !running.contains(&track.target))
    };
    if let Some(why) = ended_by(job, order) {
        return if running.is_empty() {
            Next::End(Some(why))
        } else {
            Next::Wait(Pause::Wave)
        };
    }
    if !running.is_empty() {
        return Next::Wait(Pause::Wave);
    }
    if open().next().is_none() {
        return Next::End(None);
    }
    if job.steering.is_paused {
        return Next::Wait(Pause::Operator);
    }
    let portion = match missing_canaries(job, order) {
        0 if awaits_approval(job, order) => return Next::Wait(Pause::Approval),
        0 => order.wave.get(),
        missing => missing,
    };
    let quiet = open()
        .map(|track| &track.target)
        .filter(|target| !busy.contains(target));
    let begin: Vec<_> = quiet.take(portion).cloned().collect();
    if begin.is_empty() {
        Next::Wait(Pause::Quiet)
    } else {
        Next::Begin(begin)
    }
}

/// How many canaries have not proved themselves yet.
pub(super) fn missing_canaries(job: &Job, order: &RolloutOrder) -> usize {
    let Some(canary) = order.canary else {
        return 0;
    };
    let is_in = |track: &&Track| !matches!(track.result, Some(TrackResult::Skipped(_)));
    let all = job.tracks.iter().filter(is_in).count();
    let done = job.tracks.iter().filter(|track| track.is_done()).count();
    canary.sessions.get().min(all).saturating_sub(done)
}

/// Whether the canaries are good and the operator has not said so yet.
pub(super) fn awaits_approval(job: &Job, order: &RolloutOrder) -> bool {
    let asks = order.canary.is_some_and(|canary| canary.approval);
    let is_left = job.tracks.iter().any(|track| track.result.is_none());
    asks && is_left && !job.steering.is_approved && missing_canaries(job, order) == 0
}

/// The failure after which nothing more may begin.
fn ended_by(job: &Job, order: &RolloutOrder) -> Option<String> {
    let failed: Vec<&Track> = job
        .tracks
        .iter()
        .filter(|track| {
            matches!(
                track.result,
                Some(TrackResult::Failed(_) | TrackResult::Cancelled(_) | TrackResult::NotBegun(_))
            )
        })
        .collect();
    let is_canary = missing_canaries(job, order) > 0;
    let most = if is_canary { 0 } else { order.max_failures };
    let last = failed.last()?;
    let word = last.result.as_ref().map_or("failed", TrackResult::word);
    (failed.len() > most).then(|| match (is_canary, failed.len()) {
        (true, _) => format!("the canary {} was not restarted ({word})", last.target),
        (false, 1) => format!("{} was not restarted ({word})", last.target),
        (false, n) => format!(
            "{n} sessions were not restarted, {} the last of them ({word})",
            last.target
        ),
    })
}
