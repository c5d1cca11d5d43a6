//! What changed in a container's own layer: the files that a container on another image does not have.

use crate::model::amount::bytes;
use crate::model::clean::clean;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Examples that are kept of what changed.
const MOST_EXAMPLES: usize = 5;

/// What the engine itself puts into every container, and what it mounts where.
const OF_THE_ENGINE: [&str; 7] = [
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/mtab",
    "/.dockerenv",
    "/.dockerinit",
    "/run/.containerenv",
];

/// Mounted in every container: what is below is nobody's file.
const MOUNTED: [&str; 3] = ["/dev", "/proc", "/sys"];

/// Where programs leave what they do not miss: worth a count, but no good example.
const SCRATCH: [&str; 5] = ["/tmp/", "/var/tmp/", "/run/", "/var/run/", "/var/cache/"];

/// Files that were added, changed or removed in a container's own layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerChanges {
    /// How many. Directories that only hold changes do not count.
    pub count: u64,
    /// Whether there are more: a host tells a thousand lines at most.
    #[serde(default)]
    pub is_at_least: bool,
    /// The size of the layer in bytes, where the engine told it.
    pub bytes: Option<u64>,
    /// Some of them, made harmless; those in places for temporary files last.
    pub examples: Vec<String>,
}

/// One line of `docker diff`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Whether it was removed, in which case nothing of it is left to look at.
    pub(super) is_removed: bool,
    /// Its path; a directory that the host could see as one ends with a slash.
    pub(super) path: String,
}

impl LayerChanges {
    /// Counts the changes that are somebody's. `listed` is how many lines there were, of which `changes` are the first.
    pub(super) fn count(changes: &[Change], listed: usize, mounts: &[String], size: Option<u64>) -> Self {
        let holders: BTreeSet<&str> = changes.iter().flat_map(|change| parents(&change.path)).collect();
        let is_real = |change: &&Change| {
            let path = change.path.trim_end_matches('/');
            let is_directory = change.path.ends_with('/') || holders.contains(path);
            let is_mounted = mounts
                .iter()
                .map(String::as_str)
                .chain(MOUNTED)
                .any(|mount| is_below(path, mount));
            let is_bare_directory = is_directory && !change.is_removed;
            !path.is_empty() && !is_mounted && !is_bare_directory && !OF_THE_ENGINE.contains(&path)
        };
        let mut real: Vec<&Change> = changes.iter().filter(is_real).collect();
        let count = u64::try_from(real.len()).unwrap_or(u64::MAX);
        let is_scratch = |change: &Change| SCRATCH.iter().any(|place| change.path.starts_with(place));
        real.sort_by_key(|change| is_scratch(change));
        Self {
            count,
            is_at_least: listed > changes.len(),
            bytes: size,
            examples: real
                .iter()
                .take(MOST_EXAMPLES)
                .map(|change| clean(change.path.trim_end_matches('/')))
                .collect(),
        }
    }
}

impl std::fmt::Display for LayerChanges {
    /// `3 files in its own layer, 1.20 MB: /root/notes, /root/a, /tmp/x`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_at_least {
            write!(f, "more than ")?;
        }
        let noun = if self.count == 1 { "file" } else { "files" };
        write!(f, "{} {noun} in its own layer", self.count)?;
        if let Some(size) = self.bytes {
            write!(f, ", {}", bytes(size))?;
        }
        if !self.examples.is_empty() {
            write!(f, ": {}", self.examples.join(", "))?;
        }
        let shown = u64::try_from(self.examples.len()).unwrap_or(u64::MAX);
        if self.is_at_least || self.count > shown {
            write!(f, ", ...")?;
        }
        Ok(())
    }
}

/// The directories above a path, without the root.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_end_matches('/');
    path.match_indices('/')
        .filter(|(at, _)| *at > 0)
        .map(|(at, _)| &path[..at])
}

fn is_below(path: &str, place: &str) -> bool {
    let place = place.trim_end_matches('/');
    !place.is_empty()
        && path
            .strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
