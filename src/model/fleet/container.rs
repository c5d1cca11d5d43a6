//! One container of a host, whatever it runs: the root of what a prune must keep.

use crate::model::compose::ComposeOwner;
use crate::model::names::{ContainerId, ContainerRole, ImageId, ImageRef, SessionName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A container as the host's engine lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The engine's id of it.
    pub id: ContainerId,
    /// Its name, without the leading slash.
    pub name: String,
    /// The session that it belongs to and its part in it; none for a container that the profile does not select.
    pub session: Option<(SessionName, ContainerRole)>,
    /// What it was created from, which never changes while it lives.
    pub runs_on: RunsOn,
    /// The image that it really runs.
    pub image_id: ImageId,
    /// What the engine does with it now.
    pub state: ContainerState,
    /// What its health check says.
    pub health: Health,
    /// When this container was created, by the host's clock.
    pub created_at: Timestamp,
    /// The Compose project that owns it.
    pub compose: Option<Box<ComposeOwner>>,
    /// What it holds beside its image.
    #[serde(default)]
    pub storage: Storage,
}

/// What a container holds beside its image, and what becomes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// Whether the engine removes it, with its anonymous volumes, as soon as it is stopped (`--rm`).
    pub removes_itself: bool,
    /// The names of the volumes that are mounted in it, sorted.
    pub volumes: Vec<String>,
}

impl Storage {
    /// Whether a volume has the name that an engine gives to one that nobody named: 64 hex digits.
    pub fn is_anonymous(volume: &str) -> bool {
        volume.len() == 64 && volume.bytes().all(|b| b.is_ascii_hexdigit())
    }
}

/// The reference that a container was created with: what a session is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsOn {
    /// A name and a tag.
    Reference(ImageRef),
    /// An id, a digest, or anything else that pins no tag.
    Other(String),
}

impl RunsOn {
    /// Reads the `Config.Image` of a container; a bare name means the tag `latest`, as it does for the engine.
    pub fn read(text: &str) -> Self {
        ImageRef::parse(text)
            .or_else(|_| ImageRef::parse(&format!("{text}:latest")))
            .ok()
            .filter(|_| !text.contains('@') && !text.starts_with("sha256:") && !is_bare_id(text))
            .map_or_else(|| Self::Other(text.to_owned()), Self::Reference)
    }

    /// The reference, where there is one.
    pub fn reference(&self) -> Option<&ImageRef> {
        match self {
            Self::Reference(reference) => Some(reference),
            Self::Other(_) => None,
        }
    }
}

/// Twelve or 64 hex digits are an image id to every engine, never a repository.
fn is_bare_id(text: &str) -> bool {
    matches!(text.len(), 12 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What an engine does with a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the engine's own words")]
pub enum ContainerState {
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
}

impl ContainerState {
    /// Reads the engine's word.
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "created" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" => Self::Exited,
            "dead" => Self::Dead,
            _ => return None,
        })
    }

    /// The state in the words of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "stopped",
            Self::Dead => "dead",
        }
    }

    /// Whether a process of it runs now.
    pub fn is_up(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Restarting)
    }
}

/// What a container's health check says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It has no health check.
    #[default]
    None,
    /// Not decided yet.
    Starting,
    /// The last check passed.
    Healthy,
    /// The last checks failed.
    Unhealthy,
}

#[cfg(test)]
mod tests {
    use super::RunsOn;

    #[test]
    fn only_a_name_with_a_tag_pins_a_tag() {
        assert_eq!(
            RunsOn::read("convocate:v1").reference().unwrap().to_string(),
            "convocate:v1"
        );
        assert_eq!(
            RunsOn::read("convocate").reference().unwrap().to_string(),
            "convocate:latest"
        );
        let id = "ab".repeat(32);
        for other in [
            format!("sha256:{id}"),
            id,
            "abcdef012345".into(),
            "convocate@sha256:00".into(),
            String::new(),
        ] {
            assert_eq!(RunsOn::read(&other), RunsOn::Other(other));
        }
    }
}
