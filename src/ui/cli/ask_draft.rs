//! Has the engine plan a change of the source, and waits for the plan.

use super::program::Program;
use super::stop::Stop;
use super::survey::Survey;
use crate::model::clean::clean;
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::failure::Refusal;
use crate::model::plan::{Plan, SourceWish};

/// The plan of something that is built, or why there is none.
pub(super) async fn ask_draft(
    program: &mut Program<'_>,
    survey: &mut Survey,
    wish: SourceWish,
) -> Result<Plan, Stop> {
    if let Some(problem) = &survey.fleet.source().problem {
        return Err(Stop::refused(
            format!("the source engine cannot be asked: {problem}"),
            "start Docker here, or point DOCKER_HOST at the engine that is to build",
        ));
    }
    Ok(draft(program, survey, wish).await??)
}

/// What the engine answers: it does in any case; who does not want to wait interrupts it.
pub(super) async fn draft(
    program: &mut Program<'_>,
    survey: &mut Survey,
    wish: SourceWish,
) -> Result<Result<Plan, Refusal>, Stop> {
    let gone = || Stop::failed("the engine ended early", "look at the log in the state directory");
    let command = Command::Draft(Box::new(wish));
    survey.engine.commands.send(command).await.map_err(|_| gone())?;
    loop {
        tokio::select! {
            event = survey.engine.events.recv() => match event {
                Some(Event::Drafted(drafted)) => return Ok(drafted.plan),
                Some(Event::Fleet(delta)) => {
                    survey.fleet.apply(delta);
                }
                Some(Event::Notice(text)) => program.output.aside(format!("note: {}", clean(&text)))?,
                Some(_) => {}
                None => return Err(gone()),
            },
            Some(_) = program.interrupts.recv() => return Err(Stop::interrupted("Nothing was changed.", "")),
        }
    }
}
