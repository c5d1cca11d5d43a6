//! Watching: the events of each engine and a full list every 30 seconds, told as deltas.

mod backoff;
mod host;
mod source;

pub use host::{HostWatcher, LinkSlot};
pub use source::{FreshTag, SourceSlot, SourceWatcher};

/// How long watching goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watching {
    /// Until the engine is shut down.
    Live,
    /// Until everything was listed once; links stay up for jobs.
    Once,
}
