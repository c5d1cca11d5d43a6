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
use crate::model::job::{Job, Sent, Track, TrackResult};
use crate::model::names::HostName;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// What became of each target; of those on the hosts that were asked for, where some were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<TargetReport>,
}

#[derive(Serialize)]
struct TargetReport {
    target: String,
    result: &'static str,
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
            results: Vec::new(),
        }
    }

    /// The same with the result of each target on these hosts.
    fn with_results(job: &Job, on: &Wanted) -> Self {
        let tracks = job.tracks.iter().filter(|track| on.has(&track.target.host));
        let results = tracks.map(|track| TargetReport {
            target: track.target.to_string(),
            result: result_word(track),
        });
        Self {
            results: results.collect(),
            ..Self::of(job)
        }
    }
}

/// The hosts that were asked for; none for all.
struct Wanted(Option<Vec<HostName>>);

impl Wanted {
    fn has(&self, host: &HostName) -> bool {
        self.0.as_ref().is_none_or(|hosts| hosts.contains(host))
    }
}

fn result_word(track: &Track) -> &'static str {
    track.result.as_ref().map_or("open", TrackResult::word)
}

/// What became of a job on the hosts that were asked for: `eu-01 done, eu-02 2 done, 1 failed`.
fn results_on(job: &Job, wanted: &Wanted) -> String {
    let mut hosts: BTreeMap<&HostName, BTreeMap<&str, usize>> = BTreeMap::new();
    for track in job.tracks.iter().filter(|track| wanted.has(&track.target.host)) {
        let words = hosts.entry(&track.target.host).or_default();
        *words.entry(result_word(track)).or_default() += 1;
    }
    let of_host = |(host, words): (&HostName, BTreeMap<&str, usize>)| {
        let counted = words.into_iter().map(|(word, count)| match count {
            1 => word.to_owned(),
            count => format!("{count} {word}"),
        });
        format!("{host} {}", counted.collect::<Vec<_>>().join(" and "))
    };
    hosts.into_iter().map(of_host).collect::<Vec<_>>().join(", ")
}

/// The hosts that a job works on, each once; none where it is about the source.
pub(super) fn job_hosts(job: &Job) -> Vec<HostName> {
    let hosts = job
        .tracks
        .iter()
        .filter_map(|track| track.target.host.unless_source());
    let mut hosts: Vec<_> = hosts.collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Prints the jobs, newest last, as a log is read.
pub(super) fn job_list(program: &mut Program<'_>, args: &ListArgs) -> Result<Exit, Stop> {
    let mut jobs = known_jobs(program)?;
    let wanted = if args.hosts.is_empty() {
        Wanted(None)
    } else {
        let named = hosts_to_see(&program.config()?, &args.hosts)?;
        Wanted(Some(named.into_iter().map(|host| host.name).collect()))
    };
    jobs.retain(|job| wanted.0.is_none() || job_hosts(job).iter().any(|host| wanted.has(host)));
    if args.json {
        let jobs = jobs.iter().map(|job| JobReport::with_results(job, &wanted));
        let jobs = jobs.collect();
        program.output.json(&JobsReport { v: VERSION, jobs })?;
    } else if jobs.is_empty() {
        program.output.aside("there are no jobs")?;
    } else {
        let now = program.clock.now();
        let width = program.terminal.width;
        job_table(&jobs, &wanted, now).write(program.output.results(), width)?;
    }
    Ok(Exit::Done)
}

/// Where hosts were asked for, what became of each of them; else what went to all.
fn job_table(jobs: &[Job], wanted: &Wanted, now: Timestamp) -> Table {
    let last = if wanted.0.is_some() { "RESULT" } else { "SENT" };
    let mut table = Table::new(["JOB", "STARTED", "STATE", "WHAT", last, "OPERATOR"]);
    for job in jobs {
        let told = if wanted.0.is_some() {
            results_on(job, wanted)
        } else {
            job.sent().map(Sent::words).unwrap_or_default()
        };
        table.row([
            job.id.to_string(),
            format!("{} ago", span(now.duration_since(job.started_at))),
            job.state.word().to_owned(),
            job.plan.title(),
            told,
            job.operator.to_string(),
        ]);
    }
    table
}
