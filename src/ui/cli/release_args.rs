//! The arguments of `tagboat release`.

use super::args::ChangeArgs;
use super::build_args::{BuilderArgs, ContextArgs};
use super::registry_args::LoginArgs;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `tagboat release`.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The version, as the tag has it: v1.2.0. The project must say the same.
    #[arg(value_name = "VERSION")]
    pub version: String,
    /// What is released.
    #[command(flatten)]
    pub what: ReleasedArgs,
    /// What it is built from.
    #[command(flatten)]
    pub from: ContextArgs,
    /// How it is built.
    #[command(flatten)]
    pub how: BuilderArgs,
    /// What it must be.
    #[command(flatten)]
    pub gate: ReleaseGateArgs,
    /// Where it is published.
    #[command(flatten)]
    pub to: ReleaseToArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// What is released.
#[derive(Debug, Args)]
pub struct ReleasedArgs {
    /// The image [default: the one that all hosts run].
    #[arg(long, value_name = "NAME")]
    pub image: Option<String>,
    /// The file that says the version [default: VERSION, else Cargo.toml, of the context].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub version_from: Option<PathBuf>,
    /// Release files that are not committed, too, or what is in no git repository.
    #[arg(long)]
    pub allow_dirty: bool,
}

/// What a release must be.
#[derive(Debug, Args)]
pub struct ReleaseGateArgs {
    /// The contract that the image must keep [default: that of the profile whose image it is].
    #[arg(long, value_name = "NAME")]
    pub contract: Option<String>,
    /// Release it even if it breaks its contract.
    #[arg(long)]
    pub allow_failing: bool,
}

/// Where a release is published.
#[derive(Debug, Args)]
pub struct ReleaseToArgs {
    /// The repository, such as ghcr.io/acme/convocate [default: as in the config, else the image's own name
    /// where it begins with a registry].
    #[arg(long, value_name = "REPO")]
    pub to: Option<String>,
    /// Publish it nowhere; hosts get it by a push.
    #[arg(long, conflicts_with = "to")]
    pub no_publish: bool,
    /// Who asks the registry.
    #[command(flatten)]
    pub login: LoginArgs,
}
