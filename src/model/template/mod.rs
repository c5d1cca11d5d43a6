//! Templates of sessions: the shape of a new session's container, with placeholders for what is its own.

mod body;
mod builtin;
mod fresh_id;
mod mount;
mod pattern;
mod restart_policy;

pub use body::{Filled, START_LABEL, Unfillable};
pub use fresh_id::fresh_id;
pub use mount::{BadMount, IfMissing, MountPattern};
pub use pattern::{Answers, BadPattern, Pattern, Placeholder, is_key};
pub use restart_policy::{RestartPolicy, UnknownPolicy};

use crate::model::names::{HostName, SessionName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The shape of the sessions of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTemplate {
    /// The word for it on the command line.
    pub name: String,
    /// How its sessions are called.
    pub session_name: Pattern,
    /// What runs, instead of what the image says.
    pub process: ProcessShape,
    /// What is mounted, in this order.
    pub mounts: Vec<MountPattern>,
    /// Its environment, beside that of the image.
    pub env: BTreeMap<String, Pattern>,
    /// Its labels, beside those of the image.
    pub labels: BTreeMap<String, Pattern>,
    /// What an operator may set, with what holds unless they do; an empty one must be set.
    pub values: BTreeMap<String, String>,
    /// How much it may use.
    pub limits: Limits,
    /// How it is reached.
    pub network: NetworkShape,
    /// When the engine starts it again.
    pub restart: RestartPolicy,
    /// Whether the engine removes its container when it ends (`--rm`).
    pub removes_itself: bool,
}

/// What runs in a session; what is not said comes from the image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessShape {
    /// As whom.
    pub user: Option<Pattern>,
    /// Where.
    pub workdir: Option<Pattern>,
    /// What, as program and arguments for the image's entrypoint; empty for the image's own.
    pub command: Vec<Pattern>,
}

/// How much a session may use; none for no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Thousandths of a processor.
    pub millicpus: Option<u64>,
    /// Processes.
    pub pids: Option<u64>,
    /// The control group that its own is made in.
    pub cgroup_parent: Option<String>,
}

/// How a session is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkShape {
    /// The network; none for the engine's own.
    pub name: Option<Pattern>,
    /// Its host name; none for one that the engine makes.
    pub hostname: Option<Pattern>,
    /// Its name servers.
    pub dns: Vec<Pattern>,
    /// The ports of the host that lead to it, as `HOST:CONTAINER/tcp`.
    pub ports: Vec<Pattern>,
}

/// What is known of a new session when it is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bindings {
    /// What is its own in its name.
    pub id: String,
    /// Its name.
    pub name: SessionName,
    /// Its host.
    pub host: HostName,
    /// The values of the template, as they are set.
    pub values: BTreeMap<String, String>,
}

impl Bindings {
    /// What is filled in for a placeholder; none for what only the host knows, and for a value that there is not.
    pub fn value(&self, placeholder: &Placeholder) -> Option<String> {
        Some(match placeholder {
            Placeholder::Id => self.id.clone(),
            Placeholder::Short => self.id.chars().take(8).collect(),
            Placeholder::Name => self.name.to_string(),
            Placeholder::Host => self.host.to_string(),
            Placeholder::Value(key) => self.values.get(key)?.clone(),
            Placeholder::HostIpv4 | Placeholder::UidOf(_) | Placeholder::GidOf(_) => return None,
        })
    }
}

impl SessionTemplate {
    /// Every text of it in which something is filled in, but its mounts and its name.
    fn texts(&self) -> impl Iterator<Item = &Pattern> {
        let process = self
            .process
            .user
            .iter()
            .chain(&self.process.workdir)
            .chain(&self.process.command);
        let named = self.env.values().chain(self.labels.values());
        let network = self.network.name.iter().chain(&self.network.hostname);
        process
            .chain(named)
            .chain(network)
            .chain(&self.network.dns)
            .chain(&self.network.ports)
    }

    /// What is to be filled in, anywhere in it.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        let mounts = self
            .mounts
            .iter()
            .flat_map(|mount| [&mount.source, &mount.target]);
        let all = self
            .texts()
            .chain(mounts)
            .chain(std::iter::once(&self.session_name));
        all.flat_map(Pattern::placeholders)
    }

    /// What its host must be asked.
    pub fn questions(&self) -> Vec<Placeholder> {
        let mut asked: Vec<_> = self
            .placeholders()
            .filter(|one| one.is_asked())
            .cloned()
            .collect();
        asked.sort();
        asked.dedup();
        asked
    }
}
