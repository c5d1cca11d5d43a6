//! What a host told about itself: engine, image store, platform, free space, privilege.

use serde::{Deserialize, Serialize};

/// What does not change while a host is up, and the free space as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFacts {
    /// Engine version, such as `26.1.5`.
    pub engine: String,
    /// Negotiated API version, such as `1.45`.
    pub api: String,
    /// Which image store the engine uses.
    pub store: Store,
    /// What the host can run.
    pub platform: Platform,
    /// How the login reaches root's files.
    pub privilege: Privilege,
    /// Whether the `zstd` program is there.
    pub has_zstd: bool,
    /// Free space, in bytes.
    pub space: Space,
    /// Which engine on which machine this is; none where it does not tell.
    pub machine: Option<MachineId>,
}

/// One engine on one running machine: two hosts that tell the same are two names of one. A machine that was cloned may have the
/// engine's id of the other, and its host keys too, but it was booted by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineId {
    engine: String,
    boot: String,
}

impl MachineId {
    /// From what the engine and the kernel call themselves.
    pub fn of(engine: &str, boot: &str) -> Option<Self> {
        let (engine, boot) = (engine.trim(), boot.trim());
        (!engine.is_empty() && !boot.is_empty()).then(|| Self {
            engine: engine.to_owned(),
            boot: boot.to_owned(),
        })
    }
}

/// An engine's image store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    /// Graph drivers such as overlay2; the image id is the config digest.
    Classic,
    /// The containerd image store; the image id is the manifest digest.
    Containerd,
}

impl Store {
    /// The store as one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Containerd => "containerd",
        }
    }
}

/// Operating system and architecture in Docker's words: `linux`, `amd64`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Operating system.
    pub os: String,
    /// Architecture in Docker's naming.
    pub architecture: String,
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)
    }
}

/// How a login reaches what belongs to root on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privilege {
    /// The login is root.
    Root,
    /// `sudo -n` works without a password.
    Sudo,
    /// Neither: the host can be watched but not stamped.
    None,
}

/// Free bytes where a push needs them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// Free in the staging directory.
    pub staging: u64,
    /// Free in the engine's data root.
    pub engine_root: u64,
}
