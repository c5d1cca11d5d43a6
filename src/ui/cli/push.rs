//! `tagboat push`: copy an image to hosts and stamp it.

use super::args::PushArgs;
use super::change::carry_out;
use super::choose_hosts::hosts_to_change;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::plan::{Plan, PushIntent, plan_push};

/// Plans a push, has it confirmed, and runs it.
pub(super) async fn push(program: &mut Program<'_>, args: &PushArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_change(&setup.config, &args.hosts)?;
    let intent = PushIntent {
        reference: choose_image(&args.image, &hosts)?,
        hosts: hosts.iter().map(|host| host.name.clone()).collect(),
        replace_tag: args.replace_tag,
        options: args.sending.options(setup.config.push),
    };
    let survey = survey(program, &setup, hosts, Need::HostsAndImages).await?;
    let plan = plan_push(&intent, &survey.fleet)
        .map(Plan::Push)
        .map_err(Stop::from);
    carry_out(program, &setup, survey, plan, args.change).await
}
