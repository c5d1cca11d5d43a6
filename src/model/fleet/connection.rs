//! How a host can be reached right now, and, where it cannot, why, as a type and not as a text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The state of the connection to one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Connection {
    /// Not tried yet.
    Waiting,
    /// The first attempt, or a new one, is under way.
    Connecting,
    /// Both its shell and its engine answer.
    Connected,
    /// It cannot be used.
    Failed {
        /// Why not.
        problem: ConnectionProblem,
        /// When the next attempt is made; none when only the operator can mend it.
        retry_at: Option<Timestamp>,
    },
}

impl Connection {
    /// Whether operations can start on this host now.
    pub fn is_usable(&self) -> bool {
        matches!(self, Self::Connected)
    }

    /// The state as one word, as `status --json` and the screens print it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Failed { problem, .. } => problem.word(),
        }
    }

    /// Why the host cannot be used, in one line.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Failed { problem, .. } => Some(problem.to_string()),
            _ => None,
        }
    }
}

/// Why a host cannot be used. The detail is what ssh or the engine said, made harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", content = "detail", rename_all = "snake_case")]
pub enum ConnectionProblem {
    /// The host wants a password, a passphrase, or a key that is not offered.
    #[error("needs auth: {0}")]
    NeedsAuth(String),
    /// The host key is not the known one.
    #[error("host key changed: {0}")]
    HostKeyChanged(String),
    /// The host key is not known at all.
    #[error("host key unknown: {0}")]
    HostKeyUnknown(String),
    /// The login is let in, but runs no commands: a forced command, or a shell that refuses.
    #[error("runs no commands: {0}")]
    NoShell(String),
    /// No connection: refused, timed out, no such name, no route.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// There was a connection and it went silent or away.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The login may open neither the Docker socket nor use `sudo -n docker`.
    #[error("Docker refused: {0}")]
    DockerDenied(String),
    /// There is no engine, or it does not answer.
    #[error("no Docker engine: {0}")]
    DockerDown(String),
}

impl ConnectionProblem {
    /// One word for tables and JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NeedsAuth(_) => "needs auth",
            Self::HostKeyChanged(_) => "host key changed",
            Self::HostKeyUnknown(_) => "host key unknown",
            Self::NoShell(_) => "no shell",
            Self::Unreachable(_) => "unreachable",
            Self::Lost(_) => "lost",
            Self::DockerDenied(_) => "docker denied",
            Self::DockerDown(_) => "docker down",
        }
    }

    /// Whether trying again by itself can help. A changed key or a missing login waits for the operator.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Lost(_) | Self::DockerDown(_))
    }

    /// What the operator can do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NeedsAuth(_) => {
                "load the key into ssh-agent (`ssh-add`) or set IdentityFile for this host in your ssh config"
            }
            Self::HostKeyChanged(_) => {
                "find out why the key changed; only then remove the old one with `ssh-keygen -R HOST` and connect once by hand"
            }
            Self::HostKeyUnknown(_) => "connect once by hand with `ssh HOST` and compare the fingerprint",
            Self::NoShell(_) => {
                "give the login a shell (`chsh -s /bin/sh USER` on the host), or take ForceCommand or `command=` away from it"
            }
            Self::Unreachable(_) | Self::Lost(_) => {
                "check the host and the network; it is tried again by itself"
            }
            Self::DockerDenied(_) => "add the login to the docker group, or allow `sudo -n docker` for it",
            Self::DockerDown(_) => "look at `systemctl status docker` on the host",
        }
    }
}
