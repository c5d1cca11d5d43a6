//! Where a project is: on this machine, or on a host that is connected for the one question.

use crate::model::fleet::{ConnectionProblem, Privilege};
use crate::model::profile::HostSettings;
use crate::ops::connector::Connector;
use crate::ops::docker::connect_source;
use crate::ops::host_link::HostLink;
use crate::ops::ports::{ContainerEngine, Shell};
use crate::ops::shell::{HostShell, LocalSpawn};
use crate::ops::ssh::SshSettings;
use std::path::Path;
use std::sync::Arc;

/// A shell, and an engine where there is one.
pub struct Place {
    /// What runs scripts there.
    pub shell: Arc<dyn Shell>,
    /// Its engine, or why there is none.
    pub engine: Result<Arc<dyn ContainerEngine>, String>,
    /// Where scripts find the engine.
    pub socket: String,
    /// Whether scripts can run as root.
    pub as_root: bool,
    /// The connection; none for this machine.
    pub link: Option<HostLink>,
}

impl Place {
    /// A host that is connected already.
    pub fn of(link: &HostLink) -> Self {
        Self {
            shell: link.shell.clone(),
            engine: Ok(link.engine.clone()),
            socket: link.engine_socket(),
            as_root: link.privilege != Privilege::None,
            link: Some(link.clone()),
        }
    }
}

/// Why a host cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The directory for sockets.
    #[error("ssh cannot be prepared: {0}")]
    Prepare(#[from] std::io::Error),
    /// The host.
    #[error("{0}")]
    Host(#[from] ConnectionProblem),
}

/// This machine. That it has no engine is no error: the files can be checked all the same.
pub async fn here(docker_host: Option<String>) -> Place {
    Place {
        shell: Arc::new(HostShell::new(LocalSpawn, Privilege::None)),
        engine: connect_source(docker_host.as_deref())
            .await
            .map_err(|error| error.to_string()),
        socket: docker_host
            .as_deref()
            .and_then(|host| host.strip_prefix("unix://"))
            .unwrap_or_default()
            .to_owned(),
        as_root: false,
        link: None,
    }
}

/// A host, connected as an engine would do it.
pub async fn at_host(
    settings: &HostSettings,
    runtime: &Path,
    ssh_config: Option<&Path>,
    docker_host: Option<String>,
) -> Result<Place, PlaceError> {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let ssh = SshSettings::prepare(runtime, ssh_config, home.as_deref())?;
    let link = Connector::new(ssh, docker_host).connect(settings).await?.link;
    Ok(Place::of(&link))
}
