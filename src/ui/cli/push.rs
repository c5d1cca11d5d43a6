//! `tagboat push`: copy an image to hosts and stamp it.

use super::args::PushArgs;
use super::ask_registry::ask_registry;
use super::change::carry_out;
use super::choose_hosts::hosts_to_change;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::log_in::{choose_repository, log_in};
use super::program::Program;
use super::registry_args::Way;
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::plan::{Plan, PushIntent, plan_push, plan_push_via};

/// Plans a push, has it confirmed, and runs it.
pub(super) async fn push(program: &mut Program<'_>, args: &PushArgs) -> Result<Exit, Stop> {
    let mut setup = program.setup()?;
    let hosts = hosts_to_change(&setup.config, &args.hosts)?;
    let intent = PushIntent {
        reference: choose_image(&args.image, &hosts)?,
        hosts: hosts.iter().map(|host| host.name.clone()).collect(),
        replace_tag: args.replace_tag,
        allow_failing: args.allow_failing,
        options: args.sending.options(setup.config.push),
    };
    let to = match args.via.via {
        Some(Way::Registry) => {
            let named = args.via.to.as_deref();
            let repository = choose_repository(named, &intent.reference, &setup.config)?;
            log_in(program, &args.via.login, &mut setup).await?;
            Some(repository.with_tag(intent.reference.tag.clone()))
        }
        None => None,
    };
    let mut survey = survey(program, &setup, hosts, Need::HostsAndImages).await?;
    let plan = match &to {
        Some(to) => {
            let asked = ask_registry(program, &mut survey, (&intent.reference, to)).await;
            asked.and_then(|()| Ok(plan_push_via(&intent, to, &survey.fleet)?))
        }
        None => plan_push(&intent, &survey.fleet).map_err(Stop::from),
    };
    let plan = plan.map(Plan::Push);
    carry_out(program, &setup, survey, plan, args.change).await
}
