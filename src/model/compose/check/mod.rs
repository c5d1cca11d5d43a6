//! `compose check`: does the pin reach every service that shares the image, and does every volume of the image have its mount?

mod line;
mod pins;
#[cfg(test)]
mod tests;
mod view;
mod volumes;
mod written;

pub use line::{CheckLevel, CheckLine, Place};
pub use view::{
    Composed, ImageWord, MountSource, MountView, PROBE, ProjectFiles, ProjectView, ServiceView, SourceFile,
};

use crate::model::names::{ImageName, PinKey};
use std::collections::BTreeMap;

/// What an engine knows of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// The engine's id of it.
    pub id: String,
    /// Where it declares volumes.
    pub volumes: Vec<String>,
    /// What registries know it by; nothing for an image that was loaded or built.
    pub repo_digests: Vec<String>,
}

impl ImageFacts {
    /// Reads the engine's answer about an image.
    pub fn of(raw: &serde_json::Value) -> Self {
        let texts = |pointer: &str| -> Vec<String> {
            let list = raw.pointer(pointer).and_then(serde_json::Value::as_array);
            let texts = list.into_iter().flatten().filter_map(serde_json::Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let volumes = raw
            .pointer("/Config/Volumes")
            .and_then(serde_json::Value::as_object);
        Self {
            id: raw
                .get("Id")
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            volumes: volumes
                .into_iter()
                .flatten()
                .map(|(path, _)| path.clone())
                .collect(),
            repo_digests: texts("/RepoDigests"),
        }
    }
}

/// What a check goes by.
#[derive(Debug, Clone, Copy)]
pub struct CheckRules<'a> {
    /// The variable that pins the image.
    pub pin: &'a PinKey,
    /// The image that the services share.
    pub image: &'a ImageName,
    /// The reference whose volumes count for all services that share the image; what each of them names where there is none.
    pub against: Option<&'a str>,
    /// What the engine knows, by reference; an image that is not there is not in it. None where no engine was asked.
    pub images: Option<&'a BTreeMap<String, ImageFacts>>,
}

/// Checks a project; what is worst comes first.
pub fn check(view: &ProjectView, rules: CheckRules<'_>) -> Vec<CheckLine> {
    let mut found = view.found.clone();
    found.extend(pins::check_env(view, rules));
    for service in &view.services {
        found.extend(pins::check_service(view, service, rules));
        found.extend(volumes::check_service(view, service, rules));
    }
    found.extend(pins::check_names(view, rules));
    if view.services.is_empty() && !found.iter().any(|one| one.level == CheckLevel::Fail) {
        found.push(CheckLine::fail(
            "services",
            "it has no services",
            "name the folder of a project, or generate one with `tagboat compose generate`",
        ));
    }
    found.sort_by_key(|one| one.level);
    found
}
