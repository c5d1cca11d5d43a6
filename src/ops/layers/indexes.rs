//! The index of files of each layer, beside it. They are small, and stay when their layer is evicted.

use super::failure::StoreError;
use super::store::LayerStore;
use super::unfinished;
use crate::model::names::Digest;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use tagboat_recipe::LayerIndex;

impl LayerStore {
    /// What is in a layer, if it was ever taken in here. Blocks.
    pub fn index(&self, id: &Digest) -> Option<LayerIndex> {
        let path = self.index_path(id);
        let index = LayerIndex::read_from(BufReader::new(File::open(&path).ok()?));
        match index {
            Ok(index) if Digest::from_bytes(&index.sha256) == *id => Some(index),
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "the index of a layer is not used");
                None
            }
        }
    }

    /// Whether there is an index of a layer.
    pub fn has_index(&self, id: &Digest) -> bool {
        self.index_path(id).exists()
    }

    /// Keeps what is in a layer.
    pub(super) fn keep_index(&self, id: &Digest, index: &LayerIndex) -> Result<(), StoreError> {
        let path = self.index_path(id);
        let mut bytes = Vec::new();
        index
            .write_to(&mut bytes)
            .map_err(|error| StoreError::new(&path, error))?;
        unfinished::write_whole(&path, &bytes)
    }

    fn index_path(&self, id: &Digest) -> PathBuf {
        self.folder().join(format!("{}.index", id.hex()))
    }
}
