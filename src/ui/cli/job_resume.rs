//! `tagboat job resume`: take up a job whose console died.

use super::args::JobResumeArgs;
use super::change::agree;
use super::choose_hosts::hosts_to_see;
use super::choose_job::{choose_job, known_jobs};
use super::exit_code::Exit;
use super::follow::{Telling, follow};
use super::job_list::job_hosts;
use super::program::{Program, Setup};
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::command::Command;
use crate::model::job::{Job, JobState};
use crate::model::profile::HostSettings;

/// Shows what is left to do, has it confirmed, and runs it to its end.
pub(super) async fn job_resume(program: &mut Program<'_>, args: &JobResumeArgs) -> Result<Exit, Stop> {
    let job = choose_job(known_jobs(program)?, &args.id)?;
    resumable(&job)?;
    let setup = program.setup()?;
    let hosts = hosts_of(&setup, &job)?;
    if !agree(program, &job.plan, Some(&job.id), args.change).await? {
        return Ok(Exit::Done);
    }
    let survey = survey(program, &setup, hosts, Need::HostsAndImages).await?;
    let command = Command::Resume(job.id.clone());
    let telling = Telling::Fitting.or_json(args.change.json);
    follow(program, survey.engine, command, job, telling).await
}

fn resumable(job: &Job) -> Result<(), Stop> {
    match job.state {
        _ if job.is_resumable() => Ok(()),
        JobState::Running | JobState::Cancelling | JobState::Elsewhere => Err(Stop::refused(
            format!("job {} runs in another console", job.id),
            "watch it there; if that console is gone, it can be resumed a moment later",
        )),
        JobState::Interrupted | JobState::Ended(_) => Err(Stop::refused(
            format!("nothing of job {} is left to do", job.id),
            format!("see `tagboat job show {}`", job.id.short()),
        )),
    }
}

fn hosts_of(setup: &Setup, job: &Job) -> Result<Vec<HostSettings>, Stop> {
    let names: Vec<String> = job_hosts(job).iter().map(ToString::to_string).collect();
    hosts_to_see(&setup.config, &names)
}
