//! What can be wrong with an archive that a source engine made.

use crate::model::names::Digest;

/// Why an archive is not the image that was asked for. Nothing of such an archive is loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveDefect {
    /// It is empty: `docker save` of an image that is not there ends so, with exit code 0.
    #[error("it is empty")]
    Empty,
    /// It ends early, or is no tar archive.
    #[error("it is damaged or ends early: {0}")]
    Damaged(String),
    /// An entry that no image needs and that could write elsewhere when it is unpacked.
    #[error("entry {path:?} is {what}")]
    Entry {
        /// The entry's path, as it is in the archive.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// More entries than any image has.
    #[error("it has more than {0} entries")]
    TooManyEntries(usize),
    /// Its list of images is missing, or not understood.
    #[error("its manifest.json is not usable: {0}")]
    Manifest(String),
    /// It holds another number of images than one.
    #[error("it holds {0} images instead of one")]
    ImageCount(usize),
    /// It carries other tags than the one that was asked for, which a load would move.
    #[error("it carries the tags {0} and would move them")]
    Tags(String),
    /// A file that its manifest names is not in it.
    #[error("{0:?} is missing from it")]
    Missing(String),
    /// Its config is not that of the image.
    #[error("its image is {got}, expected {expected}")]
    OtherImage {
        /// The image that was planned.
        expected: Digest,
        /// The config in the archive.
        got: Digest,
    },
    /// Its config is not understood, or is about something else.
    #[error("its config is not usable: {0}")]
    Config(String),
    /// A layer is not that of the image.
    #[error("layer {number} has the DiffID {got}, expected {expected}")]
    Layer {
        /// Which, counted from 1 at the base.
        number: usize,
        /// The `DiffID` that the source engine told.
        expected: Digest,
        /// The hash of its uncompressed bytes.
        got: Digest,
    },
    /// A layer cannot be uncompressed.
    #[error("layer {0} cannot be uncompressed")]
    LayerUnreadable(usize),
}

impl ArchiveDefect {
    /// A read that failed.
    pub(super) fn damaged(error: &std::io::Error) -> Self {
        Self::Damaged(crate::model::clean::clean(&error.to_string()))
    }
}
