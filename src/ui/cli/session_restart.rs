//! `tagboat session restart`: replace the containers of sessions by new ones on a tag.

use super::change::carry_out;
use super::choose_hosts::hosts_to_see;
use super::choose_image::choose_tag;
use super::choose_sessions::choose_sessions;
use super::exit_code::Exit;
use super::program::Program;
use super::session_args::RestartArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use super::weigh::weighed;
use crate::model::names::Tag;
use crate::model::plan::{RestartIntent, RestartPlan, plan_restart};
use crate::model::rollout::RolloutOrder;

/// Plans restarts, says what they cost, has them confirmed, and runs them one after the other.
pub(super) async fn session_restart(program: &mut Program<'_>, args: &RestartArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts)?;
    let onto = args.tag.as_deref().map(choose_tag).transpose()?;
    let mut survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = match plan(&survey, args, onto) {
        Ok(plan) => weighed(program, &mut survey, plan).await,
        Err(stop) => Err(stop),
    };
    carry_out(program, &setup, survey, plan, args.change).await
}

fn plan(survey: &Survey, args: &RestartArgs, onto: Option<Tag>) -> Result<RestartPlan, Stop> {
    let sessions = choose_sessions(&survey.fleet, &args.names)?;
    let intent = RestartIntent {
        sessions,
        onto,
        order: RolloutOrder::default(),
        only_others: false,
    };
    let mut plan = plan_restart(&intent, &survey.fleet)?;
    plan.conditions = args.conditions.into();
    Ok(plan)
}
