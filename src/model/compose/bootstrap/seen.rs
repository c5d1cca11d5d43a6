//! What a host told of a project that is to be put there.

use crate::model::fleet::ContentId;
use crate::model::names::ImageId;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a host has of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostProject {
    /// How Compose is called there, and its version; none where there is none.
    pub compose: Option<(String, String)>,
    /// For whom it will run: the name and the home.
    pub account: (String, String),
    /// What is where its folder is to be.
    pub folder: FolderSeen,
    /// The folder above that one, where it is not there.
    pub above: Option<String>,
    /// Further files that Compose would read, and what is no plain file.
    pub others: Vec<String>,
    /// The Compose file.
    pub file: Option<String>,
    /// The `.env`.
    pub env: Option<String>,
    /// The volumes of its names.
    pub volumes: Vec<String>,
    /// Its containers.
    pub containers: Vec<ProjectContainer>,
    /// The image that the pin names there, if it names one.
    pub image: Option<ImageId>,
    /// What is in it.
    pub content: Option<ContentId>,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FolderSeen {
    /// Nothing.
    #[default]
    Missing,
    /// A folder.
    There,
    /// Something else.
    Strange,
}

/// A container of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectContainer {
    /// What it is called.
    pub name: String,
    /// The service that it is of, as its label says.
    pub service: String,
    /// Whether it runs.
    pub is_up: bool,
    /// What it runs.
    pub image: ImageId,
}

/// What Compose makes of the files before they are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The project.
    pub config: Value,
    /// The variables that have no value.
    pub unset: Vec<String>,
    /// The paths of [`Tried::paths`] that are not there.
    pub missing: Vec<String>,
}

impl Tried {
    /// The paths of the host that services have mounted.
    pub fn sources(config: &Value) -> BTreeSet<String> {
        let services = config.get("services").and_then(Value::as_object);
        let mounts = services
            .into_iter()
            .flatten()
            .filter_map(|(_, service)| service.get("volumes")?.as_array());
        let sources = mounts.flatten().filter_map(|mount| {
            let text = |key: &str| mount.get(key).and_then(Value::as_str);
            (text("type") == Some("bind")).then(|| text("source"))?
        });
        sources
            .map(|path| path.trim_end_matches('/').to_owned())
            .collect()
    }

    /// The paths that must be there, and what is between them and the folder of the project.
    pub fn paths(config: &Value, folder: &str) -> BTreeSet<String> {
        let mut all = Self::sources(config);
        let within = format!("{folder}/");
        for path in all.clone() {
            let Some(inner) = path.strip_prefix(&within) else {
                continue;
            };
            for (at, _) in inner.match_indices('/') {
                all.insert(format!("{within}{}", &inner[..at]));
            }
        }
        all
    }

    /// What the volumes of the project are called on the host.
    pub fn volumes(&self) -> Vec<String> {
        let volumes = self.config.get("volumes").and_then(Value::as_object);
        let names = volumes
            .into_iter()
            .flatten()
            .filter_map(|(_, volume)| volume.get("name")?.as_str());
        names.map(str::to_owned).collect()
    }
}
