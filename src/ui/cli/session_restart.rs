//! `tagboat session restart`: replace the containers of sessions by new ones on a tag.

use super::args::RestartArgs;
use super::change::carry_out;
use super::choose_hosts::hosts_to_see;
use super::choose_image::choose_tag;
use super::choose_sessions::choose_sessions;
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::names::Tag;
use crate::model::plan::{Plan, RestartIntent, plan_restart};
use crate::model::rollout::RolloutOrder;

/// Plans restarts, has them confirmed, and runs them one after the other.
pub(super) async fn session_restart(program: &mut Program<'_>, args: &RestartArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts)?;
    let onto = args.tag.as_deref().map(choose_tag).transpose()?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = plan(&survey, &args.names, onto);
    carry_out(program, &setup, survey, plan, args.change).await
}

fn plan(survey: &Survey, names: &[String], onto: Option<Tag>) -> Result<Plan, Stop> {
    let sessions = choose_sessions(&survey.fleet, names)?;
    let intent = RestartIntent {
        sessions,
        onto,
        order: RolloutOrder::default(),
        only_others: false,
    };
    Ok(Plan::Restart(plan_restart(&intent, &survey.fleet)?))
}
