//! `tagboat activate`: stamp a tag that the hosts have already.

use super::args::ActivateArgs;
use super::change::carry_out;
use super::choose_hosts::hosts_to_change;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::plan::{ActivateIntent, Plan, plan_activate};

/// Plans a stamp, has it confirmed, and writes it.
pub(super) async fn activate(program: &mut Program<'_>, args: &ActivateArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_change(&setup.config, &args.hosts)?;
    let intent = ActivateIntent {
        reference: choose_image(&args.tag, &hosts)?,
        hosts: hosts.iter().map(|host| host.name.clone()).collect(),
    };
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let plan = plan_activate(&intent, &survey.fleet)
        .map(Plan::Activate)
        .map_err(Stop::from);
    carry_out(program, &setup, survey, plan, args.change).await
}
