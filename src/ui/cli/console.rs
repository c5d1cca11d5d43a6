//! `tagboat` without a verb: the console, on an engine that watches all hosts.

use super::program::{Program, Setup};
use super::stop::Stop;
use crate::model::console::Desk;
use crate::model::fleet::{Fleet, Host};
use crate::ops::engine::{EngineHandle, EngineOptions, Watching};
use crate::ui::run::ConsoleOptions;

/// Starts the engine and gives it to the console; gives the exit code of the process.
pub(super) async fn console(program: &mut Program<'_>) -> Result<u8, Stop> {
    if !program.terminal.can_ask || program.terminal.width.is_none() {
        return Err(Stop::usage(
            "the console needs a terminal",
            "see `tagboat --help` for the verbs that do not",
        ));
    }
    let setup = program.setup()?;
    let options = EngineOptions {
        hosts: setup.config.hosts.clone(),
        ssh_config: setup.config.ssh_config.clone(),
        operator: setup.operator.clone(),
        dirs: setup.dirs.clone(),
        watching: Watching::Live,
        cache: setup.config.cache,
        contracts: setup.contracts.clone(),
        keychain: setup.keychain.clone(),
    };
    let engine = (program.start_engine)(options).map_err(|error| {
        Stop::failed(
            format!("the engine cannot start: {error}"),
            "look at the directories that it names",
        )
    })?;
    open(setup, engine).await
}

/// The single place where the console is connected.
async fn open(setup: Setup, engine: EngineHandle) -> Result<u8, Stop> {
    let fleet = Fleet::new(setup.config.hosts.into_iter().map(Host::new));
    let failed = |error: color_eyre::Report| {
        Stop::failed(
            format!("the console ended: {error:#}"),
            "`tagboat job list` shows what runs or was interrupted",
        )
    };
    // Two consoles that start a job in the same second must not give it the same id.
    let salt = u16::try_from(std::process::id() % 0x1_0000).unwrap_or_default();
    let desk = Desk {
        operator: setup.operator,
        push: setup.config.push,
        ssh_config: setup.config.ssh_config.map(|path| path.display().to_string()),
    };
    let options = ConsoleOptions::new(fleet, desk, salt).map_err(failed)?;
    let code = crate::ui::run::run(options, engine.commands, engine.events).await;
    if engine.ended.await.is_err() {
        tracing::error!("the engine did not end by itself");
    }
    code.map_err(failed)
}
