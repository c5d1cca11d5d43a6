//! `[[projects]]` and `[[projects.services]]` as they stand in the file, and as they are shown.

use crate::model::compose::{ComposeProject, ImageOrigin, ServiceSettings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::Spanned;

/// `[[projects]]`: a project of Compose whose services share the image of a profile.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectTable {
    pub(super) name: Spanned<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) build: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) volumes: Option<Vec<Spanned<String>>>,
    /// Whether the services that the profile has are left out.
    #[serde(default)]
    pub(super) only_these: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) services: Vec<ServiceTable>,
}

/// `[[projects.services]]`: a service of its own, or what is different about one that the profile has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceTable {
    pub(super) name: Spanned<String>,
    /// The service that it is like in all that it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) like: Option<Spanned<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) mounts: Vec<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) restart: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<Vec<Spanned<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profiles: Option<Vec<Spanned<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) depends_on: Option<Vec<Spanned<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ports: Option<Vec<Spanned<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) health: Option<Vec<Spanned<String>>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) environment: BTreeMap<String, Spanned<String>>,
}

/// The table that resolves to this project again.
pub(super) fn project_table(project: &ComposeProject) -> ProjectTable {
    let (image, build) = match &project.origin {
        Some(ImageOrigin::Pinned(pinned)) => (Some(spanned(pinned)), None),
        Some(ImageOrigin::Build(folder)) => (None, Some(spanned(folder))),
        None => (None, None),
    };
    ProjectTable {
        name: spanned(&project.name),
        profile: Some(spanned(&project.profile.name)),
        image,
        build,
        volumes: Some(all(&project.volumes)),
        only_these: true,
        services: project.services.iter().map(service_table).collect(),
    }
}

fn service_table(service: &ServiceSettings) -> ServiceTable {
    let environment = service.environment.iter();
    ServiceTable {
        name: spanned(&service.name),
        like: None,
        mounts: all(&service.mounts),
        restart: Some(spanned(&service.restart)),
        command: Some(all(&service.command)),
        profiles: Some(all(&service.profiles)),
        depends_on: Some(all(&service.depends_on)),
        ports: Some(all(&service.ports)),
        health: Some(all(&service.health)),
        environment: environment
            .map(|(key, value)| (key.clone(), spanned(value)))
            .collect(),
    }
}

fn all<T: ToString>(texts: &[T]) -> Vec<Spanned<String>> {
    texts.iter().map(spanned).collect()
}

fn spanned<T: ToString + ?Sized>(text: &T) -> Spanned<String> {
    Spanned::new(0..0, text.to_string())
}
