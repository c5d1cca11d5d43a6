//! Everything that the engine says. The console, the command line, `--json` and the tests see the same values.

use crate::model::cost::Cost;
use crate::model::failure::Refusal;
use crate::model::fleet::Delta;
use crate::model::job::{Job, JobEvent};
use crate::model::logs::{LogNews, LogStream};
use crate::model::names::{ContainerId, HostName, JobId};
use crate::model::plan::Drafted;
use std::collections::BTreeMap;

/// What the engine tells its front end.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Something in the fleet changed.
    Fleet(Delta),
    /// A job that the journal holds: told at the start, and whenever another process begins one, takes one up, or dies over one.
    Known(Box<Job>),
    /// Something happened in a job, in this process or in another one of this machine.
    Job {
        /// Which.
        id: JobId,
        /// What.
        event: JobEvent,
    },
    /// A command was declined; nothing was changed.
    Refused {
        /// The job that was asked for.
        id: JobId,
        /// Why.
        refusal: Refusal,
    },
    /// What restarts of containers would cost. Every container that was asked for is there: where its host could not tell, its
    /// cost says so.
    Weighed {
        /// Where they are.
        host: HostName,
        /// What each would cost.
        costs: BTreeMap<ContainerId, Cost>,
    },
    /// The plan of a change of the source, or why there is none.
    Drafted(Box<Drafted>),
    /// Something that a container wrote, or that no more of it comes.
    Logs(LogStream, LogNews),
    /// Something that the operator should know and that belongs to no job.
    Notice(String),
}
