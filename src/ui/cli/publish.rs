//! `tagboat publish`: have the source engine publish an image to a registry.

use super::ask_draft::draft;
use super::change::carry_out;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::log_in::{choose_repository, log_in};
use super::program::Program;
use super::registry_args::PublishArgs;
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::plan::{PublishIntent, SourceWish};

/// Plans a publication, has it confirmed, and runs it.
pub(super) async fn publish(program: &mut Program<'_>, args: &PublishArgs) -> Result<Exit, Stop> {
    let mut setup = program.setup()?;
    let reference = choose_image(&args.image, &setup.config.hosts)?;
    let repository = choose_repository(args.to.as_deref(), &reference, &setup.config)?;
    log_in(program, &args.login, &mut setup).await?;
    let intent = PublishIntent {
        to: repository.with_tag(reference.tag.clone()),
        reference,
        replace_tag: args.replace_tag,
    };
    let mut survey = survey(program, &setup, Vec::new(), Need::HostsAndImages).await?;
    let drafted = draft(program, &mut survey, SourceWish::Publish(intent)).await;
    let plan = drafted.and_then(|plan| Ok(plan?));
    carry_out(program, &setup, survey, plan, args.change).await
}
