//! `tagboat` without a verb: the console, on an engine that watches all hosts.

use super::program::{Program, Setup};
use super::stop::Stop;
use crate::ops::engine::{EngineHandle, EngineOptions, Watching};

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
async fn open(_setup: Setup, engine: EngineHandle) -> Result<u8, Stop> {
    super::survey::close(engine).await;
    Err(Stop::failed(
        "the console is not part of this build",
        "see `tagboat --help` for the verbs",
    ))
}
