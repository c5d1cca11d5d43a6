//! What work that was interrupted, or that never began, has left on a host.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A file in the staging directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedFile {
    /// Where.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Since it was changed.
    pub age: Duration,
}

impl StagedFile {
    /// A file that nothing wrote to for so long belongs to no push that runs.
    pub const STALE: Duration = Duration::from_hours(1);
}

impl InterruptedRestart {
    /// Whether nobody is at it any more: a console that still prepares one has an hour.
    pub fn is_abandoned(&self) -> bool {
        !self.is_running && (self.is_made || self.age > Duration::from_hours(1))
    }
}

/// A restart whose journal has no end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterruptedRestart {
    /// The name of its journal: the job and the session.
    pub journal: String,
    /// Whether the host works on it now.
    pub is_running: bool,
    /// Whether its new containers are made: until then it is the console that works on it.
    pub is_made: bool,
    /// Since its journal was changed.
    pub age: Duration,
}

/// A bind whose source is an empty directory of root: what Docker makes where nothing was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmptyBind {
    /// The container.
    pub container: String,
    /// The path on the host.
    pub source: String,
    /// The path in the container.
    pub inside: String,
}

/// How the prune is doing that the host runs alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyPrune {
    /// Whether it is switched off.
    pub is_disabled: bool,
    /// How long ago it wrote its log; none where it never did.
    pub ran: Option<Duration>,
    /// Since its file is there as it is; none where it is not there.
    pub there: Option<Duration>,
}
