//! How long ago something was, in whole seconds.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whole seconds since something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Age(pub u64);

impl Age {
    /// The time between two moments in seconds since the epoch; none where the first one is not over yet.
    pub(super) fn between(then: i64, now: i64) -> Self {
        Self(u64::try_from(now.saturating_sub(then)).unwrap_or(0))
    }

    /// Whether it is shorter than a span.
    pub fn is_within(self, span: Duration) -> bool {
        Duration::from_secs(self.0) < span
    }
}

impl std::fmt::Display for Age {
    /// `12 s`, `4 min`, `3 h`, `2 d`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            seconds @ 0..120 => write!(f, "{seconds} s"),
            seconds @ 120..7200 => write!(f, "{} min", seconds / 60),
            seconds @ 7200..172_800 => write!(f, "{} h", seconds / 3600),
            seconds => write!(f, "{} d", seconds / 86_400),
        }
    }
}
