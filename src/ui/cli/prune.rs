//! `tagboat prune`: remove image tags that no session needs.

use super::args::PruneArgs;
use super::change::carry_out;
use super::choose_hosts::hosts_to_change;
use super::choose_image::choose_tag;
use super::choose_job::known_jobs;
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::job::Job;
use crate::model::plan::{Plan, PruneIntent, plan_prune};

/// Plans a prune, has it confirmed, and runs it.
pub(super) async fn prune(program: &mut Program<'_>, args: &PruneArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_change(&setup.config, &args.hosts)?;
    let only = args
        .tags
        .iter()
        .map(|tag| choose_tag(tag))
        .collect::<Result<_, _>>()?;
    let jobs = known_jobs(program)?;
    let names = hosts.iter().map(|host| host.name.clone()).collect();
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let intent = PruneIntent {
        hosts: names,
        only,
        in_flight: jobs.iter().flat_map(Job::needed_tags).collect(),
        now: program.clock.now(),
    };
    let plan = plan_prune(&intent, &survey.fleet)
        .map(Plan::Prune)
        .map_err(Stop::from);
    carry_out(program, &setup, survey, plan, args.change).await
}
