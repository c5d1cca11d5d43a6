//! `tagboat build`: an image at the source, from a project's directory or from the context that tagboat carries.

use super::ask_draft::ask_draft;
use super::build_args::{BuildArgs, BuildTagArgs};
use super::build_wish::{build_wish, the_image};
use super::change::carry_out;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use super::survey::{Need, survey};
use crate::model::names::ImageRef;
use crate::model::plan::SourceWish;
use crate::model::profile::HostSettings;
use crate::ops::build::{NotEjected, eject, version_in};
use std::path::Path;

/// Plans a build, has it confirmed, and runs it.
pub(super) async fn build(program: &mut Program<'_>, args: &BuildArgs) -> Result<Exit, Stop> {
    if let Some(directory) = &args.eject {
        return write_out(program, directory);
    }
    let setup = program.setup()?;
    let reference = reference(&args.tag, &setup.config.hosts)?;
    let build = build_wish(program, &args.from, &args.how, reference)?;
    let mut survey = survey(program, &setup, Vec::new(), Need::HostsAndImages).await?;
    let wish = SourceWish::Build {
        build,
        replace_tag: args.tag.replace_tag,
    };
    let plan = ask_draft(program, &mut survey, wish).await;
    carry_out(program, &setup, survey, plan, args.change).await
}

fn write_out(program: &mut Program<'_>, directory: &Path) -> Result<Exit, Stop> {
    let written = eject(directory).map_err(|error| match error {
        NotEjected::Exists(_) => {
            Stop::refused(error.to_string(), "name a directory that has none of its files")
        }
        NotEjected::Io { .. } => Stop::failed(
            error.to_string(),
            "look at the rights and the space of that directory",
        ),
    })?;
    for file in written {
        program.output.line(file.display().to_string())?;
    }
    let next = format!("edit it, then `tagboat build --context {}`", directory.display());
    program.output.aside(next)?;
    Ok(Exit::Done)
}

/// The tag that the image gets.
fn reference(args: &BuildTagArgs, hosts: &[HostSettings]) -> Result<ImageRef, Stop> {
    let tag = match (&args.version, &args.version_from) {
        (Some(version), _) => version.clone(),
        (None, Some(file)) => version_in(file).map_err(|error| {
            Stop::usage(
                format!("{}: {error}", file.display()),
                "name a VERSION file or a Cargo.toml, or give the version with --version",
            )
        })?,
        (None, None) => concat!("v", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let image = args.image.clone().map_or_else(|| the_image(hosts), Ok)?;
    choose_image(&format!("{image}:{tag}"), hosts)
}
