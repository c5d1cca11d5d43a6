//! From the settings of a host to a link to it: its shell, what the login may do, its engine.

use crate::model::clean::clean;
use crate::model::fleet::{ConnectionProblem, Privilege};
use crate::model::profile::{Address, HostSettings};
use crate::ops::docker::DockerEngine;
use crate::ops::host_link::HostLink;
use crate::ops::ports::{EngineError, Script, ScriptCall, Shell, ShellError};
use crate::ops::shell::{HostShell, LocalSpawn, Spawn};
use crate::ops::ssh::{self, Heard, SshSettings, SshSpawn, Tunnel, Turns};
use crate::ops::unanswered::Unanswered;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const LOGIN: Script = Script {
    name: "login",
    text: include_str!("../../assets/host/login.sh"),
};

/// Connects hosts.
pub struct Connector {
    ssh: Arc<SshSettings>,
    docker_host: Option<String>,
    turns: Turns,
    unanswered: Option<Unanswered>,
    tunnels: AtomicU32,
}

/// A connected host and what was learnt on the way.
pub struct Connected {
    /// The link.
    pub link: HostLink,
    /// Whether the `zstd` program is there.
    pub has_zstd: bool,
    /// The jump hosts between, as the ssh config names them.
    pub jump: Option<String>,
}

/// What a login can do on its host.
struct Login {
    privilege: Privilege,
    socket: SocketAccess,
    has_zstd: bool,
    /// Why sudo does not work for it.
    sudo_said: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SocketAccess {
    Open,
    Closed,
    Missing,
}

impl Connector {
    /// A connector with the operator's ssh config; `docker_host` is the engine of the host `local`.
    pub fn new(ssh: SshSettings, docker_host: Option<String>) -> Self {
        Self {
            ssh: Arc::new(ssh),
            docker_host,
            turns: Turns::default(),
            unanswered: None,
            tunnels: AtomicU32::new(0),
        }
    }

    /// The same, with a memory of hosts that did not answer.
    #[must_use]
    pub fn remembering(mut self, unanswered: Unanswered) -> Self {
        self.unanswered = Some(unanswered);
        self
    }

    /// Connects one host, or says why it cannot be used.
    pub async fn connect(&self, settings: &HostSettings) -> Result<Connected, ConnectionProblem> {
        match &settings.address {
            Address::Ssh(address) => self.connect_ssh(settings, address).await,
            Address::Local => self.connect_local(settings).await,
        }
    }

    async fn connect_ssh(
        &self,
        settings: &HostSettings,
        address: &str,
    ) -> Result<Connected, ConnectionProblem> {
        let opened = self.open(settings, address).await?;
        let jump = opened.jump.clone();
        let remote_socket = settings.profile.paths.docker_socket.as_str();
        let spawn = SshSpawn::new(opened, self.ssh.clone());
        let login = ask_login(spawn.clone(), remote_socket).await?;
        let number = self.tunnels.fetch_add(1, Ordering::Relaxed);
        let here = self.ssh.sockets().join(format!("{number}.sock"));
        let tunnel = match (login.socket, login.privilege) {
            (SocketAccess::Open, _) => Tunnel::forward(spawn.session(), remote_socket, here).await?,
            (SocketAccess::Closed, Privilege::Sudo) => Tunnel::relay(&spawn, here)?,
            (SocketAccess::Closed, _) => return Err(denied(remote_socket, &login.sudo_said)),
            (SocketAccess::Missing, _) => return Err(no_socket(remote_socket)),
        };
        let engine = DockerEngine::connect(tunnel.socket())
            .await
            .map_err(|error| engine_problem(&error))?;
        let link = HostLink {
            settings: settings.clone(),
            privilege: login.privilege,
            shell: Arc::new(HostShell::new(spawn, login.privilege)),
            engine: Arc::new(engine),
            tunnel: Some(Arc::new(tunnel)),
        };
        Ok(Connected {
            link,
            has_zstd: login.has_zstd,
            jump,
        })
    }

