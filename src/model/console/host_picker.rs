//! The choice of hosts for a push or an activation. All are chosen at first; space takes one out.

use crate::model::names::{HostName, ImageRef};
use std::collections::BTreeSet;

/// What the hosts are chosen for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickedFor {
    /// The image is pushed to them.
    Push(ImageRef),
    /// The tag becomes active on them.
    Activate(ImageRef),
}

/// The picker. Its list is frozen when it opens, so that no host comes in unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPicker {
    /// What for.
    pub purpose: PickedFor,
    /// The hosts in their order.
    pub hosts: Vec<HostName>,
    /// Those that are chosen.
    pub chosen: BTreeSet<HostName>,
    /// Which row the cursor is on.
    pub cursor: usize,
    /// Whether the push may move a tag that names another image on a host.
    pub replace_tag: bool,
    /// Whether the push may bring an image to hosts whose contract it fails.
    pub allow_failing: bool,
}

impl HostPicker {
    /// A picker in which all hosts are chosen.
    pub fn all_of(purpose: PickedFor, hosts: Vec<HostName>) -> Self {
        Self {
            purpose,
            chosen: hosts.iter().cloned().collect(),
            hosts,
            cursor: 0,
            replace_tag: false,
            allow_failing: false,
        }
    }

    /// The chosen hosts in their order.
    pub fn picked(&self) -> Vec<HostName> {
        let is_chosen = |host: &&HostName| self.chosen.contains(*host);
        self.hosts.iter().filter(is_chosen).cloned().collect()
    }

    /// Turns the choice of the host under the cursor around and moves on.
    pub fn toggle(&mut self) {
        if let Some(host) = self.hosts.get(self.cursor) {
            if !self.chosen.remove(host) {
                self.chosen.insert(host.clone());
            }
            self.cursor = (self.cursor + 1).min(self.hosts.len() - 1);
        }
    }

    /// Chooses all, or none.
    pub fn choose_all(&mut self, all: bool) {
        self.chosen.clear();
        if all {
            self.chosen.extend(self.hosts.iter().cloned());
        }
    }

    /// Chooses what is not chosen, and the other way round.
    pub fn invert(&mut self) {
        let is_left_out = |host: &&HostName| !self.chosen.contains(*host);
        self.chosen = self.hosts.iter().filter(is_left_out).cloned().collect();
    }
}
