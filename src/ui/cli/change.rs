//! The way of every change: the plan is shown, confirmed, run, and followed to its end.

use super::args::ChangeArgs;
use super::confirm::confirm;
use super::exit_code::Exit;
use super::follow::{Telling, follow};
use super::print::plan::{PlanReport, write_plan};
use super::program::{Program, Setup};
use super::stop::Stop;
use super::survey::Survey;
use crate::model::command::Command;
use crate::model::job::{Job, Patience};
use crate::model::names::JobId;
use crate::model::plan::Plan;
use std::hash::{BuildHasher, RandomState};

/// Carries out a plan that was made from a survey, or a stop that was met on the way to it.
pub(super) async fn carry_out(
    program: &mut Program<'_>,
    setup: &Setup,
    survey: Survey,
    plan: Result<Plan, Stop>,
    args: ChangeArgs,
) -> Result<Exit, Stop> {
    carry_out_telling(program, setup, survey, plan, args, Telling::Fitting).await
}

/// The same, told in a way that the operator chose; `--json` goes before that.
pub(super) async fn carry_out_telling(
    program: &mut Program<'_>,
    setup: &Setup,
    survey: Survey,
    plan: Result<Plan, Stop>,
    args: ChangeArgs,
    telling: Telling,
) -> Result<Exit, Stop> {
    let now = program.clock.now();
    let plan = match plan {
        Ok(plan) => plan,
        Err(stop) => {
            survey.close().await;
            return Err(stop);
        }
    };
    let id = JobId::new(now, salt());
    let agreed = agree(program, &plan, Some(&id), args).await;
    // Where nothing is left to do, who was left out is still not as it was asked for.
    let is_partly = !plan.refused().is_empty() && !args.dry_run;
    let patience = args.patience().unwrap_or(Patience::NONE);
    let job = Job::new(id.clone(), plan.clone(), setup.operator.clone(), now).waiting(patience);
    let command = Command::Run {
        id,
        plan: Box::new(plan),
        patience,
    };
    let run = run_if(
        agreed,
        program,
        survey,
        (command, job),
        telling.or_json(args.json),
    );
    Ok(match run.await? {
        Exit::Done if is_partly => Exit::Partly,
        exit => exit,
    })
}

/// Gives the engine the command that begins a job, and follows the job, if the operator agreed.
pub(super) async fn run_if(
    agreed: Result<bool, Stop>,
    program: &mut Program<'_>,
    survey: Survey,
    (command, job): (Command, Job),
    telling: Telling,
) -> Result<Exit, Stop> {
    match agreed {
        Ok(true) => follow(program, survey.engine, command, job, telling).await,
        Ok(false) => {
            survey.close().await;
            Ok(Exit::Done)
        }
        Err(stop) => {
            survey.close().await;
            Err(stop)
        }
    }
}

/// Shows a plan and has it confirmed; false where it was only to be shown.
pub(super) async fn agree(
    program: &mut Program<'_>,
    plan: &Plan,
    job: Option<&JobId>,
    args: ChangeArgs,
) -> Result<bool, Stop> {
    let width = program.terminal.width;
    if args.json {
        let job = job.filter(|_| !args.dry_run);
        program.output.json(&PlanReport::of(plan, job))?;
        if program.terminal.can_ask && !args.yes && !args.dry_run {
            write_plan(plan, program.output.asides(), width)?;
        }
    } else {
        write_plan(plan, program.output.results(), width)?;
    }
    if args.dry_run {
        program.output.aside("dry run: nothing was changed")?;
        return Ok(false);
    }
    if plan.targets().iter().all(|target| plan.steps(target).len() < 2) {
        program
            .output
            .aside("there is nothing to do; nothing was changed")?;
        return Ok(false);
    }
    confirm(program, &plan.gate(), args.yes).await?;
    Ok(true)
}

/// What keeps apart jobs of the same moment; `RandomState` is seeded by the system.
pub(super) fn salt() -> u16 {
    let hash = RandomState::new().hash_one(std::process::id()).to_le_bytes();
    u16::from_le_bytes([hash[0], hash[1]])
}
