//! What an operator tells a rollout while it runs, and what follows from it.

use super::next::awaits_approval;
use crate::model::job::{Job, Target, TrackResult};
use serde::{Deserialize, Serialize};

/// A word to a running rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "steer", content = "target", rename_all = "snake_case")]
pub enum Steer {
    /// Begin no other session; what runs comes to its end.
    Pause,
    /// Go on after a pause.
    Continue,
    /// The canaries are good: go on with the waves.
    Approve,
    /// Leave this session out; it keeps its container.
    Skip(Target),
    /// Try this session again, which had failed.
    Retry(Target),
}

/// What other jobs answer.
pub const ONLY_ROLLOUTS: &str = "only restarts of sessions can be steered";

/// What the operator has told so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Steering {
    /// Whether it is to begin nothing.
    pub is_paused: bool,
    /// Whether the canaries were found good.
    pub is_approved: bool,
    /// Whether it was told to end.
    pub is_cancelled: bool,
}

impl Steer {
    /// The word on the command line and in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Continue => "continue",
            Self::Approve => "approve",
            Self::Skip(_) => "skip",
            Self::Retry(_) => "retry",
        }
    }

    /// Why a session cannot be left out any more.
    pub fn too_late(target: &Target) -> String {
        format!("{target} is being restarted; cancel the rollout to put it back")
    }

    /// Why this cannot be told to the job as it is now; none if it can.
    pub fn objection(&self, job: &Job) -> Option<String> {
        let Some(order) = job.plan.rollout() else {
            return Some(ONLY_ROLLOUTS.to_owned());
        };
        match self {
            Self::Pause => job.steering.is_paused.then(|| "it is paused already".to_owned()),
            Self::Continue => (!job.steering.is_paused).then(|| "it is not paused".to_owned()),
            Self::Approve if order.canary.is_none_or(|canary| !canary.approval) => {
                Some("it asks for no approval".to_owned())
            }
            Self::Approve if job.steering.is_approved => Some("it is approved already".to_owned()),
            Self::Approve => {
                (!awaits_approval(job, order)).then(|| "its canaries are not done yet".to_owned())
            }
            Self::Skip(target) => match job.track(target) {
                None => Some(format!("{target} is not in it")),
                Some(track) => match &track.result {
                    Some(result) => Some(format!("{target} is {} already", result.word())),
                    None => track.is_under_way().then(|| Self::too_late(target)),
                },
            },
            Self::Retry(target) => match job.track(target).map(|track| &track.result) {
                None => Some(format!("{target} is not in it")),
                Some(Some(TrackResult::Failed(_) | TrackResult::Skipped(_))) => None,
                Some(Some(result)) => Some(format!("{target} is {}", result.word())),
                Some(None) => Some(format!("{target} has not failed")),
            },
        }
    }
}