    /// Opens the connection. A host that did not answer at the last look is not waited for as long again.
    async fn open(&self, settings: &HostSettings, address: &str) -> Result<ssh::Opened, ConnectionProblem> {
        let memory = self.unanswered.as_ref();
        let patience = memory.map_or(ssh::CONNECT, |memory| memory.patience(&settings.name));
        let opened = ssh::connect(address, &self.ssh, &self.turns, patience).await;
        if let Some(memory) = memory {
            let heard = opened.as_ref().map_or_else(|not| not.host, |_| Heard::Something);
            memory.note(&settings.name, patience, heard);
        }
        opened.map_err(|not| not.problem)
    }

    async fn connect_local(&self, settings: &HostSettings) -> Result<Connected, ConnectionProblem> {
        let configured = Path::new(&settings.profile.paths.docker_socket);
        let from_env = self
            .docker_host
            .as_deref()
            .and_then(|host| host.strip_prefix("unix://"))
            .map(PathBuf::from);
        let socket = from_env.unwrap_or_else(|| configured.to_owned());
        let login = ask_login(LocalSpawn, &socket.to_string_lossy()).await?;
        match login.socket {
            SocketAccess::Open => {}
            SocketAccess::Closed => return Err(denied(&socket.to_string_lossy(), &login.sudo_said)),
            SocketAccess::Missing => return Err(no_socket(&socket.to_string_lossy())),
        }
        let engine = DockerEngine::connect(&socket)
            .await
            .map_err(|error| engine_problem(&error))?;
        // Scripts must ask the same engine as everything else, wherever DOCKER_HOST points.
        let mut settings = settings.clone();
        settings.profile.paths.docker_socket = socket.to_string_lossy().into_owned();
        let link = HostLink {
            settings,
            privilege: login.privilege,
            shell: Arc::new(HostShell::new(LocalSpawn, login.privilege)),
            engine: Arc::new(engine),
            tunnel: None,
        };
        Ok(Connected {
            link,
            has_zstd: login.has_zstd,
            jump: None,
        })
    }
}

async fn ask_login(spawn: impl Spawn, socket: &str) -> Result<Login, ConnectionProblem> {
    let shell = HostShell::new(spawn, Privilege::None);
    let answer = shell
        .run(ScriptCall::question(LOGIN, [socket]))
        .await
        .map_err(|error| match error {
            ShellError::NotRun(why) => ConnectionProblem::NoShell(why),
            other => ConnectionProblem::Lost(other.to_string()),
        })?;
    let value = |key: &str| {
        let line = answer
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim()
    };
    Ok(Login {
        privilege: match value("sudo") {
            "root" => Privilege::Root,
            "yes" => Privilege::Sudo,
            _ => Privilege::None,
        },
        socket: match value("socket") {
            "open" => SocketAccess::Open,
            "closed" => SocketAccess::Closed,
            _ => SocketAccess::Missing,
        },
        has_zstd: value("zstd") == "yes",
        sudo_said: clean(value("sudo_said")),
    })
}

fn denied(socket: &str, sudo_said: &str) -> ConnectionProblem {
    let socket_alone = format!("the login may not open {socket}");
    ConnectionProblem::DockerDenied(match sudo_said {
        "" => socket_alone,
        said => format!("{socket_alone}, and `sudo -n` says: {said}"),
    })
}

fn no_socket(socket: &str) -> ConnectionProblem {
    ConnectionProblem::DockerDown(format!("there is no {socket}"))
}

/// What an engine error says about the host as a whole.
pub fn engine_problem(error: &EngineError) -> ConnectionProblem {
    match error {
        EngineError::Denied(why) => ConnectionProblem::DockerDenied(why.clone()),
        other => ConnectionProblem::DockerDown(other.to_string()),
    }
}
