//! The index of files of each layer, beside it. They are small, and stay when their layer is evicted.

use super::failure::StoreError;
use super::layer::Layer;
use super::store::LayerStore;
use super::unfinished;
use crate::model::names::Digest;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::PathBuf;
use tagboat_recipe::{Indexer, LayerIndex};

impl LayerStore {
    /// What is in a layer, if it was ever taken in here. Blocks; an index that is lost, damaged or of another version is made
    /// again from the layer, which takes some seconds for a gigabyte.
    pub fn index(&self, id: &Digest) -> Option<LayerIndex> {
        self.kept_index(id).or_else(|| self.index_again(id))
    }

    /// Whether it is known what is in a layer.
    pub fn has_index(&self, id: &Digest) -> bool {
        self.index_path(id).exists()
    }

    fn kept_index(&self, id: &Digest) -> Option<LayerIndex> {
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

    fn index_again(&self, id: &Digest) -> Option<LayerIndex> {
        let layer = self.layer(id)?;
        let index = match make(&layer) {
            Ok(index) if Digest::from_bytes(&index.sha256) == *id => index,
            Ok(_) => return None,
            Err(error) => {
                tracing::warn!(%error, %id, "a kept layer cannot be read");
                return None;
            }
        };
        if let Err(error) = self.keep_index(id, &index) {
            tracing::warn!(%error, "the index of a layer is not kept");
        }
        Some(index)
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

/// Reads a layer from its beginning to its end.
fn make(layer: &Layer) -> io::Result<LayerIndex> {
    let mut indexer = Indexer::new();
    let mut piece = vec![0; 1 << 20];
    let (mut at, size) = (0, layer.facts().size);
    while at < size {
        let count = usize::try_from(size - at).unwrap_or(usize::MAX).min(piece.len());
        layer.read_at(at, &mut piece[..count])?;
        indexer.write_all(&piece[..count])?;
        at += count as u64;
    }
    indexer.finish()
}
