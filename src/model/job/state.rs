//! Where a job is in its life, as far as this process knows.

use super::Verdict;

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It runs in this process.
    Running,
    /// It was cancelled and comes to its end.
    Cancelling,
    /// It has no end and nobody runs it: its process died. It can be resumed.
    Interrupted,
    /// Another process of this machine runs it.
    Elsewhere,
    /// It ended.
    Ended(Verdict),
}

impl JobState {
    /// The state in the words of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Interrupted => "interrupted",
            Self::Elsewhere => "runs elsewhere",
            Self::Ended(verdict) => verdict.word(),
        }
    }
    /// Whether somebody works on it now: this process or another one.
    pub fn runs(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling | Self::Elsewhere)
    }
}
