//! The command line as types: verbs, flags and their help.

use super::build_args::BuildArgs;
use super::check_args::CheckArgs;
use super::compose_args::ComposeVerb;
use super::host_args::HostVerb;
use super::job_args::{AskedWordArgs, TargetWordArgs, WordArgs};
use super::registry_args::{LoginArgs, PublishArgs, ViaArgs};
use super::release_args::ReleaseArgs;
use super::rollout_args::{RollbackArgs, RolloutArgs};
use super::session_args::SessionVerb;
use super::setup_args::HostSetupArgs;
use crate::model::job::Patience;
use crate::model::plan::{ByteRate, ModeChoice, PushOptions};
use crate::ops::config::read_duration;
use clap::{Args, Parser, Subcommand, ValueHint};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Versioned container images on a fleet of agent hosts: without a verb, the console.
#[derive(Debug, Parser)]
#[command(name = "tagboat", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// The config file [default: `$TAGBOAT_CONFIG`, else `tagboat/config.toml` in the user's config directory].
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// What to do; the console when absent.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 usage, 3 refused (nothing changed), \
4 partly done (some hosts failed), 130 interrupted.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show every host with its active tag, its tags and its sessions.
    Status(ListArgs),
    /// Build an image here, from a project's directory or from the context that tagboat carries; no host is touched.
    Build(BuildArgs),
    /// Build a version of a project, check it against its contract, tag and publish it, in this order.
    Release(ReleaseArgs),
    /// Check an image or a Dockerfile against the contract of its kind, without running it.
    Check(CheckArgs),
    /// Copy an image to hosts and, when it is verified and loaded, stamp it; no session is touched.
    Push(PushArgs),
    /// Have the source engine publish an image to a registry, and read back the digest that it has there.
    Publish(PublishArgs),
    /// Stamp a tag that the hosts have already; sessions that start from then on get it.
    Activate(ActivateArgs),
    /// List sessions, start, stop, restart, remove or label them.
    #[command(subcommand)]
    Session(SessionVerb),
    /// Restart many sessions onto a tag: canaries first, then in waves, and no further than the first failure.
    Rollout(RolloutArgs),
    /// Bring sessions back to their predecessors, hosts to the tag before, or take back what a job did.
    Rollback(RollbackArgs),
    /// Remove image tags that no session needs.
    Prune(PruneArgs),
    /// List and add hosts, make them members of the fleet, keep them so, and say what is wrong with them.
    #[command(subcommand)]
    Host(HostVerb),
    /// The same as `host init`.
    #[command(hide = true)]
    InitAgent(HostSetupArgs),
    /// The same as `host update`.
    #[command(hide = true)]
    Update(HostSetupArgs),
    /// Write, check and pin the files of a Compose project whose services share one image.
    #[command(subcommand)]
    Compose(ComposeVerb),
    /// Look at jobs, say something to one that runs, or take up one that was interrupted.
    #[command(subcommand)]
    Job(JobVerb),
    /// Look at the layers of images that are kept here, fill them up or remove them.
    #[command(subcommand)]
    Cache(CacheVerb),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigVerb),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

/// `tagboat job`.
#[derive(Debug, Subcommand)]
pub enum JobVerb {
    /// List the jobs that this machine started.
    List(ListArgs),
    /// Show what became of one job, step by step.
    Show(JobShowArgs),
    /// Take up a job whose console died.
    Resume(JobResumeArgs),
    /// Have a rollout begin no other session; what runs comes to its end.
    Pause(WordArgs),
    /// Have a paused rollout go on.
    Continue(WordArgs),
    /// Find the canaries of a rollout good: the other sessions follow.
    Approve(AskedWordArgs),
    /// Have a rollout leave a session out; it keeps its container and its tag.
    Skip(TargetWordArgs),
    /// Have a rollout try a session again that failed or was left out.
    Retry(TargetWordArgs),
    /// End a job that runs: the step that runs is ended on the host too.
    Cancel(AskedWordArgs),
}

/// `tagboat cache`.
#[derive(Debug, Subcommand)]
pub enum CacheVerb {
    /// Show how much is kept, and where.
    Show(CacheShowArgs),
    /// Take images in, so that a push finds them ready.
    Fill(CacheFillArgs),
    /// Remove everything that is kept.
    Clear(CacheClearArgs),
}

/// `tagboat config`.
#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Print the configuration with every value in it, as a config file.
    Show,
}

/// Which hosts a verb is about.
#[derive(Debug, Clone, Default, Args)]
pub struct HostArgs {
    /// A host, a pattern such as 'eu-*', or group:NAME; may be given more than once.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Every configured host.
    #[arg(long, conflicts_with = "hosts")]
    pub all: bool,
}

/// How a change is confirmed and told.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct ChangeArgs {
    /// Accept the plan without being asked.
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Show the plan and end.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Wait for a host that somebody else changes, at most so long, such as 30m [default: 10m where it is given without a
    /// duration; without it such a host is a failed check].
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, value_parser = read_duration)]
    pub wait: Option<Option<Duration>>,
    /// Print JSON: the plan, then one event per line.
    #[arg(long)]
    pub json: bool,
}

impl ChangeArgs {
    /// How long hosts are waited for, where that was said.
    pub fn patience(self) -> Option<Patience> {
        self.wait.map(|named| named.map_or(Patience::USUAL, Patience::of))
    }
}

