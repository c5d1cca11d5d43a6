//! The arguments of `tagboat build`.

use super::args::ChangeArgs;
use crate::model::plan::Builder;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `tagboat build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// What the image is called.
    #[command(flatten)]
    pub tag: BuildTagArgs,
    /// What it is built from.
    #[command(flatten)]
    pub from: ContextArgs,
    /// Write the context that tagboat carries into a directory, for editing, and end; nothing that is there is overwritten.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "context")]
    pub eject: Option<PathBuf>,
    /// How it is built.
    #[command(flatten)]
    pub how: BuilderArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// What an image is called that is built.
#[derive(Debug, Args)]
pub struct BuildTagArgs {
    /// The tag that it gets [default: the version of this tagboat, such as v0.1.0].
    #[arg(long, value_name = "TAG", conflicts_with = "version_from")]
    pub version: Option<String>,
    /// Take the tag from a file: the first line of a VERSION file, or the version of a Cargo.toml with v before it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub version_from: Option<PathBuf>,
    /// The image [default: the one that all hosts run].
    #[arg(long, value_name = "NAME")]
    pub image: Option<String>,
    /// Move the tag if it is there already; the image that had it stays, without it.
    #[arg(long)]
    pub replace_tag: bool,
}

/// What an image is built from.
#[derive(Debug, Args)]
pub struct ContextArgs {
    /// The directory of a project, without what its .dockerignore leaves out [default: the context that tagboat carries].
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub context: Option<PathBuf>,
    /// The Dockerfile, from the root of the context.
    #[arg(long, short = 'f', value_name = "FILE", default_value = "Dockerfile")]
    pub file: String,
}

/// How an image is built.
#[derive(Debug, Args)]
pub struct BuilderArgs {
    /// The image to begin with: the build argument `BASE_IMAGE`.
    #[arg(long, value_name = "IMAGE")]
    pub base: Option<String>,
    /// A build argument; may be given more than once. They can be read in the image, so what looks like a secret is refused.
    #[arg(long = "build-arg", value_name = "NAME=VALUE")]
    pub build_args: Vec<String>,
    /// The stage at which the build ends [default: the last].
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// Take nothing from earlier builds.
    #[arg(long)]
    pub no_cache: bool,
    /// The network of the steps: host, none, or one of the engine's [default: the engine's usual one].
    #[arg(long, value_name = "NETWORK")]
    pub network: Option<String>,
    /// Who builds: buildkit or classic [default: BuildKit where `docker buildx` is there].
    #[arg(long, value_name = "BUILDER")]
    pub builder: Option<Builder>,
    /// The moment that everything in the image is given, in seconds since 1970 [default: `$SOURCE_DATE_EPOCH`, else the last
    /// commit of the context].
    #[arg(long, value_name = "SECONDS")]
    pub source_date_epoch: Option<i64>,
}
