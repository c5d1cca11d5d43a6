//! The command line of `tagboat session`: its verbs, their flags and their help.

use super::args::{ChangeArgs, ListArgs};
use super::rollout_args::ConditionArgs;
use clap::{Args, Subcommand};

/// `tagboat session`.
#[derive(Debug, Subcommand)]
pub enum SessionVerb {
    /// List the sessions with the tag that each is pinned to.
    List(ListArgs),
    /// Replace the containers of sessions by new ones on the active tag or on another.
    Restart(RestartArgs),
    /// Start sessions that are stopped, or a new one from a template of the config.
    Start(StartArgs),
    /// Stop sessions; their containers stay, but those that run with --rm.
    Stop(StopArgs),
    /// Remove sessions with all that restarts kept of them; their volumes stay unless --volumes is given.
    Remove(RemoveArgs),
    /// Give a session a label that is shown beside its name; its name stays.
    Rename(RenameArgs),
    /// Print what a session writes.
    Logs(LogsArgs),
    /// Open a shell in a session, or its own terminal; it ends with neither.
    Attach(AttachArgs),
}

/// `tagboat session restart`.
#[derive(Debug, Args)]
pub struct RestartArgs {
    /// Sessions: whole names, or the beginning of a name or of one of its parts where that is enough.
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
    /// The tag to restart onto [default: the active tag of each host].
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// Look only on these hosts; needed where a name is on several.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// What must hold of a session before it is touched.
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat session start`.
#[derive(Debug, Args)]
pub struct StartArgs {
    /// Stopped sessions: whole names, or enough of them. With --template or --new, the name of the new session or what is
    /// its own in it.
    #[arg(value_name = "NAME", required_unless_present = "new")]
    pub names: Vec<String>,
    /// Make a new session, under a name of its own if none is given.
    #[arg(long)]
    pub new: bool,
    /// The template of the new session [default: the first of the host's profile].
    #[arg(long, value_name = "TEMPLATE")]
    pub template: Option<String>,
    /// The tag of the new session, which the host must have [default: the active tag of the host].
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// A value of the template; may be given more than once.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub values: Vec<String>,
    /// The host of a new session; of stopped ones needed where a name is on several.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat session stop`.
#[derive(Debug, Args)]
pub struct StopArgs {
    /// Which sessions.
    #[command(flatten)]
    pub sessions: SessionArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat session remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Which sessions.
    #[command(flatten)]
    pub sessions: SessionArgs,
    /// Remove their volumes with all data too; asks for a word of its own.
    #[arg(long)]
    pub volumes: bool,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat session rename`.
#[derive(Debug, Args)]
pub struct RenameArgs {
    /// The session: its whole name, its label, or enough of its name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Its label: up to 64 letters, digits, spaces, '_', '.' and '-'.
    #[arg(value_name = "LABEL", required_unless_present = "clear")]
    pub label: Option<String>,
    /// Take the label that it has.
    #[arg(long, conflicts_with = "label")]
    pub clear: bool,
    /// Look only on these hosts; needed where a name is on several.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// `tagboat session logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The session: its whole name, its label, or enough of its name; what a restart left of one by its whole name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Print lines that come later too, until the session ends.
    #[arg(long, short = 'f')]
    pub follow: bool,
    /// Only lines from this time on: how long ago, such as 10m, or a time such as 2026-11-21T01:30:00Z.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// At most so many of the lines that are there [default: all].
    #[arg(long, value_name = "N")]
    pub tail: Option<u32>,
    /// Only lines with this text; without capitals it is found in any case.
    #[arg(long, value_name = "TEXT")]
    pub grep: Option<String>,
    /// Look only on these hosts; needed where a name is on several.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Print one JSON object per line.
    #[arg(long)]
    pub json: bool,
}

/// `tagboat session attach`.
#[derive(Debug, Args)]
pub struct AttachArgs {
    /// The session: its whole name, its label, or enough of its name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// A shell instead of what the profile attaches to: this program with its arguments, bash or sh if none is named.
    #[arg(long, value_name = "PROGRAM", num_args = 0.., allow_hyphen_values = true)]
    pub shell: Option<Vec<String>>,
    /// Look only on these hosts; needed where a name is on several.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
}

/// Which sessions a verb is about.
#[derive(Debug, Clone, Default, Args)]
pub struct SessionArgs {
    /// Sessions: whole names, labels, or the beginning of a name or of one of its parts where that is enough.
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
    /// Look only on these hosts; needed where a name is on several.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
}

impl SessionVerb {
    /// How it is confirmed and told, where it is a change.
    pub(super) fn change(&self) -> Option<ChangeArgs> {
        match self {
            Self::List(_) | Self::Logs(_) | Self::Attach(_) => None,
            Self::Restart(args) => Some(args.change),
            Self::Start(args) => Some(args.change),
            Self::Stop(args) => Some(args.change),
            Self::Remove(args) => Some(args.change),
            Self::Rename(args) => Some(args.change),
        }
    }
}
