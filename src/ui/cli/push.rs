//! `tagboat push`: copy an image to hosts and stamp it.

use super::args::PushArgs;
use super::ask_draft::draft;
use super::change::carry_out;
use super::choose_hosts::hosts_to_change;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::log_in::{choose_repository, log_in};
use super::program::Program;
use super::registry_args::Way;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::names::RegistryTag;
use crate::model::plan::{Plan, PushIntent, PushPlan, SourceWish, Via, plan_push, plan_push_via};

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
    let plan = match to {
        Some(to) => plan_via(program, &mut survey, &intent, to).await,
        None => plan_push(&intent, &survey.fleet).map_err(Stop::from),
    };
    let plan = plan.map(Plan::Push);
    carry_out(program, &setup, survey, plan, args.change).await
}

/// Has the engine plan the publication, and plans the push of what that comes to.
async fn plan_via(
    program: &mut Program<'_>,
    survey: &mut Survey,
    intent: &PushIntent,
    to: RegistryTag,
) -> Result<PushPlan, Stop> {
    let wish = SourceWish::Publish(Via::publication(intent, to));
    let publish = match draft(program, survey, wish).await? {
        Ok(Plan::Publish(publish)) => Ok(publish),
        Err(refusal) => Err(refusal),
        Ok(other) => {
            let cause = format!("the engine planned another thing: {}", other.title());
            return Err(Stop::failed(cause, "run it again"));
        }
    };
    Ok(plan_push_via(intent, publish, &survey.fleet)?)
}
