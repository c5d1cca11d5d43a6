//! `tagboat session rename`: the label of a session.

use super::change::carry_out;
use super::choose_hosts::hosts_to_see;
use super::choose_sessions::choose_session;
use super::exit_code::Exit;
use super::program::Program;
use super::session_args::RenameArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::names::SessionLabel;
use crate::model::plan::{Plan, RenameIntent, plan_rename};

/// Plans a label, has it confirmed, and writes it.
pub(super) async fn session_rename(program: &mut Program<'_>, args: &RenameArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts)?;
    let label = args.label.as_deref().map(SessionLabel::parse).transpose();
    let label = label.map_err(|invalid| {
        Stop::usage(
            format!("{:?} is not a valid label", invalid.text),
            format!("write {}", invalid.rule),
        )
    })?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = plan(&survey, &args.name, label);
    carry_out(program, &setup, survey, plan, args.change).await
}

fn plan(survey: &Survey, name: &str, label: Option<SessionLabel>) -> Result<Plan, Stop> {
    let (host, session) = choose_session(&survey.fleet, name)?;
    let intent = RenameIntent { host, session, label };
    Ok(Plan::Rename(plan_rename(&intent, &survey.fleet)?))
}
