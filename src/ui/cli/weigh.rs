//! What restarts cost, asked before the plan is shown: each host once, and none is waited for too long.

use super::program::{Interrupt, Program};
use super::stop::Stop;
use super::survey::Survey;
use super::waiting::Waiting;
use crate::model::clean::clean;
use crate::model::command::Command;
use crate::model::cost::Cost;
use crate::model::event::Event;
use crate::model::names::HostName;
use crate::model::plan::{Plan, RestartPlan};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A host that has said nothing by then, not even why, is told as silent; the engine gives up a little earlier.
const DEADLINE: Duration = Duration::from_secs(18);

/// The plan with what it costs, without the sessions that are not as its conditions want them.
pub(super) async fn weighed(
    program: &mut Program<'_>,
    survey: &mut Survey,
    mut plan: RestartPlan,
) -> Result<Plan, Stop> {
    weigh(program, survey, &mut plan).await?;
    Ok(Plan::Restart(plan.hold_to_conditions()?))
}

/// Fills the plan with what it costs, or with why that is not known.
pub(super) async fn weigh(
    program: &mut Program<'_>,
    survey: &mut Survey,
    plan: &mut RestartPlan,
) -> Result<(), Stop> {
    let question = plan.to_weigh();
    if question.is_empty() {
        return Ok(());
    }
    // An engine that is gone says so by the end of its events.
    let _ = survey.engine.commands.send(Command::Weigh(question)).await;
    let waiting = Waiting::begin(program.terminal);
    let outcome = listen(program, survey, plan, &waiting).await;
    waiting.end();
    outcome?;
    let now = program.clock.now();
    for (host, ids) in plan.to_weigh() {
        let cost = Cost::untold(now, format!("no answer within {} s", DEADLINE.as_secs()));
        let costs: BTreeMap<_, _> = ids.into_iter().map(|id| (id, cost.clone())).collect();
        plan.take_costs(&host, &costs);
    }
    Ok(())
}

async fn listen(
    program: &mut Program<'_>,
    survey: &mut Survey,
    plan: &mut RestartPlan,
    waiting: &Waiting,
) -> Result<(), Stop> {
    let deadline = Instant::now() + DEADLINE;
    let hosts = plan.to_weigh().len();
    loop {
        let silent: Vec<HostName> = plan.to_weigh().into_keys().collect();
        if silent.is_empty() {
            return Ok(());
        }
        waiting.tell(hosts, &silent.iter().collect::<Vec<_>>());
        tokio::select! {
            event = timeout_at(deadline, survey.engine.events.recv()) => match event {
                Ok(Some(Event::Weighed { host, costs })) => plan.take_costs(&host, &costs),
                Ok(Some(Event::Fleet(delta))) => {
                    survey.fleet.apply(delta);
                }
                Ok(Some(Event::Notice(text))) => {
                    waiting.note(&mut program.output, &format!("note: {}", clean(&text)))?;
                }
                Ok(Some(Event::Known(_) | Event::Job { .. } | Event::Refused { .. } | Event::Drafted(_) | Event::Logs(..))) => {}
                Ok(None) => return Err(Stop::failed("the engine ended early", "look at the log in the state directory")),
                Err(_) => return Ok(()),
            },
            Some(Interrupt::Stop | Interrupt::Leave) = program.interrupts.recv() => {
                return Err(Stop::interrupted("Nothing was changed.", ""));
            }
        }
    }
}
