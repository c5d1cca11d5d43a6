//! What is known of a packed layer; kept beside it, and written after it.

use super::failure::StoreError;
use super::unfinished;
use crate::model::names::Digest;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// What is known of a packed layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFacts {
    /// The version of this form; a layer of another form is packed anew.
    pub form: u32,
    /// Its uncompressed length in bytes.
    pub size: u64,
    /// The uncompressed length of each frame but the last, in bytes.
    pub frame: u32,
    /// The length of the packed file in bytes.
    pub packed: u64,
    /// The digest of the packed file.
    pub sha256: Digest,
    /// The packed length of each frame in bytes.
    pub frames: Vec<u32>,
}

impl LayerFacts {
    /// The form that this version writes.
    pub const FORM: u32 = 1;

    /// Reads what was written; none when there is nothing, or nothing that can be used.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let facts: Self = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        facts.is_sound().then_some(facts)
    }

    /// Writes them so that they are there whole or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let text = serde_json::to_vec(self).map_err(|error| StoreError::new(path, error))?;
        unfinished::write_whole(path, &text)
    }

    /// The numbers agree with each other.
    fn is_sound(&self) -> bool {
        let packed: u64 = self.frames.iter().map(|length| u64::from(*length)).sum();
        self.form == Self::FORM
            && self.frame > 0
            && packed == self.packed
            && self.size.div_ceil(u64::from(self.frame)) == self.frames.len() as u64
    }
}
