//! One entry of the engine's lists, read into the types of the port.

use crate::model::clean::clean;
use crate::model::fleet::{ContainerState, Health, Storage};
use crate::model::names::{ContainerId, ImageId, ImageRef};
use crate::ops::ports::{EngineError, EngineImage, ListedContainer};
use bollard::models::{ContainerSummary, ImageSummary, MountPoint};
use jiff::Timestamp;
use std::collections::HashMap;

/// Reads a container; `created_from` is asked separately, because the list prints an id once a tag has moved.
pub(super) fn container(
    summary: ContainerSummary,
    id: ContainerId,
    created_from: String,
    removes_itself: bool,
) -> Result<ListedContainer, EngineError> {
    let not_understood = |what: &str| EngineError::NotUnderstood(format!("container {}: {what}", id.short()));
    let state = summary.state.map(|state| state.to_string()).unwrap_or_default();
    let image = summary.image_id.unwrap_or_default();
    Ok(ListedContainer {
        name: summary
            .names
            .as_deref()
            .and_then(main_name)
            .unwrap_or_default()
            .to_owned(),
        created_from,
        image_id: ImageId::parse(&image).map_err(|_| not_understood("it has no image id"))?,
        state: read_state(&state).ok_or_else(|| not_understood(&format!("its state is {state:?}")))?,
        health: read_health(summary.status.as_deref().unwrap_or_default()),
        created_at: summary
            .created
            .and_then(|at| Timestamp::from_second(at).ok())
            .unwrap_or_default(),
        labels: sorted(summary.labels.unwrap_or_default()),
        storage: Storage {
            removes_itself,
            volumes: volumes(summary.mounts.unwrap_or_default()),
        },
        id,
    })
}

/// The names of the volumes that are mounted, each once.
fn volumes(mounts: Vec<MountPoint>) -> Vec<String> {
    let is_volume = |mount: &MountPoint| mount.typ.as_ref().is_some_and(|kind| *kind == "volume");
    let named = mounts
        .into_iter()
        .filter(is_volume)
        .filter_map(|mount| mount.name);
    let mut volumes: Vec<String> = named.map(|name| clean(&name)).collect();
    volumes.sort();
    volumes.dedup();
    volumes
}

/// Links give a container further names, `/other/alias`; its own has no second slash.
fn main_name(names: &[String]) -> Option<&str> {
    names
        .iter()
        .filter_map(|name| name.strip_prefix('/'))
        .find(|name| !name.contains('/'))
}

fn read_state(word: &str) -> Option<ContainerState> {
    // Engine 29 tells of a stop under way; the process still runs.
    ContainerState::read(if word == "stopping" { "running" } else { word })
}

/// The list has the health only in its text: `Up 3 minutes (healthy)`.
fn read_health(status: &str) -> Health {
    if status.contains("(healthy)") {
        Health::Healthy
    } else if status.contains("(unhealthy)") {
        Health::Unhealthy
    } else if status.contains("(health: starting)") {
        Health::Starting
    } else {
        Health::None
    }
}

/// Reads an image. References that tagboat cannot name are left out, never guessed.
pub(super) fn image(summary: ImageSummary) -> Result<EngineImage, EngineError> {
    let id = ImageId::parse(&summary.id).map_err(|error| EngineError::NotUnderstood(error.to_string()))?;
    let mut references: Vec<_> = summary
        .repo_tags
        .iter()
        .filter_map(|tag| ImageRef::parse(tag).ok())
        .collect();
    references.sort();
    Ok(EngineImage {
        id,
        references,
        size: u64::try_from(summary.size).unwrap_or_default(),
        created_at: Timestamp::from_second(summary.created).ok(),
        labels: sorted(summary.labels),
    })
}

fn sorted(labels: HashMap<String, String>) -> Vec<(String, String)> {
    let mut labels: Vec<_> = labels.into_iter().collect();
    labels.sort();
    labels
}
