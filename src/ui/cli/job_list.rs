//! `tagboat job list`: the jobs that this machine started.

use super::args::ListArgs;
use super::choose_hosts::hosts_to_see;
use super::choose_job::known_jobs;
use super::exit_code::Exit;
use super::print::amounts::span;
use super::print::table::Table;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use crate::model::job::{Job, Sent};
use crate::model::names::HostName;
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
struct JobsReport {
    v: u8,
    jobs: Vec<JobReport>,
}

/// One job, as lists and `job show` print it.
#[derive(Serialize)]
pub(super) struct JobReport {
    id: String,
    verb: &'static str,
    title: String,
    operator: String,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    state: &'static str,
    hosts: Vec<String>,
    sent: Option<Sent>,
}

impl JobReport {
    pub(super) fn of(job: &Job) -> Self {
        Self {
            id: job.id.to_string(),
            verb: job.plan.verb(),
            title: job.plan.title(),
            operator: job.operator.to_string(),
            started_at: job.started_at,
            ended_at: job.ended_at,
            state: job.state.word(),
            hosts: job_hosts(job).iter().map(ToString::to_string).collect(),
            sent: job.sent(),
        }
    }
}

/// The hosts that a job works on, each once.
pub(super) fn job_hosts(job: &Job) -> Vec<HostName> {
    let mut hosts: Vec<_> = job.tracks.iter().map(|track| track.target.host.clone()).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Prints the jobs, newest last, as a log is read.
pub(super) fn job_list(program: &mut Program<'_>, args: &ListArgs) -> Result<Exit, Stop> {
    let mut jobs = known_jobs(program)?;
    if !args.hosts.is_empty() {
        let wanted = hosts_to_see(&program.config()?, &args.hosts)?;
        jobs.retain(|job| {
            job_hosts(job)
                .iter()
                .any(|host| wanted.iter().any(|wanted| wanted.name == *host))
        });
    }
    if args.json {
        let jobs = jobs.iter().map(JobReport::of).collect();
        program.output.json(&JobsReport { v: VERSION, jobs })?;
    } else if jobs.is_empty() {
        program.output.aside("there are no jobs")?;
    } else {
        let now = program.clock.now();
        let width = program.terminal.width;
        job_table(&jobs, now).write(program.output.results(), width)?;
    }
    Ok(Exit::Done)
}

fn job_table(jobs: &[Job], now: Timestamp) -> Table {
    let mut table = Table::new(["JOB", "STARTED", "STATE", "WHAT", "SENT", "OPERATOR"]);
    for job in jobs {
        table.row([
            job.id.to_string(),
            format!("{} ago", span(now.duration_since(job.started_at))),
            job.state.word().to_owned(),
            job.plan.title(),
            job.sent().map(Sent::words).unwrap_or_default(),
            job.operator.to_string(),
        ]);
    }
    table
}
