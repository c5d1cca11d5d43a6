//! A session of a host, and how it stands to the host's active tag.

use super::{Container, Host, HostImage, RunsOn};
use crate::model::names::{ContainerRole, ImageRef, SessionLabel, SessionName};

/// A view of the container that is a session now, with the host it runs on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Session<'a> {
    host: &'a Host,
    name: &'a SessionName,
    container: &'a Container,
}

/// How a session stands to the tags of its host. `behind` and `moved` may both hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its pinned tag is not the active tag; none when the active tag or the pin is not known.
    pub behind: Option<bool>,
    /// Its tag now names another image id on the host.
    pub moved: bool,
    /// Its tag is not on the host any more.
    pub missing: bool,
}

impl<'a> Session<'a> {
    /// The session that a container is, unless it is a leftover of a restart or not selected.
    pub(super) fn of(host: &'a Host, container: &'a Container) -> Option<Self> {
        match &container.session {
            Some((name, ContainerRole::Session)) => Some(Self {
                host,
                name,
                container,
            }),
            _ => None,
        }
    }

    /// Its name, which outlives its containers.
    pub fn name(&self) -> &'a SessionName {
        self.name
    }

    /// What an operator calls it.
    pub fn label(&self) -> Option<&'a SessionLabel> {
        self.host.label(self.name)
    }

    /// Its container now.
    pub fn container(&self) -> &'a Container {
        self.container
    }

    /// The tag that it captured when it was started; none where it was started from an id.
    pub fn pinned(&self) -> Option<&'a ImageRef> {
        self.container.runs_on.reference()
    }

    /// How it stands to the tags of its host.
    pub fn standing(&self) -> Standing {
        let behind = match (self.host.stamp.active(), &self.container.runs_on) {
            (Some(active), RunsOn::Reference(pinned)) => Some(pinned != active),
            _ => None,
        };
        let named_now = self.pinned().map(|pinned| self.host.image(pinned));
        Standing {
            behind,
            moved: matches!(named_now, Some(Some(HostImage { id, .. })) if *id != self.container.image_id),
            missing: matches!(named_now, Some(None)),
        }
    }

    /// Everything else that restarts made of it and left: predecessors, and successors that failed, in the order of their names.
    pub fn leftovers(&self) -> Vec<&'a Container> {
        let is_of = |container: &&Container| match &container.session {
            Some((name, role)) => name == self.name && *role != ContainerRole::Session,
            None => false,
        };
        let mut left: Vec<_> = self.host.containers().filter(is_of).collect();
        left.sort_by(|a, b| a.name.cmp(&b.name));
        left
    }

    /// The predecessors of this session that restarts kept, newest first.
    pub fn predecessors(&self) -> Vec<&'a Container> {
        let mut kept: Vec<_> = self
            .host
            .containers()
            .filter_map(|container| match &container.session {
                Some((name, ContainerRole::Predecessor(job))) if name == self.name => Some((job, container)),
                _ => None,
            })
            .collect();
        kept.sort_by(|a, b| b.0.cmp(a.0));
        kept.into_iter().map(|(_, container)| container).collect()
    }
}
