//! `tagboat session remove`: remove sessions, and their volumes only where that is said.

use super::change::carry_out;
use super::choose_hosts::hosts_to_see;
use super::choose_sessions::choose_sessions;
use super::exit_code::Exit;
use super::program::Program;
use super::session_args::RemoveArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::plan::{Plan, RemoveIntent, plan_remove};

/// Plans a removal, has it confirmed by a typed word, and runs it.
pub(super) async fn session_remove(program: &mut Program<'_>, args: &RemoveArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.sessions.hosts)?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = plan(&survey, args);
    carry_out(program, &setup, survey, plan, args.change).await
}

fn plan(survey: &Survey, args: &RemoveArgs) -> Result<Plan, Stop> {
    let sessions = choose_sessions(&survey.fleet, &args.sessions.names)?;
    let intent = RemoveIntent {
        sessions,
        with_volumes: args.volumes,
    };
    Ok(Plan::Remove(plan_remove(&intent, &survey.fleet)?))
}
