//! The identity of a row: what the cursor and the marks hold, and what an action acts on. Never a row number.

use super::Screen;
use crate::model::names::{HostName, ImageRef, JobId, SessionName};

/// Which thing a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowId {
    /// A session of a host.
    Session(HostName, SessionName),
    /// A host.
    Host(HostName),
    /// An image tag.
    Image(ImageRef),
    /// A job.
    Job(JobId),
}

impl RowId {
    /// The screen that lists it.
    pub fn screen(&self) -> Screen {
        match self {
            Self::Session(..) => Screen::Sessions,
            Self::Host(_) => Screen::Hosts,
            Self::Image(_) => Screen::Images,
            Self::Job(_) => Screen::Jobs,
        }
    }
}

impl std::fmt::Display for RowId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Session(host, session) => write!(f, "{host}/{session}"),
            Self::Host(host) => write!(f, "{host}"),
            Self::Image(reference) => write!(f, "{reference}"),
            Self::Job(id) => write!(f, "{id}"),
        }
    }
}
