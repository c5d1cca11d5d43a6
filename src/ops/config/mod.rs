//! The configuration: a TOML file, Docker contexts, or nothing at all, resolved into hosts with their profiles.

mod address;
mod builtin_profiles;
mod cache_settings;
mod docker_contexts;
mod duration_text;
mod error;
mod file;
mod host_list;
mod host_path;
mod mode_word;
mod nearest;
mod probe_table;
mod profile_set;
mod rate_text;
mod shown;
mod size_text;
mod template_set;
mod template_table;
#[cfg(test)]
mod tests;

pub use cache_settings::CacheSettings;
pub use duration_text::read_duration;
pub use error::ConfigError;
pub use nearest::nearest;

use crate::model::names::HostName;
use crate::model::plan::PushOptions;
use crate::model::profile::{Address, Guard, HostSettings, Profile};
use crate::ops::environment::{Environment, path_from};
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
    /// How images are sent when nothing else is said.
    pub push: PushOptions,
    /// What is kept of images on this machine.
    pub cache: CacheSettings,
}

/// Where the hosts of a configuration come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// This file.
    File(PathBuf),
    /// No file: Docker contexts with ssh endpoints.
    DockerContexts,
    /// Neither: the engine on this machine.
    LocalEngine,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::DockerContexts => f.write_str("Docker contexts (there is no config file)"),
            Self::LocalEngine => f.write_str("the engine on this machine (there is no config file)"),
        }
    }
}

impl Config {
    /// Reads the file that was named, by the argument or by `TAGBOAT_CONFIG`, or the one in its usual place if it is there.
    pub fn load(named: Option<&Path>, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let named = named
            .map(Path::to_owned)
            .or_else(|| path_from(environment, "TAGBOAT_CONFIG"));
        let docker_config = docker_config(environment);
        let usual = usual_place(environment).filter(|path| named.is_none() && path.exists());
        match named.or(usual) {
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
                Self::read(&text, &path, docker_config.as_deref(), environment)
            }
            None => Ok(Self::without_file(docker_config.as_deref())),
        }
    }

    fn read(
        text: &str,
        path: &Path,
        docker_config: Option<&Path>,
        environment: Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let resolve = || -> Result<Self, Fault> {
            let file: File = toml::from_str(text).map_err(|error| Fault::of_toml(&error))?;
            let profiles = ProfileSet::read(&file)?;
            let mut hosts = host_list::host_list(&file, &profiles)?;
            if file.discovery.docker_contexts {
                let profile = host_list::default_profile(&file, &profiles)?;
                let found = Found {
                    profile: &profile,
                    guard: file.defaults.guard.unwrap_or_default(),
                    helper: file.defaults.helper.unwrap_or(true),
                };
                add_contexts(&mut hosts, docker_config, &found);
            }
            let ssh_config = file.ssh.config_file.as_deref();
            Ok(Self {
                origin: Origin::File(path.to_owned()),
                ssh_config: ssh_config.map(|file| expand_home(file, environment)),
                hosts,
                push: PushOptions {
                    mode: file.push.mode.map(Into::into).unwrap_or_default(),
                    limit: file.push.limit.map(|limit| limit.0),
                    at_once: file.push.at_once,
                },
                cache: CacheSettings::of(&file.cache),
            })
        };
        resolve().map_err(|fault| fault.in_file(path, text))
    }

    fn without_file(docker_config: Option<&Path>) -> Self {
        let profile = Profile::convocate();
        let mut hosts = Vec::new();
        let found = Found {
            profile: &profile,
            guard: Guard::Normal,
            helper: true,
        };
        add_contexts(&mut hosts, docker_config, &found);
        let origin = if hosts.is_empty() {
            hosts.push(found.host(HostName::local(), Address::Local));
            Origin::LocalEngine
        } else {
            Origin::DockerContexts
        };
        Self {
            origin,
            ssh_config: None,
            hosts,
            push: PushOptions::default(),
            cache: CacheSettings::default(),
        }
    }

    /// The configuration as a config file with every value in it, those that nobody wrote too.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&shown::file_of(self))
    }
}

/// What hosts get that are found and not written in the file.
struct Found<'a> {
    profile: &'a Profile,
    guard: Guard,
    helper: bool,
}

impl Found<'_> {
    fn host(&self, name: HostName, address: Address) -> HostSettings {
        HostSettings {
            name,
            address,
            groups: Vec::new(),
            guard: self.guard,
            helper: self.helper,
            profile: self.profile.clone(),
        }
    }
}

/// Adds the contexts that are not configured already under their name or address.
fn add_contexts(hosts: &mut Vec<HostSettings>, docker_config: Option<&Path>, found: &Found<'_>) {
    for (name, address) in docker_config
        .map(docker_contexts::docker_contexts)
        .unwrap_or_default()
    {
        let is_known = hosts
            .iter()
            .any(|host| host.name == name || host.address == address);
        if !is_known {
            hosts.push(found.host(name, address));
        }
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

fn docker_config(environment: Environment<'_>) -> Option<PathBuf> {
    path_from(environment, "DOCKER_CONFIG")
        .or_else(|| path_from(environment, "HOME").map(|home| home.join(".docker")))
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
