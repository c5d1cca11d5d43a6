//! One session of a rollout in a line: its place, what it goes from and to, its step, its health, and why.

use crate::model::job::{Job, StepKind, StepState, Target, Track, TrackResult};
use crate::model::plan::{Plan, RestartTarget};

/// One session of a rollout, as the screen and the command line show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place in the order, from 1.
    pub place: usize,
    /// Which session.
    pub target: Target,
    /// The tag that it is or was on.
    pub before: String,
    /// The tag that it gets.
    pub after: String,
    /// The step that runs, or how it ended.
    pub step: String,
    /// What the probe said of its new container; empty until it did.
    pub health: String,
    /// Why it ended so, or what was said last.
    pub reason: String,
}

/// The rows of a job that restarts sessions, in its order; none for other jobs.
pub fn rows(job: &Job) -> Vec<Row> {
    let Plan::Restart(plan) = &job.plan else {
        return Vec::new();
    };
    let tracks = job.tracks.iter().zip(&plan.sessions).enumerate();
    tracks
        .map(|(index, (track, one))| Row::of(index + 1, track, one, job.state.runs()))
        .collect()
}

impl Row {
    fn of(place: usize, track: &Track, one: &RestartTarget, is_live: bool) -> Self {
        let record = |kind| track.steps.iter().find(|record| record.step.kind == kind);
        let health = match record(StepKind::Probe).map(|record| &record.state) {
            Some(StepState::Running) if track.result.is_none() => "probing".to_owned(),
            Some(StepState::Done(note)) => note.clone().unwrap_or_else(|| "good".to_owned()),
            Some(StepState::Failed(_)) => "bad".to_owned(),
            _ => String::new(),
        };
        let step = match (&track.result, track.running()) {
            (Some(result), _) => result.word().to_owned(),
            (None, Some(running)) if is_live => running.step.to_string(),
            (None, _) if track.is_under_way() && is_live => "between steps".to_owned(),
            (None, _) if track.is_under_way() => "interrupted".to_owned(),
            (None, _) => "waiting".to_owned(),
        };
        let reason = match &track.result {
            Some(TrackResult::Failed(failure)) => format!("{}: {}", failure.step.word(), failure.cause),
            Some(TrackResult::Cancelled(text) | TrackResult::NotBegun(text) | TrackResult::Skipped(text)) => {
                text.clone()
            }
            None if track.is_under_way() || track.waits_for_quiet() => {
                track.lines.back().cloned().unwrap_or_default()
            }
            Some(TrackResult::Done(_)) | None => String::new(),
        };
        Self {
            place,
            target: track.target.clone(),
            before: one.from_tag().to_owned(),
            after: one.onto.tag.to_string(),
            step,
            health,
            reason,
        }
    }
}

impl std::fmt::Display for Row {
    /// `3  eu-01/convocate-session-a  v1.0.0 -> v1.1.0  probe  probing`; what is empty is left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            place,
            target,
            before,
            after,
            step,
            ..
        } = self;
        write!(f, "{place}  {target}  {before} -> {after}  {step}")?;
        for more in [&self.health, &self.reason] {
            if !more.is_empty() {
                write!(f, "  {more}")?;
            }
        }
        Ok(())
    }
}
