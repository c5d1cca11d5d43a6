//! The command line of rollouts and rollbacks, and what must hold of a session before any restart.

use super::args::{ChangeArgs, HostArgs};
use crate::model::plan::Conditions;
use crate::ops::config::read_duration;
use clap::Args;
use std::num::NonZeroUsize;
use std::time::Duration;

/// `tagboat rollout`.
#[derive(Debug, Args)]
pub struct RolloutArgs {
    /// Only sessions that pass this filter, written as on the Sessions screen: is:behind, tag:v1.*, a part of a name
    /// [default: all that are not on the tag yet].
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Which hosts.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// The tag to restart onto [default: the active tag of each host].
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// How they follow each other.
    #[command(flatten)]
    pub order: RolloutOrderArgs,
    /// What must hold of a session before it is touched.
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// Print each session whenever it is a step further, and the account, also on a terminal.
    #[arg(long)]
    pub watch: bool,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// How the sessions of a rollout follow each other.
#[derive(Debug, Clone, Args)]
pub struct RolloutOrderArgs {
    /// Sessions that go first; the others follow only if these are good. 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub canary: usize,
    /// Ask before it goes on after the canaries; without a terminal it waits for `tagboat job approve`.
    #[arg(long)]
    pub approve: bool,
    /// Sessions that are restarted at the same time after that; the next ones wait for all of them.
    #[arg(long, value_name = "N", default_value = "1")]
    pub wave: NonZeroUsize,
    /// So many sessions may fail and it still goes on. A canary may never.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub max_failures: usize,
}

/// `tagboat rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// Sessions: whole names, or the beginning of a name or of one of its parts where that is enough.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Take back what this job did, as far as it was done: its id, or the end of it where only one job ends so.
    #[arg(long, value_name = "JOB", conflicts_with_all = ["names", "active", "hosts"])]
    pub job: Option<String>,
    /// Make the tag active again that was before the active one; no session is touched.
    #[arg(long, conflicts_with = "names")]
    pub active: bool,
    /// Look only on these hosts; needed where a name is on several, and with --active.
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Sessions that go back at the same time.
    #[arg(long, value_name = "N", default_value = "1")]
    pub wave: NonZeroUsize,
    /// So many sessions may fail and it still goes on.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub max_failures: usize,
    /// What must hold before a session is touched.
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// Confirmation and output.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// What must hold of a session before it is touched.
#[derive(Debug, Clone, Copy, Args)]
pub struct ConditionArgs {
    /// Wait until nothing was written, typed or computed in a session for so long, such as 5m, before it is touched.
    #[arg(long, value_name = "DURATION", value_parser = quiet_for)]
    pub when_idle: Option<Duration>,
    /// Refuse a session in whose container's own layer something changed.
    #[arg(long)]
    pub require_clean: bool,
}

fn quiet_for(text: &str) -> Result<Duration, String> {
    match read_duration(text)? {
        Duration::ZERO => Err("a session is always quiet for no time; write at least 1s".to_owned()),
        quiet => Ok(quiet),
    }
}

impl From<ConditionArgs> for Conditions {
    fn from(args: ConditionArgs) -> Self {
        Self {
            when_idle: args.when_idle,
            require_clean: args.require_clean,
        }
    }
}
