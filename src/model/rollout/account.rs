//! Where a rollout stands, in numbers and in one line: the same words on the screen and on the command line.

use super::next::{awaits_approval, missing_canaries};
use crate::model::job::{Job, JobState, Track, TrackResult, Verdict};

/// The part of its way that a rollout is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Canaries are restarted.
    Canary,
    /// The canaries are good, and the operator is asked.
    Approval,
    /// The others follow.
    Waves,
    /// Nothing is restarted now, and none of those that are left is quiet.
    Quiet,
    /// The operator paused it.
    Paused,
    /// It is being cancelled.
    Cancelling,
    /// Its console is gone.
    Interrupted,
    /// The others follow, and another process does that.
    Elsewhere,
    /// It ended.
    Ended(Verdict),
}

impl Stage {
    /// The stage in the words of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Canary => "canary",
            Self::Approval => "waits for your approval",
            Self::Waves => "running",
            Self::Quiet => "waits for a quiet session",
            Self::Paused => "paused",
            Self::Cancelling => "cancelling",
            Self::Interrupted => "interrupted",
            Self::Elsewhere => "runs elsewhere",
            Self::Ended(verdict) => verdict.word(),
        }
    }
}

/// How many sessions of a rollout are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// All of them.
    pub sessions: usize,
    /// On the new tag.
    pub done: usize,
    /// Failed; they are what they were before.
    pub failed: usize,
    /// Left out by the operator.
    pub skipped: usize,
    /// Being restarted now.
    pub running: usize,
    /// Cancelled, or not begun because of another's failure.
    pub not_begun: usize,
    /// What the rollout does now.
    pub stage: Stage,
}

impl Account {
    /// The account of a job that restarts sessions; none for other jobs.
    pub fn of(job: &Job) -> Option<Self> {
        let order = job.plan.rollout()?;
        let stage = match job.state {
            JobState::Cancelling => Stage::Cancelling,
            JobState::Interrupted => Stage::Interrupted,
            JobState::Ended(verdict) => Stage::Ended(verdict),
            _ if job.steering.is_cancelled => Stage::Cancelling,
            _ if job.steering.is_paused => Stage::Paused,
            // Before the quiet: a wait that was given up for the canary has no end in the journal, and nothing goes on for it
            // before the approval.
            _ if awaits_approval(job, order) => Stage::Approval,
            _ if is_held_by_work(job) => Stage::Quiet,
            _ if missing_canaries(job, order) > 0 => Stage::Canary,
            JobState::Elsewhere => Stage::Elsewhere,
            JobState::Running => Stage::Waves,
        };
        let mut account = Self {
            sessions: job.tracks.len(),
            done: 0,
            failed: 0,
            skipped: 0,
            running: 0,
            not_begun: 0,
            stage,
        };
        for track in &job.tracks {
            match &track.result {
                Some(TrackResult::Done(_)) => account.done += 1,
                Some(TrackResult::Failed(_)) => account.failed += 1,
                Some(TrackResult::Skipped(_)) => account.skipped += 1,
                Some(TrackResult::Cancelled(_) | TrackResult::NotBegun(_)) => account.not_begun += 1,
                None if job.state.runs() && track.is_under_way() => account.running += 1,
                None => {}
            }
        }
        Some(account)
    }

    /// `12/40 done · 1 failed · 2 skipped · paused`.
    pub fn words(&self) -> String {
        let mut words = vec![format!("{}/{} done", self.done, self.sessions)];
        let counted = [
            (self.failed, "failed"),
            (self.skipped, "skipped"),
            (self.running, "restarting"),
            (self.not_begun, "not begun"),
        ];
        words.extend(
            counted
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, word)| format!("{n} {word}")),
        );
        words.push(self.stage.word().to_owned());
        words.join(" · ")
    }
}

fn is_held_by_work(job: &Job) -> bool {
    let mut tracks = job.tracks.iter();
    tracks.clone().any(Track::waits_for_quiet) && !tracks.any(Track::is_under_way)
}
