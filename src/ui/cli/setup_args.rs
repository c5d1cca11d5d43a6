//! The arguments of what sets hosts up: init, update, doctor, remove.

use super::args::{ChangeArgs, HostArgs, SendArgs};
use clap::Args;

/// Hosts, as words or behind `--host`.
#[derive(Debug, Clone, Default, Args)]
pub struct HostWords {
    /// A host, a pattern such as 'eu-*', or group:NAME.
    #[arg(value_name = "HOST", conflicts_with = "all")]
    pub words: Vec<String>,
    /// The same behind a flag.
    #[command(flatten)]
    pub hosts: HostArgs,
}

impl HostWords {
    /// All of them as the other verbs have them.
    pub fn all(&self) -> HostArgs {
        HostArgs {
            hosts: self.words.iter().chain(&self.hosts.hosts).cloned().collect(),
            all: self.hosts.all,
        }
    }
}

/// The image that comes with a setup.
#[derive(Debug, Clone, Default, Args)]
pub struct SetupImageArgs {
    /// The image that is pushed and stamped: NAME:TAG, or a tag of the profile's image [default: the tag of tagboat's own
    /// version, where this machine has it].
    #[arg(long, value_name = "REF|TAG")]
    pub image: Option<String>,
    /// Push no image.
    #[arg(long, conflicts_with = "image")]
    pub no_image: bool,
    /// Push it although it fails the contract of the hosts.
    #[arg(long, conflicts_with = "no_image")]
    pub allow_failing: bool,
    /// How it is sent.
    #[command(flatten)]
    pub sending: SendArgs,
}

/// `tagboat host init` and `tagboat host update`.
#[derive(Debug, Args)]
pub struct HostSetupArgs {
    /// Which hosts.
    #[command(flatten)]
    pub hosts: HostWords,
    /// With which image.
    #[command(flatten)]
    pub image: SetupImageArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat host doctor`.
#[derive(Debug, Args)]
pub struct HostDoctorArgs {
    /// Which hosts; all of them where none is named.
    #[command(flatten)]
    pub hosts: HostWords,
    /// Mend what is safe to mend, after showing it.
    #[arg(long)]
    pub fix: bool,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat host remove`.
#[derive(Debug, Args)]
pub struct HostRemoveArgs {
    /// Which hosts.
    #[command(flatten)]
    pub hosts: HostWords,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}
