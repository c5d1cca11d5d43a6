//! What a run of the command line works with: the process around it as values, so that tests own all of it.

use super::output::Output;
use super::stop::Stop;
use crate::model::names::Operator;
use crate::ops::config::{Config, ContractSet};
use crate::ops::dirs::Dirs;
use crate::ops::engine::{EngineHandle, EngineOptions};
use crate::ops::environment::Environment;
use crate::ops::operator::this_operator;
use crate::ops::ports::Clock;
use crate::ops::registry::Keychain;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Starts an engine.
pub type StartEngine<'a> = &'a dyn Fn(EngineOptions) -> io::Result<EngineHandle>;

/// Reads the line that the operator types to a question; may block.
pub type ReadAnswer = Arc<dyn Fn() -> io::Result<String> + Send + Sync>;

/// The process around a run.
pub struct Program<'a> {
    /// The config that `--config` named.
    pub config_file: Option<PathBuf>,
    /// Its environment.
    pub environment: Environment<'a>,
    /// Where it writes.
    pub output: Output<'a>,
    /// Which of its streams are a terminal.
    pub terminal: Terminal,
    /// Where its engine comes from.
    pub start_engine: StartEngine<'a>,
    /// Where answers come from.
    pub read_answer: ReadAnswer,
    /// The wishes of the operator to end.
    pub interrupts: mpsc::Receiver<Interrupt>,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Which streams are a terminal, and how wide it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Whether questions can be asked and answered.
    pub can_ask: bool,
    /// Whether bars can be drawn beside the results.
    pub has_bars: bool,
    /// The columns that results may take; none when they go to a file or another program.
    pub width: Option<usize>,
}

/// How the operator, or the system, wants the run to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// Ctrl-C: end what runs in good order; the second time, leave.
    Stop,
    /// The terminal or the system goes away: leave, what runs can be resumed.
    Leave,
}

/// What every verb that works on the fleet begins with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The configuration.
    pub config: Config,
    /// Where state and sockets are.
    pub dirs: Dirs,
    /// Who acts.
    pub operator: Operator,
    /// What images must be.
    pub contracts: ContractSet,
    /// Where logins for registries come from.
    pub keychain: Keychain,
}

impl Program<'_> {
    /// Reads the configuration.
    pub fn config(&self) -> Result<Config, Stop> {
        Ok(Config::load(self.config_file.as_deref(), self.environment)?)
    }

    /// The contracts that it can name.
    pub fn contracts(&self) -> ContractSet {
        Config::contracts(self.config_file.as_deref(), self.environment)
    }

    /// Finds the directories.
    pub fn dirs(&self) -> Result<Dirs, Stop> {
        Dirs::find(self.environment).map_err(|error| {
            Stop::usage(
                format!("there is no place for the journal: {error}"),
                "set HOME, or TAGBOAT_STATE_DIR, TAGBOAT_CACHE_DIR and TAGBOAT_RUNTIME_DIR",
            )
        })
    }

    /// Reads the configuration, finds the directories and the operator.
    pub fn setup(&self) -> Result<Setup, Stop> {
        self.setup_with(self.config()?)
    }

    /// The same with another configuration than the one that is written.
    pub(super) fn setup_with(&self, config: Config) -> Result<Setup, Stop> {
        let operator = this_operator(self.environment)
            .map_err(|invalid| Stop::usage(invalid.to_string(), "set TAGBOAT_OPERATOR, such as me@desk"))?;
        Ok(Setup {
            config,
            dirs: self.dirs()?,
            operator,
            contracts: self.contracts(),
            keychain: Keychain::of_docker(self.environment),
        })
    }
}
