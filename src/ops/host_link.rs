//! A connected host: its shell, its engine, and how it is configured. What every operation works through.

use crate::model::fleet::Privilege;
use crate::model::names::HostName;
use crate::model::profile::{Address, HostSettings, Profile};
use crate::ops::ports::{ContainerEngine, Shell};
use crate::ops::ssh::Tunnel;
use std::sync::Arc;

/// A host that answers.
#[derive(Clone)]
pub struct HostLink {
    /// How it is configured.
    pub settings: HostSettings,
    /// How the login reaches root's files.
    pub privilege: Privilege,
    /// Its shell.
    pub shell: Arc<dyn Shell>,
    /// Its engine.
    pub engine: Arc<dyn ContainerEngine>,
    /// What carries the engine's socket here, where something must: it ends with the last copy of the link.
    pub tunnel: Option<Arc<Tunnel>>,
}

impl HostLink {
    /// What the operator calls it.
    pub fn name(&self) -> &HostName {
        &self.settings.name
    }

    /// Whether this is the same connection, not another one to the same host.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shell, &other.shell)
    }

    /// Its profile.
    pub fn profile(&self) -> &Profile {
        &self.settings.profile
    }

    /// Where scripts on the host find its engine; empty where it is the one that this machine's operator uses.
    pub fn engine_socket(&self) -> String {
        match self.settings.address {
            Address::Local => String::new(),
            Address::Ssh(_) => self.profile().paths.docker_socket.clone(),
        }
    }
}
