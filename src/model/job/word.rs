//! What an operator says to a job that runs, from the process that runs it or from another one.

use super::{Job, JobState};
use crate::model::rollout::Steer;
use serde::{Deserialize, Serialize};

/// A word to a job that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum Word {
    /// End: what runs is ended, and nothing else begins.
    Cancel,
    /// Something that only a rollout understands.
    Steer(Steer),
}

impl Word {
    /// The word on the command line and in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Steer(steer) => steer.word(),
        }
    }

    /// Why this cannot be said to the job as it is now; none if it can.
    pub fn objection(&self, job: &Job) -> Option<String> {
        match (job.state, self) {
            (JobState::Interrupted, _) => Some("nobody runs it".to_owned()),
            (JobState::Ended(verdict), _) => Some(format!("it ended: {}", verdict.word())),
            (JobState::Cancelling, _) => Some(BEING_CANCELLED.to_owned()),
            _ if job.steering.is_cancelled => Some(BEING_CANCELLED.to_owned()),
            (_, Self::Steer(steer)) => steer.objection(job),
            (_, Self::Cancel) => None,
        }
    }
}

/// What a job that ends answers to every word.
pub const BEING_CANCELLED: &str = "it is being cancelled";
