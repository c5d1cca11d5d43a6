//! The configuration: a TOML file, Docker contexts, or nothing at all, resolved into hosts with their profiles.

mod address;
mod agent_keys;
mod builtin_profiles;
mod cache_settings;
mod contract_set;
mod contract_table;
#[cfg(test)]
mod contract_tests;
mod discovery;
mod docker_contexts;
mod duration_text;
pub mod edit;
mod error;
mod file;
mod host_list;
mod host_path;
mod mode_word;
mod nearest;
mod probe_table;
mod profile_set;
mod project_set;
mod project_table;
mod rate_text;
mod shown;
mod size_text;
mod template_set;
mod template_table;
#[cfg(test)]
mod tests;
mod unit_set;

pub use builtin_profiles::builtin_profiles;
pub use cache_settings::CacheSettings;
pub use contract_set::ContractSet;
pub use duration_text::read_duration;
pub use error::ConfigError;
pub use nearest::nearest;

use crate::model::compose::ComposeProject;
use crate::model::plan::PushOptions;
use crate::model::profile::{Guard, HostSettings, Profile};
use crate::ops::environment::{Environment, path_from};
use discovery::{Discovery, Found};
use error::Fault;
use file::File;
use profile_set::ProfileSet;
use std::path::{Path, PathBuf};

/// The configuration that a run works with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the hosts come from.
    pub origin: Origin,
    /// The ssh config to use instead of the operator's own.
    pub ssh_config: Option<PathBuf>,
    /// The hosts, in the order of the file.
    pub hosts: Vec<HostSettings>,
    /// What looks like a host and is none, with the reason.
    pub left_out: Vec<String>,
    /// How images are sent when nothing else is said.
    pub push: PushOptions,
    /// What is kept of images on this machine.
    pub cache: CacheSettings,
    /// The Compose projects that files are generated for.
    pub projects: Vec<ComposeProject>,
}

/// Where the hosts of a configuration come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// This file.
    File(PathBuf),
    /// No file: Docker contexts with ssh endpoints, and the agents that convocate keeps keys of.
    Discovered,
    /// Neither: the engine on this machine.
    LocalEngine,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Discovered => f.write_str("Docker contexts and agent-keys (there is no config file)"),
            Self::LocalEngine => f.write_str("the engine on this machine (there is no config file)"),
        }
    }
}

impl Config {
    /// Reads the file that was named, by the argument or by `TAGBOAT_CONFIG`, or the one in its usual place if it is there.
    pub fn load(named: Option<&Path>, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let named = Self::named(named, environment);
        let usual = usual_place(environment).filter(|path| named.is_none() && path.exists());
        match named.or(usual) {
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
                Self::read(&text, &path, environment)
            }
            None => Ok(Self::without_file(environment)),
        }
    }

    /// The file that was named, by the argument or by `TAGBOAT_CONFIG`.
    fn named(argument: Option<&Path>, environment: Environment<'_>) -> Option<PathBuf> {
        argument
            .map(Path::to_owned)
            .or_else(|| path_from(environment, "TAGBOAT_CONFIG"))
    }

    /// The file that is read, or that would be if it were there.
    pub fn place(argument: Option<&Path>, environment: Environment<'_>) -> Option<PathBuf> {
        Self::named(argument, environment).or_else(|| usual_place(environment))
    }

    /// Reads the text of a config file.
    pub fn read(text: &str, path: &Path, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let resolve = || -> Result<Self, Fault> {
            let file: File = toml::from_str(text).map_err(|error| Fault::of_toml(&error))?;
            let profiles = ProfileSet::read(&file)?;
            let hosts = host_list::host_list(&file, &profiles)?;
            let profile = host_list::default_profile(&file, &profiles)?;
            let mut discovery = Discovery::onto(
                hosts,
                Found {
                    profile: &profile,
                    guard: file.defaults.guard.unwrap_or_default(),
                    helper: file.defaults.helper.unwrap_or(true),
                },
            );
            if file.discovery.docker_contexts {
                discovery.add_docker_contexts(environment);
            }
            if file.discovery.agent_keys {
                discovery.add_agent_keys(environment);
            }
            let ssh_config = file.ssh.config_file.as_deref();
            Ok(Self {
                origin: Origin::File(path.to_owned()),
                ssh_config: ssh_config.map(|file| expand_home(file, environment)),
                hosts: discovery.hosts,
                left_out: discovery.left_out,
                push: PushOptions {
                    mode: file.push.mode.map(Into::into).unwrap_or_default(),
                    limit: file.push.limit.map(|limit| limit.0),
                    at_once: file.push.at_once,
                },
                cache: CacheSettings::of(&file.cache),
                projects: project_set::projects_of(&file, &profiles, &profile)?,
            })
        };
        resolve().map_err(|fault| fault.in_file(path, text))
    }

    /// The configuration of who has no config file.
    pub fn without_file(environment: Environment<'_>) -> Self {
        let profile = Profile::convocate();
        let mut discovery = Discovery::onto(
            Vec::new(),
            Found {
                profile: &profile,
                guard: Guard::Normal,
                helper: true,
            },
        );
        discovery.add_docker_contexts(environment);
        discovery.add_agent_keys(environment);
        let origin = if discovery.hosts.is_empty() {
            discovery.add_this_machine();
            Origin::LocalEngine
        } else {
            Origin::Discovered
        };
        Self {
            origin,
            ssh_config: None,
            hosts: discovery.hosts,
            left_out: discovery.left_out,
            push: PushOptions::default(),
            cache: CacheSettings::default(),
            projects: Vec::new(),
        }
    }

    /// The contracts: the built-in ones, and the operator's own in the folder `contracts` beside the config file.
    pub fn contracts(argument: Option<&Path>, environment: Environment<'_>) -> ContractSet {
        let place = Self::place(argument, environment);
        let folder = place.and_then(|file| Some(file.parent()?.join("contracts")));
        ContractSet::new(folder)
    }

    /// The project that a built-in profile has without any config; none if there is no such profile.
    pub fn builtin_project(name: &str) -> Option<ComposeProject> {
        ComposeProject::of_profile(ProfileSet::builtin().named(name)?)
    }

    /// The configuration as a config file with every value in it, those that nobody wrote too.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&shown::file_of(self))
    }
}

/// The usual place of the config file.
pub fn usual_place(environment: Environment<'_>) -> Option<PathBuf> {
    path_from(environment, "XDG_CONFIG_HOME")
        .filter(|path| path.is_absolute())
        .map(|path| path.join("tagboat"))
        .or_else(|| {
            directories::ProjectDirs::from("", "", "tagboat").map(|dirs| dirs.config_dir().to_owned())
        })
        .map(|folder| folder.join("config.toml"))
}

fn expand_home(path: &str, environment: Environment<'_>) -> PathBuf {
    match (path.strip_prefix("~/"), path_from(environment, "HOME")) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError {
        path: path.to_owned(),
        place: None,
        problem: format!("the config cannot be read: {error}"),
        advice: "name a file that is there with --config or TAGBOAT_CONFIG, or leave both away".to_owned(),
    }
}
