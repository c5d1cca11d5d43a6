//! `tagboat session stop`: stop sessions, and say beforehand which of them are gone then.

use super::change::carry_out;
use super::choose_hosts::hosts_to_see;
use super::choose_sessions::choose_sessions;
use super::exit_code::Exit;
use super::program::Program;
use super::session_args::StopArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::plan::{Plan, StopIntent, plan_stop};

/// Plans stops, has them confirmed, and runs them.
pub(super) async fn session_stop(program: &mut Program<'_>, args: &StopArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.sessions.hosts)?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = plan(&survey, &args.sessions.names);
    carry_out(program, &setup, survey, plan, args.change).await
}

fn plan(survey: &Survey, names: &[String]) -> Result<Plan, Stop> {
    let sessions = choose_sessions(&survey.fleet, names)?;
    Ok(Plan::Stop(plan_stop(&StopIntent { sessions }, &survey.fleet)?))
}
