//! What the bytes of a parcel are: an archive that an engine loads, or a recipe that makes one.

use super::codec::Codec;

/// What arrives in a staging directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// An archive, compressed.
    Archive(Codec),
    /// A recipe for the helper.
    Recipe,
}

impl Wrapping {
    /// The end of the file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Archive(codec) => codec.extension(),
            Self::Recipe => "recipe",
        }
    }

    /// What it is, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Archive(codec) => codec.word(),
            Self::Recipe => "recipe",
        }
    }
}
