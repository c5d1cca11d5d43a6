//! Whose a container is, as the labels say that Compose gave it.

use crate::model::clean::clean;
use crate::model::names::{InvalidName, ProjectName, ProjectPath, ServiceName};
use serde::{Deserialize, Serialize};

const PROJECT: &str = "com.docker.compose.project";
const SERVICE: &str = "com.docker.compose.service";
const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
const ENV_FILES: &str = "com.docker.compose.project.environment_file";
const VERSION: &str = "com.docker.compose.version";
const ONE_OFF: &str = "com.docker.compose.oneoff";

/// The Compose project that owns a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeOwner {
    /// `project/service`, made harmless.
    pub name: String,
    /// Where the project is.
    pub place: ComposePlace,
}

/// Where a project is on its host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComposePlace {
    /// There.
    Known(ComposeService),
    /// The labels do not tell, and why.
    Unknown(String),
}

/// One service of a Compose project, and the files that say what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeService {
    /// The project.
    pub project: ProjectName,
    /// The service in it.
    pub service: ServiceName,
    /// The folder that its relative paths start at.
    pub working_dir: ProjectPath,
    /// Its Compose files, in the order in which they are merged.
    pub config_files: Vec<ProjectPath>,
    /// The env files that were named when it was started; none for `.env` in its folder.
    pub env_files: Vec<ProjectPath>,
}

impl ComposeOwner {
    /// Reads the labels of a container, each by its key; none if Compose did not make it.
    pub fn of_labels<'a>(label: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let project = label(PROJECT)?;
        let name = clean(&format!("{project}/{}", label(SERVICE).unwrap_or_default()));
        let unknown = |why: String| Self {
            name: name.clone(),
            place: ComposePlace::Unknown(clean(&why)),
        };
        if label(ONE_OFF).is_some_and(|word| word.eq_ignore_ascii_case("true")) {
            return Some(unknown(
                "`docker compose run` made it, so no `up` replaces it".to_owned(),
            ));
        }
        // Compose 1 tells its files by paths that are relative to wherever it was called.
        if let Some(version) = label(VERSION).filter(|version| version.starts_with("1.")) {
            return Some(unknown(format!(
                "Compose {version} made it, which is too old to be asked"
            )));
        }
        Some(match ComposeService::read(project, label) {
            Ok(service) => Self {
                name,
                place: ComposePlace::Known(service),
            },
            Err(invalid) => unknown(format!("its labels are not understood: {invalid}")),
        })
    }
}

impl ComposeService {
    fn read<'a>(project: &str, label: impl Fn(&str) -> Option<&'a str>) -> Result<Self, InvalidName> {
        // Compose joins paths with commas; a path with a comma in it falls apart and is not found.
        let paths = |text: &str| {
            text.split(',')
                .map(ProjectPath::parse)
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            project: ProjectName::parse(project)?,
            service: ServiceName::parse(label(SERVICE).unwrap_or_default())?,
            working_dir: ProjectPath::parse(label(WORKING_DIR).unwrap_or_default())?,
            config_files: paths(label(CONFIG_FILES).unwrap_or_default())?,
            env_files: match label(ENV_FILES) {
                Some(text) if !text.is_empty() => paths(text)?,
                _ => Vec::new(),
            },
        })
    }

    /// The env files that Compose reads, the last one counting most.
    pub fn env_files_or_default(&self) -> Vec<String> {
        if self.env_files.is_empty() {
            vec![format!("{}/.env", self.working_dir)]
        } else {
            self.env_files.iter().map(ToString::to_string).collect()
        }
    }
}

impl std::fmt::Display for ComposeService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.project, self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::{ComposeOwner, ComposePlace};

    fn owner(change: Option<(&'static str, &'static str)>) -> Option<ComposeOwner> {
        let mut labels = vec![
            ("com.docker.compose.project", "factory"),
            ("com.docker.compose.service", "agents"),
            ("com.docker.compose.oneoff", "False"),
            ("com.docker.compose.project.working_dir", "/srv/factory"),
            (
                "com.docker.compose.project.config_files",
                "/srv/factory/compose.yml,/srv/factory/override.yml",
            ),
        ];
        if let Some((key, value)) = change {
            labels.retain(|(other, _)| *other != key);
            labels.push((key, value));
        }
        ComposeOwner::of_labels(|wanted| {
            let mut labels = labels.iter();
            labels.find(|(key, _)| *key == wanted).map(|(_, value)| *value)
        })
    }

    fn known(change: Option<(&'static str, &'static str)>) -> super::ComposeService {
        match owner(change).unwrap().place {
            ComposePlace::Known(service) => service,
            ComposePlace::Unknown(why) => panic!("{why}"),
        }
    }

    #[test]
    fn the_labels_tell_the_project_its_service_and_its_files() {
        let service = known(None);
        assert_eq!(service.to_string(), "factory/agents");
        assert_eq!(service.config_files.len(), 2);
        assert_eq!(service.env_files_or_default(), ["/srv/factory/.env"]);
        let files = (
            "com.docker.compose.project.environment_file",
            "/etc/a.env,/etc/b.env",
        );
        assert_eq!(
            known(Some(files)).env_files_or_default(),
            ["/etc/a.env", "/etc/b.env"]
        );
        assert_eq!(ComposeOwner::of_labels(|_| None), None);
    }

    #[test]
    fn labels_that_no_command_may_be_given_leave_the_place_unknown_and_are_made_harmless() {
        for change in [
            ("com.docker.compose.project", "../etc\u{1b}[31m"),
            ("com.docker.compose.service", "--help"),
            ("com.docker.compose.project.working_dir", "relative"),
            ("com.docker.compose.project.config_files", "-"),
            ("com.docker.compose.project.config_files", ""),
            ("com.docker.compose.project.environment_file", "/a\n/b"),
            ("com.docker.compose.oneoff", "True"),
            ("com.docker.compose.version", "1.29.2\u{1b}"),
        ] {
            let owner = owner(Some(change)).unwrap();
            assert!(!owner.name.contains('\u{1b}'), "{owner:?}");
            match owner.place {
                ComposePlace::Unknown(why) => assert!(!why.contains('\u{1b}'), "{why}"),
                ComposePlace::Known(service) => panic!("{change:?}: {service:?}"),
            }
        }
    }
}
