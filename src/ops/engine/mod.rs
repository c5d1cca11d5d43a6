//! The engine: one actor that watches hosts and runs jobs. Front ends send commands and receive events.

mod actor;
mod at_source;
#[cfg(test)]
mod at_source_tests;
mod auditor;
mod beside;
mod bootstrap;
mod drafter;
mod ear;
mod examiner;
mod held_images;
mod image_checker;
mod job_sink;
mod jobs;
mod journals;
mod log_streams;
mod preparer;
mod publication_teller;
mod rechecker;
mod rollout;
mod run_job;
mod stocktaker;
mod take_host;
mod turn;
mod watchers;
mod weigher;
mod workshop;

use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::names::Operator;
use crate::model::profile::HostSettings;
use crate::ops::config::{CacheSettings, ContractSet};
use crate::ops::dirs::Dirs;
use crate::ops::registry::Keychain;
pub use crate::ops::watch::Watching;
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Requests that may wait; a front end never sends more than an operator can type.
const COMMANDS: usize = 64;

/// Events that may wait for a front end before the engine waits for it.
const EVENTS: usize = 1024;

/// What an engine is started with.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The hosts of the fleet.
    pub hosts: Vec<HostSettings>,
    /// The operator's ssh config, where it is not `~/.ssh/config`.
    pub ssh_config: Option<PathBuf>,
    /// Who acts.
    pub operator: Operator,
    /// Where things are kept.
    pub dirs: Dirs,
    /// How long hosts are watched.
    pub watching: Watching,
    /// What is kept of images here, so that a push finds them ready.
    pub cache: CacheSettings,
    /// What images of the hosts must be.
    pub contracts: ContractSet,
    /// Where logins for registries come from.
    pub keychain: Keychain,
}

/// A started engine. It ends when its front end sends `Shutdown` or drops this.
pub struct EngineHandle {
    /// What the front end asks.
    pub commands: mpsc::Sender<Command>,
    /// What the engine says.
    pub events: mpsc::Receiver<Event>,
    /// Ends when the engine has: its connections are closed then.
    pub ended: JoinHandle<()>,
}

/// Starts an engine on the running tokio runtime.
///
/// # Errors
/// When a directory that it needs cannot be made or is open to others.
pub fn start(options: EngineOptions) -> std::io::Result<EngineHandle> {
    let (commands, requests) = mpsc::channel(COMMANDS);
    let (sender, events) = mpsc::channel(EVENTS);
    let actor = actor::Actor::new(options, sender)?;
    let ended = tokio::spawn(actor.run(requests));
    Ok(EngineHandle {
        commands,
        events,
        ended,
    })
}
