//! Everything that a front end may ask of the engine.

use crate::model::job::Patience;
use crate::model::logs::{LogRequest, LogStream};
use crate::model::names::{ContainerId, HostName, ImageRef, JobId};
use crate::model::plan::{Plan, SourceWish};
use crate::model::rollout::Steer;
use std::collections::BTreeMap;

/// A request to the engine. What comes of it is told by events.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Run a confirmed plan as the job `id`.
    Run {
        /// The id of the new job, made by the front end so that it knows its own.
        id: JobId,
        /// The plan, as it was shown.
        plan: Box<Plan>,
        /// How long it waits for a host that somebody else changes.
        patience: Patience,
    },
    /// Take up an interrupted job, which waits for hosts as long as it did, or as is said now.
    Resume(JobId, Option<Patience>),
    /// Stop a running job, whichever process runs it: the step that runs is ended on the host too.
    Cancel(JobId),
    /// Tell a running rollout something, whichever process runs it.
    Steer(JobId, Steer),
    /// List a host again now, or all of them; a host that waits for its next attempt is tried at once.
    Refresh(Option<HostName>),
    /// Ask what a restart of these containers would cost; each host answers once, with [`Weighed`](super::event::Event::Weighed).
    Weigh(BTreeMap<HostName, Vec<ContainerId>>),
    /// Look at what these hosts are and what of tagboat is on them; each answers once, as a change of its host.
    Examine(Vec<HostName>),
    /// Look at what a change of the source needs, and plan it; it is answered once, with [`Drafted`](super::event::Event::Drafted).
    Draft(Box<SourceWish>),
    /// Read an image of the source and tell what it has of each contract that it must meet; told as changes of the source.
    Check(ImageRef),
    /// Tell what a container writes, as this stream, until it ends or is not wanted any more.
    ReadLogs(LogStream, LogRequest),
    /// A stream of lines is not wanted any more.
    StopLogs(LogStream),
    /// End: running jobs are left to be resumed, connections are closed.
    Shutdown,
}
