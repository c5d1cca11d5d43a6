//! `tagboat release`: a version of a project, from its directory to a tag here and in a registry.

use super::ask_draft::ask_draft;
use super::build_wish::{build_wish, the_image};
use super::change::carry_out;
use super::choose_contract::contract_name;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::log_in::{known_repository, log_in};
use super::program::Program;
use super::release_args::ReleaseArgs;
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::names::{ImageRef, RegistryTag};
use crate::model::plan::{ReleaseWish, SourceWish};
use crate::ops::config::Config;

/// Plans a release, has it confirmed, and runs it.
pub(super) async fn release(program: &mut Program<'_>, args: &ReleaseArgs) -> Result<Exit, Stop> {
    let mut setup = program.setup()?;
    let wish = wish(program, args, &setup.config)?;
    log_in(program, &args.to.login, &mut setup).await?;
    let mut survey = survey(program, &setup, Vec::new(), Need::HostsAndImages).await?;
    let plan = ask_draft(program, &mut survey, SourceWish::Release(Box::new(wish))).await;
    carry_out(program, &setup, survey, plan, args.change).await
}

fn wish(program: &Program<'_>, args: &ReleaseArgs, config: &Config) -> Result<ReleaseWish, Stop> {
    let image = args.what.image.clone();
    let image = image.map_or_else(|| the_image(&config.hosts), Ok)?;
    let reference = choose_image(&format!("{image}:{}", args.version), &config.hosts)?;
    let contract = contract_name(args.gate.contract.as_deref(), config, &reference);
    Ok(ReleaseWish {
        to: to(args, &reference, config)?,
        build: build_wish(program, &args.from, &args.how, reference)?,
        version_from: version_from(args)?,
        allow_dirty: args.what.allow_dirty,
        contract,
        allow_failing: args.gate.allow_failing,
    })
}

/// By its absolute path: the job may be taken up from somewhere else.
fn version_from(args: &ReleaseArgs) -> Result<Option<String>, Stop> {
    let Some(file) = &args.what.version_from else {
        return Ok(None);
    };
    let file = std::path::absolute(file).map_err(|error| {
        Stop::usage(
            format!("{}: {error}", file.display()),
            "name the file that says the version",
        )
    })?;
    Ok(Some(file.display().to_string()))
}

fn to(args: &ReleaseArgs, reference: &ImageRef, config: &Config) -> Result<Option<RegistryTag>, Stop> {
    if args.to.no_publish {
        return Ok(None);
    }
    let repository = known_repository(args.to.to.as_deref(), reference, config)?;
    Ok(repository.map(|repository| repository.with_tag(reference.tag.clone())))
}
