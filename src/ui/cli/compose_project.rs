//! Which project a verb of Compose is about, and the files in its folder.

use super::compose_args::ComposeNameArgs;
use super::program::Program;
use super::stop::Stop;
use crate::model::compose::{ComposeProject, PinnedRef};
use crate::ops::compose::FileTrouble;
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
