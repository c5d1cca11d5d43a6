//! The engine's socket of a host as a socket here: forwarded by ssh, or relayed through `sudo -n docker system dial-stdio`.

use super::SshSpawn;
use super::connect::text_of;
use crate::model::fleet::ConnectionProblem;
use crate::ops::ports::ShellError;
use crate::ops::shell::{Begun, Process, Spawn};
use openssh::{ForwardType, Session, Socket};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, copy};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

/// How long the master may take to set up a forwarding.
const SET_UP: Duration = Duration::from_secs(10);

/// What relays one connection to the engine.
const DIAL: &[&str] = &["sudo", "-n", "--", "docker", "system", "dial-stdio"];

/// A socket here that leads to the engine of a host. It is removed when this is dropped.
#[derive(Debug)]
pub struct Tunnel {
    socket: PathBuf,
    relay: Option<JoinHandle<()>>,
}

impl Tunnel {
    /// Lets ssh forward the socket; the login may open it itself.
    pub(crate) async fn forward(
        session: &Session,
        remote: &str,
        here: PathBuf,
    ) -> Result<Self, ConnectionProblem> {
        let forwarded = session.request_port_forward(
            ForwardType::Local,
            Socket::UnixSocket {
                path: here.clone().into(),
            },
            Socket::UnixSocket {
                path: Path::new(remote).into(),
            },
        );
        match timeout(SET_UP, forwarded).await {
            Ok(Ok(())) => Ok(Self {
                socket: here,
                relay: None,
            }),
            Ok(Err(error)) => Err(ConnectionProblem::DockerDenied(format!(
                "sshd does not forward {remote}: {}",
                crate::model::clean::clean(&text_of(&error))
            ))),
            Err(_) => Err(ConnectionProblem::Lost(
                "the forwarding was not set up in time".to_owned(),
            )),
        }
    }

    /// Relays each connection through a process of root on the host; the login may only use sudo.
    pub(crate) fn relay(spawn: &SshSpawn, here: PathBuf) -> Result<Self, ConnectionProblem> {
        let listener = UnixListener::bind(&here).map_err(|error| {
            ConnectionProblem::Lost(format!("cannot listen on {}: {error}", here.display()))
        })?;
        let relay = tokio::spawn(accept(listener, spawn.clone()));
        Ok(Self {
            socket: here,
            relay: Some(relay),
        })
    }

    /// The socket here.
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        if let Some(relay) = &self.relay {
            relay.abort();
        }
        if let Err(error) = std::fs::remove_file(&self.socket) {
            tracing::debug!(%error, "a tunnel's socket was gone already");
        }
    }
}

/// Relays until the tunnel is dropped, which drops the connections that are relayed then, too.
async fn accept(listener: UnixListener, spawn: SshSpawn) {
    let mut relayed = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while relayed.try_join_next().is_some() {}
        let spawn = spawn.clone();
        relayed.spawn(async move {
            match dial(&spawn).await {
                Ok(process) => carry(stream, process).await,
                Err(error) => tracing::debug!(%error, "a connection to an engine could not be relayed"),
            }
        });
    }
}

/// Starts what speaks to the engine, and reads away what login files print before it.
async fn dial(spawn: &SshSpawn) -> Result<Process, ShellError> {
    let begun = Begun::expected();
    let mut process = spawn.spawn(&begun.command_line(DIAL)).await?;
    let read = timeout(SET_UP, begun.read_to(&mut process.stdout)).await;
    if matches!(read, Ok(true)) {
        return Ok(process);
    }
    Err(ShellError::NotRun(
        "`sudo -n docker system dial-stdio` did not begin".to_owned(),
    ))
}

/// Carries bytes both ways until either side ends.
async fn carry(stream: UnixStream, process: Process) {
    let Process {
        mut stdin,
        mut stdout,
        ..
    } = process;
    let (mut from_here, mut to_here) = stream.into_split();
    let there = async {
        let copied = copy(&mut from_here, &mut stdin).await;
        // dial-stdio passes the end of its input on; without it a request body would never be complete.
        if stdin.shutdown().await.is_err() {
            tracing::trace!(?copied, "the relay was closed by the host");
        }
        drop(stdin);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = there => {}
        copied = copy(&mut stdout, &mut to_here) => tracing::trace!(?copied, "a relayed connection ended"),
    }
}
