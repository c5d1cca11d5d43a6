//! What the command line says about registries: where an image is published, by which way it goes, and who asks.

use super::args::ChangeArgs;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// `tagboat publish`.
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// What to publish: NAME:TAG, or a tag of the profile's image.
    #[arg(value_name = "REF|TAG")]
    pub image: String,
    /// The repository, such as ghcr.io/acme/convocate [default: as in the config, else the image's own name
    /// where it begins with a registry].
    #[arg(long, value_name = "REPO")]
    pub to: Option<String>,
    /// Move the tag in the registry where it names another image.
    #[arg(long)]
    pub replace_tag: bool,
    /// Who asks the registry.
    #[command(flatten)]
    pub login: LoginArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Which way an image goes to hosts, where it is not sent to them.
#[derive(Debug, Clone, Default, Args)]
pub struct ViaArgs {
    /// With `registry`, have the hosts pull the image by its digest from a registry, where it is published first if it is not
    /// there.
    #[arg(long, value_name = "WAY", conflicts_with_all = ["mode", "limit"], hide_possible_values = true)]
    pub via: Option<Way>,
    /// The repository, such as ghcr.io/acme/convocate [default: as in the config, else the image's own name where it begins
    /// with a registry].
    #[arg(long, value_name = "REPO", requires = "via")]
    pub to: Option<String>,
    /// Who asks the registry.
    #[command(flatten)]
    pub login: LoginArgs,
}

/// A way beside sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// Through a registry.
    Registry,
}

/// Who asks a registry. A token is never an argument: everybody on the machine could read it there.
#[derive(Debug, Clone, Default, Args)]
pub struct LoginArgs {
    /// The user of the token that is given [default: the login that Docker keeps for the registry].
    #[arg(long, value_name = "USER")]
    pub username: Option<String>,
    /// The file that holds the token.
    #[arg(
        long,
        value_name = "FILE",
        requires = "username",
        value_hint = ValueHint::FilePath
    )]
    pub token_file: Option<PathBuf>,
    /// Read the token from the standard input.
    #[arg(long, requires = "username", conflicts_with = "token_file")]
    pub token_stdin: bool,
}
