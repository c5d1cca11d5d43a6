//! The command line of `tagboat host`: its verbs, their flags and their help.

use super::args::ListArgs;
use super::setup_args::{HostDoctorArgs, HostRemoveArgs, HostSetupArgs};
use crate::model::attach::quote;
use crate::model::names::HostName;
use crate::model::profile::Guard;
use crate::ops::ssh::check_fingerprint;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

/// `tagboat host`.
#[derive(Debug, Subcommand)]
pub enum HostVerb {
    /// List the hosts and where each is known from, without asking them anything.
    List(ListArgs),
    /// Test the connection to a host and, if it works, write the host into the config file.
    Add(HostAddArgs),
    /// Make machines members of the fleet: directories, the daily prune, recovery after a boot, and an image.
    Init(HostSetupArgs),
    /// Bring members up to date with this version; sessions are left alone.
    Update(HostSetupArgs),
    /// Say what is wrong with hosts and how to mend it.
    Doctor(HostDoctorArgs),
    /// Take tagboat off hosts again; sessions, images and stamps stay.
    Remove(HostRemoveArgs),
    /// Take a host out of the config file; nothing on the host is touched.
    Forget(HostForgetArgs),
}

/// `tagboat host forget`.
#[derive(Debug, Args)]
pub struct HostForgetArgs {
    /// Which host.
    pub name: HostName,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: HostChangeArgs,
}

impl HostVerb {
    /// Whether results are JSON.
    pub fn is_json(&self) -> bool {
        match self {
            Self::List(args) => args.json,
            Self::Add(args) => args.change.json,
            Self::Init(args) | Self::Update(args) => args.change.json,
            Self::Doctor(args) => args.change.json,
            Self::Remove(args) => args.change.json,
            Self::Forget(args) => args.change.json,
        }
    }
}

/// `tagboat host add`.
#[derive(Debug, Args)]
pub struct HostAddArgs {
    /// What you call it.
    pub name: HostName,
    /// Where it is: an alias of your ssh config, user@host, ssh://user@host:port, or local [default: its name].
    pub address: Option<String>,
    /// A group that it belongs to; may be given more than once.
    #[arg(long = "group", value_name = "GROUP", value_delimiter = ',')]
    pub groups: Vec<String>,
    /// Its profile [default: as in the config].
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// How strictly it asks: strict is by typing, before every change [default: as in the config].
    #[arg(long, value_parser = guard())]
    pub guard: Option<Guard>,
    /// The fingerprint of its host key, where that is not known yet: a key with this one is trusted without being asked.
    #[arg(long, value_name = "SHA256:...", value_parser = check_fingerprint)]
    pub trust_key: Option<String>,
    /// Write it without a test.
    #[arg(long, conflicts_with = "trust_key")]
    pub no_test: bool,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: HostChangeArgs,
}

/// How a change of the config file is confirmed and told.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct HostChangeArgs {
    /// Write it without being asked; a host key that is not known is never accepted by this.
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Show what would be written, and end.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl HostAddArgs {
    /// The command that does the same, and trusts a key besides.
    pub(super) fn with_key(&self, fingerprint: &str) -> String {
        let mut words = vec![format!("tagboat host add {}", self.name)];
        words.extend(self.address.as_deref().map(quote));
        words.extend(
            self.groups
                .iter()
                .map(|group| format!("--group {}", quote(group))),
        );
        words.extend(
            self.profile
                .iter()
                .map(|profile| format!("--profile {}", quote(profile))),
        );
        words.extend(self.guard.map(|guard| match guard {
            Guard::Normal => "--guard normal".to_owned(),
            Guard::Strict => "--guard strict".to_owned(),
        }));
        words.push(format!("--trust-key {fingerprint}"));
        words.extend(self.change.yes.then(|| "--yes".to_owned()));
        words.join(" ")
    }
}

fn guard() -> impl TypedValueParser<Value = Guard> {
    PossibleValuesParser::new(["normal", "strict"]).map(|word| match word.as_str() {
        "strict" => Guard::Strict,
        _ => Guard::Normal,
    })
}
