//! What is in one layer: its entries, and everything that is needed to write its tar but the bodies of its files.

use crate::digest::Sha256Digest;

/// The index of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerIndex {
    /// The length of the layer's tar in bytes.
    pub size: u64,
    /// The SHA-256 of the layer's tar: its `DiffID`.
    pub sha256: Sha256Digest,
    /// Its entries in their order.
    pub entries: Vec<Entry>,
    /// Everything that is no body, packed (see `meta`).
    pub(crate) meta: Vec<u8>,
}

/// One entry of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, relative and plain; empty for the root itself, for a path that leads out of it, and for a body that no
    /// container sees as the content of a file.
    pub path: Box<[u8]>,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A body; with a path, the content of that file.
    File {
        /// Where its body begins in the layer's tar.
        offset: u64,
        /// The length of its body in bytes.
        size: u64,
        /// The SHA-256 of its body.
        sha256: Sha256Digest,
    },
    /// Another name of a file of this layer.
    HardLink {
        /// The other name.
        target: Box<[u8]>,
    },
    /// A folder.
    Folder,
    /// Anything else that has a path and no content: an empty file, a symbolic link, a device, a pipe.
    Other,
}

impl LayerIndex {
    /// Bytes that everything but the bodies needs in a recipe.
    pub fn meta_size(&self) -> usize {
        self.meta.len()
    }
}
