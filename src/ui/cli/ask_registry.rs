//! Has the engine look at a registry, and waits for what it tells.

use super::program::Program;
use super::stop::Stop;
use super::survey::Survey;
use crate::model::clean::clean;
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::names::{ImageRef, RegistryTag};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The engine answers a little before that.
const DEADLINE: Duration = Duration::from_secs(95);

/// Asks what a registry has under a tag; the fleet of the survey knows it then.
pub(super) async fn ask_registry(
    program: &mut Program<'_>,
    survey: &mut Survey,
    (reference, to): (&ImageRef, &RegistryTag),
) -> Result<(), Stop> {
    let gone = || Stop::failed("the engine ended early", "look at the log in the state directory");
    let command = Command::AskRegistry(reference.clone(), to.clone());
    survey.engine.commands.send(command).await.map_err(|_| gone())?;
    let deadline = Instant::now() + DEADLINE;
    while survey.fleet.registry_look(reference, to).is_none() {
        tokio::select! {
            event = timeout_at(deadline, survey.engine.events.recv()) => match event {
                Ok(Some(Event::Fleet(delta))) => {
                    survey.fleet.apply(delta);
                }
                Ok(Some(Event::Notice(text))) => program.output.aside(format!("note: {}", clean(&text)))?,
                Ok(Some(_)) => {}
                Ok(None) => return Err(gone()),
                Err(_) => return Err(Stop::failed(
                    format!("{} did not answer", to.repository.registry()),
                    "run it again when it does",
                )),
            },
            Some(_) = program.interrupts.recv() => return Err(Stop::interrupted("Nothing was changed.", "")),
        }
    }
    Ok(())
}
