//! The command line of `tagboat compose`: its verbs, their flags and their help.

use super::args::{ChangeArgs, SendArgs};
use super::registry_args::ViaArgs;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// `tagboat compose`.
#[derive(Debug, Subcommand)]
pub enum ComposeVerb {
    /// Write the Compose file of a project whose services share one image, pinned or built.
    Generate(ComposeGenerateArgs),
    /// Say whether the pin reaches every service, and whether every volume of the image has its mount.
    Check(ComposeCheckArgs),
    /// Put a project of the config on a host that has nothing of it: its image, its files, and its services up, pinned.
    Bootstrap(ComposeBootstrapArgs),
    /// Bring a running project of a host from its build to a pin: same volumes, each container made anew once.
    Migrate(ComposeMigrateArgs),
    /// Write the pin of a project into its .env; a tag alone becomes a full reference.
    Pin(ComposePinArgs),
}

impl ComposeVerb {
    /// Whether results are JSON.
    pub fn is_json(&self) -> bool {
        match self {
            Self::Generate(args) => args.json,
            Self::Check(args) => args.json,
            Self::Bootstrap(args) => args.change.json,
            Self::Migrate(args) => args.change.json,
            Self::Pin(args) => args.json,
        }
    }
}

/// Which project of the config it is.
#[derive(Debug, Default, Args)]
pub struct ComposeNameArgs {
    /// The project of the config [default: the only one there, else that of the disinto profile].
    #[arg(long, value_name = "PROJECT")]
    pub name: Option<String>,
}

/// `tagboat compose generate`.
#[derive(Debug, Args)]
pub struct ComposeGenerateArgs {
    /// Which project.
    #[command(flatten)]
    pub name: ComposeNameArgs,
    /// The folder that the files are in.
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub project: PathBuf,
    /// The image that is pinned: a tag, NAME:TAG, or NAME:TAG@sha256:... of a registry [default: as in the config].
    #[arg(long, value_name = "REF|TAG", conflicts_with = "build")]
    pub image: Option<String>,
    /// Have Compose build the image from this folder instead.
    #[arg(long, value_name = "DIR")]
    pub build: Option<String>,
    /// Replace a file that somebody edited or made; it is kept with .bak behind its name.
    #[arg(long)]
    pub force: bool,
    /// Show what would be written, and end.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `tagboat compose check`.
#[derive(Debug, Args)]
pub struct ComposeCheckArgs {
    /// The folder of the project, or its Compose file; with --host, on that host.
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    pub path: String,
    /// Which project.
    #[command(flatten)]
    pub name: ComposeNameArgs,
    /// The host that it is on, whose engine and Compose are asked [default: this machine].
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Compare with the volumes of this image instead of those that the services name.
    #[arg(long, value_name = "REF|TAG")]
    pub image: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `tagboat compose bootstrap`.
#[derive(Debug, Args)]
pub struct ComposeBootstrapArgs {
    /// The project of the config, as Compose will call it.
    pub project: String,
    /// The host that it is put on.
    #[arg(long, value_name = "HOST")]
    pub host: String,
    /// The image that it is pinned to: a tag, NAME:TAG, or NAME:TAG@sha256:... of a registry [default: as in the config].
    #[arg(long, value_name = "REF|TAG")]
    pub image: Option<String>,
    /// The folder that it gets on the host [default: /srv/PROJECT].
    #[arg(long, value_name = "DIR")]
    pub folder: Option<String>,
    /// A file of this machine with the values of the project's variables, which becomes its .env; it is kept nowhere else.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub env_file: Option<PathBuf>,
    /// Put the image there even if it fails the contract of the host's profile.
    #[arg(long)]
    pub allow_failing: bool,
    /// How the image is sent, where the host lacks it.
    #[command(flatten)]
    pub sending: SendArgs,
    /// Through a registry instead.
    #[command(flatten)]
    pub via: ViaArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat compose migrate`.
#[derive(Debug, Args)]
pub struct ComposeMigrateArgs {
    /// The project, as Compose calls it.
    pub project: String,
    /// The host that it runs on.
    #[arg(long, value_name = "HOST")]
    pub host: String,
    /// The image that it gets, which the host has: a tag of its profile's image, or NAME:TAG.
    #[arg(long, value_name = "REF|TAG")]
    pub image: Option<String>,
    /// A service that gets it; may be given more than once [default: all, if they are built in the same way].
    #[arg(long = "service", value_name = "SERVICE", value_delimiter = ',')]
    pub services: Vec<String>,
    /// Copy each volume without a name into a named one; what is copied stays as it is.
    #[arg(long)]
    pub copy_volumes: bool,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat compose pin`.
#[derive(Debug, Args)]
pub struct ComposePinArgs {
    /// The image: a tag, NAME:TAG, or NAME:TAG@sha256:... of a registry.
    #[arg(value_name = "REF|TAG")]
    pub image: String,
    /// Which project.
    #[command(flatten)]
    pub name: ComposeNameArgs,
    /// The folder that the .env is in.
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub project: PathBuf,
    /// Show what would be written, and end.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}
