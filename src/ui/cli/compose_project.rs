//! Which project a verb of Compose is about, and the files in its folder.

use super::compose_args::ComposeNameArgs;
use super::program::Program;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::compose::{ComposeProject, PinnedRef, is_same_path};
use crate::ops::compose::{FileTrouble, here, image_facts};
use crate::ops::config::{Config, nearest};
use std::path::Path;

/// The project that is named, the only one of the config, or that of the disinto profile.
pub(super) fn choose_project(config: &Config, args: &ComposeNameArgs) -> Result<ComposeProject, Stop> {
    let names = || config.projects.iter().map(|one| one.name.as_str());
    let found = match &args.name {
        Some(name) => config
            .projects
            .iter()
            .find(|one| one.name.as_str() == name)
            .cloned()
            .or_else(|| Config::builtin_project(name)),
        None if config.projects.len() == 1 => config.projects.first().cloned(),
        None if config.projects.is_empty() => Config::builtin_project("disinto"),
        None => {
            return Err(Stop::usage(
                format!("the config has {} projects", config.projects.len()),
                format!("name one with --name: {}", names().collect::<Vec<_>>().join(", ")),
            ));
        }
    };
    found.ok_or_else(|| {
        let wanted = args.name.as_deref().unwrap_or_default();
        let advice = match nearest(wanted, names()) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "add it to the config ([[projects]])".to_owned(),
        };
        Stop::usage(format!("there is no project {wanted:?} in the config"), advice)
    })
}

/// The image that a word means, a tag alone being one of the project's image.
pub(super) fn choose_pin(word: &str, project: &ComposeProject) -> Result<PinnedRef, Stop> {
    PinnedRef::expand(word, project.image()).map_err(|invalid| {
        Stop::usage(
            format!("{word:?} names no image: {invalid}"),
            format!("write {}:TAG, or a tag alone", project.image()),
        )
    })
}

/// The folder must be there: a path that was mistyped would else become a new one.
pub(super) fn check_folder(folder: &Path) -> Result<(), Stop> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(Stop::usage(
        format!("{} is no folder", folder.display()),
        "name the folder of the project with --project, or make it",
    ))
}

/// What the image itself declares, where the engine of this machine has it, gets its mounts too.
pub(super) async fn add_volumes(
    program: &mut Program<'_>,
    project: &mut ComposeProject,
    pinned: &PinnedRef,
) -> Result<(), Stop> {
    let reference = pinned.to_string();
    let place = here(docker_host(program)).await;
    let facts = image_facts(&place, [reference.clone(), pinned.reference.to_string()]).await;
    let Ok(Some(facts)) = facts.map(|mut facts| {
        facts
            .remove(&reference)
            .or_else(|| facts.remove(&pinned.reference.to_string()))
    }) else {
        let note = format!(
            "note: the engine of this machine does not have {}, so its volumes were not looked at; `tagboat compose check --host \
             HOST` does, where it is",
            pinned.reference
        );
        program.output.aside(note)?;
        return Ok(());
    };
    for path in facts.volumes {
        if !project.volumes.iter().any(|known| is_same_path(known, &path)) {
            program.output.aside(format!(
                "note: {} declares {} too, which gets a volume",
                pinned.reference,
                clean(&path)
            ))?;
            project.volumes.push(path);
        }
    }
    Ok(())
}

/// Where the engine of this machine is, as the environment says.
pub(super) fn docker_host(program: &Program<'_>) -> Option<String> {
    let host = (program.environment)("DOCKER_HOST")?;
    host.into_string().ok().filter(|text| !text.is_empty())
}

impl From<FileTrouble> for Stop {
    fn from(trouble: FileTrouble) -> Self {
        Self::failed(
            trouble.to_string(),
            "look at it, and give its path if another one is meant",
        )
    }
}
