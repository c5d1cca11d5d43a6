//! What is kept of an image beside its layers: its config, its layers, and the order in which they arrived.

use crate::model::names::{Digest, ImageId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// An image that was exported once. With it and its layers, the same archive can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRecord {
    /// The version of this form; a record of another form is not used.
    pub form: u32,
    /// What the source engine calls it.
    pub image: ImageId,
    /// The digest of the config: its id on a classic store.
    pub config_digest: Digest,
    /// The config, byte for byte.
    pub config: String,
    /// Its layers, base first.
    pub layers: Vec<SizedLayer>,
    /// Its layers in the order in which the engine delivered them.
    pub arrival: Vec<Arrival>,
}

/// A layer and its length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizedLayer {
    /// Its `DiffID`.
    pub id: Digest,
    /// Its uncompressed length in bytes.
    pub size: u64,
}

/// A layer as the engine delivered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Its path in the engine's archive. Engines name layers by what is in them, so that it is the same the next time.
    pub path: String,
    /// The digest of the file at that path, which may be compressed.
    pub file: Digest,
    /// Its `DiffID`.
    pub layer: Digest,
}

impl ImageRecord {
    /// The form that this version writes.
    pub const FORM: u32 = 1;

    /// The config's length in bytes.
    pub fn config_size(&self) -> u64 {
        self.config.len() as u64
    }

    /// Its layers and their uncompressed lengths in bytes, base first.
    pub fn sizes(&self) -> Vec<(Digest, u64)> {
        let pair = |layer: &SizedLayer| (layer.id.clone(), layer.size);
        self.layers.iter().map(pair).collect()
    }

    /// Whether it is what was written: its parts agree with each other.
    pub(super) fn is_sound(&self) -> bool {
        let arrived = |layer: &SizedLayer| self.arrival.iter().any(|arrival| arrival.layer == layer.id);
        self.form == Self::FORM
            && self.config_digest == Digest::from_bytes(&Sha256::digest(&self.config).into())
            && self.layers.iter().all(arrived)
    }
}
