//! What an image carries and no container sees: files that a later layer overwrites or deletes, and secrets in any layer.

use crate::model::secret::Sighting;
use std::collections::BTreeMap;

/// A secret in a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSecret {
    /// The layer, from 0.
    pub layer: usize,
    /// The file.
    pub path: String,
    /// What it is, and its line.
    pub sighting: Sighting,
    /// The layer that deletes or overwrites the file; everybody who has the image can still read it.
    pub gone_in: Option<usize>,
}

/// Bytes that are sent and kept and that nobody can read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waste {
    /// All of them.
    pub bytes: u64,
    /// By path.
    pub(super) files: BTreeMap<String, u64>,
}

impl Waste {
    pub(super) fn add(&mut self, path: &str, bytes: u64) {
        if bytes > 0 {
            self.bytes += bytes;
            *self.files.entry(path.to_owned()).or_default() += bytes;
        }
    }

    /// The files that cost the most, the worst first.
    pub fn largest(&self, count: usize) -> Vec<(&str, u64)> {
        let mut all: Vec<_> = self
            .files
            .iter()
            .map(|(path, bytes)| (path.as_str(), *bytes))
            .collect();
        all.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        all.truncate(count);
        all
    }
}
