//! `tagboat job resume`: take up a job whose console died.

use super::args::JobResumeArgs;
use super::change::{agree, run_if};
use super::choose_hosts::hosts_to_see;
use super::choose_job::{choose_job, known_jobs};
use super::exit_code::Exit;
use super::follow::Telling;
use super::job_list::job_hosts;
use super::log_in::log_in;
use super::program::{Program, Setup};
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use super::weigh::weigh;
use crate::model::command::Command;
use crate::model::job::{Job, JobState, Rest};
use crate::model::plan::{Plan, RestartPlan};
use crate::model::profile::HostSettings;

/// Shows what is left to do, has it confirmed, and runs it to its end.
pub(super) async fn job_resume(program: &mut Program<'_>, args: &JobResumeArgs) -> Result<Exit, Stop> {
    let job = choose_job(known_jobs(program)?, &args.id)?;
    resumable(&job)?;
    let mut setup = program.setup()?;
    log_in(program, &args.login, &mut setup).await?;
    let rest = job.rest();
    let hosts = hosts_of(&setup, &job)?;
    let need = match job.plan {
        Plan::Push(_) | Plan::Build(_) | Plan::Publish(_) | Plan::Release(_) => Need::HostsAndImages,
        _ => Need::Hosts,
    };
    let mut survey = survey(program, &setup, hosts, need).await?;
    let agreed = agree_to_rest(program, &mut survey, &rest, args).await;
    let command = Command::Resume(job.id.clone(), args.change.patience());
    let telling = Telling::Fitting.or_json(args.change.json);
    run_if(agreed, program, survey, (command, job), telling).await
}

/// Shows the part of the plan that is left, with what it costs now, and has it confirmed.
async fn agree_to_rest(
    program: &mut Program<'_>,
    survey: &mut Survey,
    rest: &Rest,
    args: &JobResumeArgs,
) -> Result<bool, Stop> {
    let id = &rest.job().id;
    let Some(mut plan) = rest.plan() else {
        let text = format!("nothing is left to do of job {id}: all that is missing is its end");
        program.output.aside(text)?;
        return Ok(!args.change.dry_run);
    };
    if let Plan::Restart(plan) = &mut plan {
        weigh_rest(program, survey, rest, plan).await?;
    }
    for line in rest.words() {
        program.output.aside(line)?;
    }
    agree(program, &plan, Some(id), args.change).await
}

/// Asks what it costs to restart the sessions that are left. What was begun is brought to its end, whatever it costs.
async fn weigh_rest(
    program: &mut Program<'_>,
    survey: &mut Survey,
    rest: &Rest,
    plan: &mut RestartPlan,
) -> Result<(), Stop> {
    let begun = rest.begun();
    let mut untouched = plan.clone();
    untouched.sessions.retain(|one| !begun.contains(&one.target()));
    weigh(program, survey, &mut untouched).await?;
    for one in &mut plan.sessions {
        let weighed = untouched
            .sessions
            .iter()
            .find(|other| other.target() == one.target());
        one.cost = weighed.and_then(|other| other.cost.clone());
    }
    Ok(())
}

fn resumable(job: &Job) -> Result<(), Stop> {
    match job.state {
        _ if job.is_resumable() => Ok(()),
        JobState::Running | JobState::Cancelling | JobState::Elsewhere => Err(Stop::refused(
            format!("job {} runs in another process", job.id),
            "see `tagboat job show`; `tagboat job pause` and `tagboat job cancel` reach it",
        )),
        JobState::Interrupted | JobState::Ended(_) => Err(Stop::refused(
            format!("nothing of job {} is left to do", job.id),
            format!("see `tagboat job show {}`", job.id.short()),
        )),
    }
}

fn hosts_of(setup: &Setup, job: &Job) -> Result<Vec<HostSettings>, Stop> {
    let names: Vec<String> = job_hosts(job).iter().map(ToString::to_string).collect();
    // No name at all would mean all hosts.
    if names.is_empty() {
        return Ok(Vec::new());
    }
    hosts_to_see(&setup.config, &names)
}
