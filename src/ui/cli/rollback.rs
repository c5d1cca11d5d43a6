//! `tagboat rollback`: sessions to their predecessors, hosts to the tag before, or all that a job did.

use super::change::carry_out;
use super::choose_hosts::hosts_to_see;
use super::choose_job::{choose_job, known_jobs};
use super::choose_sessions::choose_sessions;
use super::exit_code::Exit;
use super::job_list::job_hosts;
use super::program::{Program, Setup};
use super::rollout_args::RollbackArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use super::weigh::weighed;
use crate::model::failure::Refusal;
use crate::model::job::{Job, JobState};
use crate::model::plan::{Conditions, Plan, plan_job_rollback, plan_session_rollback, plan_stamp_rollback};
use crate::model::profile::HostSettings;
use crate::model::rollout::RolloutOrder;

/// Plans the way back, has it confirmed, and goes it.
pub(super) async fn rollback(program: &mut Program<'_>, args: &RollbackArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let job = args
        .job
        .as_deref()
        .map(|word| choose_job(known_jobs(program)?, word))
        .transpose()?;
    if job.is_none() && args.names.is_empty() && !args.active {
        return Err(Stop::usage(
            "nothing was named that could be rolled back",
            "name sessions, or a job with --job, or the active tag of hosts with --active --host HOST",
        ));
    }
    if args.active && args.hosts.is_empty() {
        return Err(Stop::usage(
            "no host was chosen",
            "name the hosts whose active tag is rolled back with --host",
        ));
    }
    let hosts = hosts(&setup, args, job.as_ref())?;
    let names: Vec<_> = hosts.iter().map(|host| host.name.clone()).collect();
    let mut survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = match &job {
        Some(job) => of_job(job, args, &survey),
        None if args.active => plan_stamp_rollback(&names, &survey.fleet)
            .map(Plan::Activate)
            .map_err(Stop::from),
        None => of_sessions(args, &survey),
    };
    let plan = match plan {
        Ok(Plan::Restart(mut plan)) => {
            plan.conditions = args.conditions.into();
            weighed(program, &mut survey, plan).await
        }
        Ok(_) if Conditions::from(args.conditions) != Conditions::default() => Err(Stop::usage(
            "--when-idle and --require-clean are about sessions, and none of them is touched by this",
            "leave them away",
        )),
        plan => plan,
    };
    carry_out(program, &setup, survey, plan, args.change).await
}

fn hosts(setup: &Setup, args: &RollbackArgs, job: Option<&Job>) -> Result<Vec<HostSettings>, Stop> {
    match job {
        Some(job) if job_hosts(job).is_empty() => Ok(Vec::new()),
        Some(job) => {
            let names: Vec<String> = job_hosts(job).iter().map(ToString::to_string).collect();
            hosts_to_see(&setup.config, &names)
        }
        None => hosts_to_see(&setup.config, &args.hosts),
    }
}

fn order(args: &RollbackArgs) -> RolloutOrder {
    RolloutOrder {
        canary: None,
        wave: args.wave,
        max_failures: args.max_failures,
    }
}

fn of_sessions(args: &RollbackArgs, survey: &Survey) -> Result<Plan, Stop> {
    let sessions = choose_sessions(&survey.fleet, &args.names)?;
    let plan = plan_session_rollback(&sessions, order(args), &survey.fleet)?;
    Ok(Plan::Restart(plan))
}

fn of_job(job: &Job, args: &RollbackArgs, survey: &Survey) -> Result<Plan, Stop> {
    if !matches!(job.state, JobState::Ended(_) | JobState::Interrupted) {
        return Err(Refusal::of_plan(
            format!("job {} is not over", job.id),
            "cancel it where it runs, then roll it back",
        )
        .into());
    }
    Ok(plan_job_rollback(job, order(args), &survey.fleet)?)
}
