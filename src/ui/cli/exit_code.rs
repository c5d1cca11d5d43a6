//! The exit codes: what a script learns without reading a word.

use crate::model::job::{Job, Verdict};
use serde::Serialize;

/// How a run of the command line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is as it was asked for.
    Done,
    /// It failed.
    Failed,
    /// The command line or the config is wrong.
    Usage,
    /// It was declined; nothing was changed.
    Refused,
    /// Some hosts or sessions are as it was asked for, some are not.
    Partly,
    /// The operator stopped it.
    Interrupted,
}

impl Exit {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Partly => 4,
            Self::Interrupted => 130,
        }
    }

    /// The end of a job. A host that the plan left out keeps a good job from being all that was asked for.
    pub fn of_job(job: &Job, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Done if !job.plan.refused().is_empty() => Self::Partly,
            Verdict::Done => Self::Done,
            Verdict::Partly => Self::Partly,
            Verdict::Failed => Self::Failed,
            Verdict::Cancelled => Self::Interrupted,
        }
    }
}

impl Serialize for Exit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.code())
    }
}
