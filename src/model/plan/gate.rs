//! What confirms a plan: the more it can cost, the more it asks (research/tui.md section 7.2).

use serde::{Deserialize, Serialize};

/// The answer that a plan needs before it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gate", content = "word", rename_all = "snake_case")]
pub enum Gate {
    /// One bar at the foot of the screen; `y` alone confirms. One target, and a restart brings it back.
    Bar,
    /// The plan is shown; `y` alone confirms.
    Plan,
    /// The plan is shown, and this text must be typed: a host, a tag or a count.
    Typed(String),
}
