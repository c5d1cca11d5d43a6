//! What hosts are and what of tagboat is on them, asked before a plan is made: each once, and none is waited for too long.

use super::program::{Interrupt, Program};
use super::stop::Stop;
use super::survey::Survey;
use super::waiting::Waiting;
use crate::model::clean::clean;
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::fleet::Host;
use crate::model::names::HostName;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A host that has said nothing by then, not even why, is shown as not examined; the engine gives up a little earlier.
const DEADLINE: Duration = Duration::from_secs(52);

/// Examines every host that can be used.
pub(super) async fn examine(program: &mut Program<'_>, survey: &mut Survey) -> Result<(), Stop> {
    let usable = survey.fleet.hosts().filter(|host| host.connection.is_usable());
    let hosts: Vec<HostName> = usable.map(|host| host.name.clone()).collect();
    if hosts.is_empty() {
        return Ok(());
    }
    // An engine that is gone says so by the end of its events.
    let _ = survey.engine.commands.send(Command::Examine(hosts.clone())).await;
    let waiting = Waiting::begin(program.terminal);
    let outcome = listen(program, survey, &hosts, &waiting).await;
    waiting.end();
    outcome
}

async fn listen(
    program: &mut Program<'_>,
    survey: &mut Survey,
    hosts: &[HostName],
    waiting: &Waiting,
) -> Result<(), Stop> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let is_silent = |host: &&Host| hosts.contains(&host.name) && host.examined.is_none();
        let silent: Vec<HostName> = survey
            .fleet
            .hosts()
            .filter(is_silent)
            .map(|host| host.name.clone())
            .collect();
        if silent.is_empty() {
            return Ok(());
        }
        waiting.tell(hosts.len(), &silent.iter().collect::<Vec<_>>());
        tokio::select! {
            event = timeout_at(deadline, survey.engine.events.recv()) => match event {
                Ok(Some(Event::Fleet(delta))) => {
                    survey.fleet.apply(delta);
                }
                Ok(Some(Event::Notice(text))) => {
                    waiting.note(&mut program.output, &format!("note: {}", clean(&text)))?;
                }
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
