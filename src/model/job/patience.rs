//! How long a job waits for a host that somebody else changes.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Seconds that each target of a job waits at most for the lease of its host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Patience(u64);

impl Patience {
    /// It does not wait: a host that somebody else changes is a failed check.
    pub const NONE: Self = Self(0);

    /// What is waited where nobody said how long.
    pub const USUAL: Self = Self(600);

    /// So long.
    pub fn of(duration: Duration) -> Self {
        Self(duration.as_secs())
    }

    /// As a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }

    /// Whether it does not wait.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}
