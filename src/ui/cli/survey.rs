//! One look at the fleet: the engine lists each host once, and what it tells is folded until all have answered.

use super::program::{Interrupt, Program, Setup};
use super::stop::Stop;
use super::waiting::Waiting;
use crate::model::clean::clean;
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::fleet::{Connection, Delta, Fleet, Host};
use crate::model::names::HostName;
use crate::model::profile::HostSettings;
use crate::ops::engine::{EngineHandle, EngineOptions, Watching};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// A host that has said nothing by then is shown as it is: connect 5 s, facts and lists 15 s each, and some air.
const DEADLINE: Duration = Duration::from_secs(40);

/// The same for a look that is only taken besides.
const SOON: Duration = Duration::from_secs(8);

/// How long an engine may take to close its connections.
const FAREWELL: Duration = Duration::from_secs(3);

/// What was seen, and the engine that saw it.
pub(super) struct Survey {
    /// The hosts and what is on them.
    pub(super) fleet: Fleet,
    /// The engine, ready to run a plan.
    pub(super) engine: EngineHandle,
}

/// What a verb must know before it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The hosts.
    Hosts,
    /// The hosts as far as they answer soon: nothing hangs on one that does not.
    WhoAnswers,
    /// The hosts, the images that can be pushed, and what is kept of them here.
    HostsAndImages,
}

/// Asks these hosts, and only these, what is on them.
pub(super) async fn survey(
    program: &mut Program<'_>,
    setup: &Setup,
    hosts: Vec<HostSettings>,
    need: Need,
) -> Result<Survey, Stop> {
    let options = EngineOptions {
        hosts: hosts.clone(),
        ssh_config: setup.config.ssh_config.clone(),
        operator: setup.operator.clone(),
        dirs: setup.dirs.clone(),
        watching: Watching::Once,
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
    let mut survey = Survey {
        fleet: Fleet::new(hosts.into_iter().map(Host::new)),
        engine,
    };
    let waiting = Waiting::begin(program.terminal);
    let outcome = survey.listen(program, need, &waiting).await;
    waiting.end();
    match outcome {
        Ok(()) => Ok(survey),
        Err(stop) => {
            survey.close().await;
            Err(stop)
        }
    }
}

impl Survey {
    async fn listen(&mut self, program: &mut Program<'_>, need: Need, waiting: &Waiting) -> Result<(), Stop> {
        let deadline = Instant::now() + if need == Need::WhoAnswers { SOON } else { DEADLINE };
        let mut source_missing = need == Need::HostsAndImages;
        let mut stock_missing = source_missing;
        loop {
            let silent = self.silent();
            if silent.is_empty() && !source_missing && !stock_missing {
                return Ok(());
            }
            waiting.tell(self.fleet.hosts().len(), &silent);
            tokio::select! {
                event = timeout_at(deadline, self.engine.events.recv()) => match event {
                    Ok(Some(Event::Fleet(delta))) => {
                        source_missing &= !matches!(delta, Delta::Source { .. });
                        stock_missing &= !matches!(delta, Delta::Stock(_));
                        self.fleet.apply(delta);
                    }
                    Ok(Some(Event::Notice(text))) => waiting.note(&mut program.output, &format!("note: {}", clean(&text)))?,
                    Ok(Some(Event::Known(_) | Event::Job { .. } | Event::Refused { .. } | Event::Weighed { .. } | Event::Drafted(_) | Event::Logs(..))) => {}
                    Ok(None) => return Err(Stop::failed("the engine ended early", "look at the log in the state directory")),
                    Err(_) => return Ok(()),
                },
                Some(Interrupt::Stop | Interrupt::Leave) = program.interrupts.recv() => {
                    return Err(Stop::interrupted("Nothing was changed.", ""));
                }
            }
        }
    }

    /// The hosts that have neither been listed nor said why they cannot be.
    fn silent(&self) -> Vec<&HostName> {
        let is_silent =
            |host: &&Host| host.listed_at.is_none() && !matches!(host.connection, Connection::Failed { .. });
        self.fleet
            .hosts()
            .filter(is_silent)
            .map(|host| &host.name)
            .collect()
    }

    /// Ends the engine; what it has open is closed in good order.
    pub(super) async fn close(self) {
        close(self.engine).await;
    }
}

/// Ends an engine and waits until it has closed its connections: it holds the other end of the commands until then.
pub(super) async fn close(mut engine: EngineHandle) {
    if engine.commands.send(Command::Shutdown).await.is_err() {
        return;
    }
    // What watches hosts ends when nobody listens any more.
    engine.events.close();
    while engine.events.try_recv().is_ok() {}
    if timeout(FAREWELL, engine.commands.closed()).await.is_err() {
        tracing::warn!("the engine took too long to end");
    }
}