/// Verbs that only look.
#[derive(Debug, Default, Args)]
pub struct ListArgs {
    /// Only these: a host, a pattern such as 'eu-*', or group:NAME; may be given more than once.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `tagboat push`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// What to push: NAME:TAG, or a tag of the profile's image.
    #[arg(value_name = "REF|TAG")]
    pub image: String,
    /// Which hosts.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// Move the tag on hosts where it names another image.
    #[arg(long)]
    pub replace_tag: bool,
    /// Push the image although it fails the contract of the hosts.
    #[arg(long)]
    pub allow_failing: bool,
    /// How it is sent.
    #[command(flatten)]
    pub sending: SendArgs,
    /// Through a registry instead.
    #[command(flatten)]
    pub via: ViaArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// How an image is sent.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct SendArgs {
    /// What is sent: best, full, layers (those that a host lacks) or delta (what changed in them) [default: as in the
    /// config, else best].
    #[arg(long, value_name = "MODE")]
    pub mode: Option<ModeChoice>,
    /// The most bytes per second that all hosts together get, such as 50M [default: as in the config, else no limit].
    #[arg(long, value_name = "RATE")]
    pub limit: Option<ByteRate>,
    /// The most hosts that are worked on at the same time [default: as in the config, else 8].
    #[arg(long, value_name = "N")]
    pub at_once: Option<NonZeroUsize>,
}

impl SendArgs {
    /// What the operator wants, where he says nothing as the config has it.
    pub fn options(self, usual: PushOptions) -> PushOptions {
        PushOptions {
            mode: self.mode.unwrap_or(usual.mode),
            limit: self.limit.or(usual.limit),
            at_once: self.at_once.or(usual.at_once),
        }
    }
}

/// `tagboat activate`.
#[derive(Debug, Args)]
pub struct ActivateArgs {
    /// The tag of the profile's image, or NAME:TAG.
    pub tag: String,
    /// Which hosts.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat prune`.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Only these tags [default: every tag that nobody needs].
    #[arg(value_name = "TAG")]
    pub tags: Vec<String>,
    /// Which hosts.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat cache show`.
#[derive(Debug, Args)]
pub struct CacheShowArgs {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `tagboat cache fill`.
#[derive(Debug, Args)]
pub struct CacheFillArgs {
    /// What to take in: NAME:TAG, or a tag of the profile's image.
    #[arg(value_name = "REF|TAG", required = true)]
    pub images: Vec<String>,
}

/// `tagboat cache clear`.
#[derive(Debug, Args)]
pub struct CacheClearArgs {
    /// Accept it without being asked.
    #[arg(long, short = 'y')]
    pub yes: bool,
}

/// `tagboat job show`.
#[derive(Debug, Args)]
pub struct JobShowArgs {
    /// The job, or the end of its id where only one job ends so.
    pub id: String,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `tagboat job resume`.
#[derive(Debug, Args)]
pub struct JobResumeArgs {
    /// The job, or the end of its id where only one job ends so.
    pub id: String,
    /// Who asks the registry, where the job needs one.
    #[command(flatten)]
    pub login: LoginArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: clap_complete::Shell,
}

impl Cli {
    /// Whether this run talks to hosts or to the journal, and so needs directories and a log.
    pub fn needs_state(&self) -> bool {
        if let Some(Verb::Check(args)) = &self.verb {
            return !args.is_path();
        }
        !matches!(
            self.verb,
            Some(
                Verb::Host(HostVerb::List(_))
                    | Verb::Compose(ComposeVerb::Generate(_) | ComposeVerb::Pin(_))
                    | Verb::Config(_)
                    | Verb::Completions(_)
                    | Verb::Man
            )
        )
    }

    /// Whether results are JSON.
    pub fn is_json(&self) -> bool {
        match &self.verb {
            Some(
                Verb::Status(args)
                | Verb::Session(SessionVerb::List(args))
                | Verb::Host(HostVerb::List(args))
                | Verb::Job(JobVerb::List(args)),
            ) => args.json,
            Some(Verb::Session(SessionVerb::Logs(args))) => args.json,
            Some(Verb::Session(verb)) => verb.change().is_some_and(|change| change.json),
            Some(Verb::Build(args)) => args.change.json,
            Some(Verb::Check(args)) => args.json,
            Some(Verb::Push(args)) => args.change.json,
            Some(Verb::Publish(args)) => args.change.json,
            Some(Verb::Release(args)) => args.change.json,
            Some(Verb::Activate(args)) => args.change.json,
            Some(Verb::Rollout(args)) => args.change.json,
            Some(Verb::Rollback(args)) => args.change.json,
            Some(Verb::Prune(args)) => args.change.json,
            Some(Verb::Host(verb)) => verb.is_json(),
            Some(Verb::Compose(verb)) => verb.is_json(),
            Some(Verb::InitAgent(args) | Verb::Update(args)) => args.change.json,
            Some(Verb::Job(JobVerb::Show(args))) => args.json,
            Some(Verb::Job(JobVerb::Resume(args))) => args.change.json,
            Some(Verb::Job(JobVerb::Pause(args) | JobVerb::Continue(args))) => args.json,
            Some(Verb::Job(JobVerb::Approve(args) | JobVerb::Cancel(args))) => args.said.json,
            Some(Verb::Job(JobVerb::Skip(args) | JobVerb::Retry(args))) => args.json,
            Some(Verb::Cache(CacheVerb::Show(args))) => args.json,
            Some(Verb::Cache(_) | Verb::Config(_) | Verb::Completions(_) | Verb::Man) | None => false,
        }
    }
}
