//! Recipes: an image layer told by the files of an older image, so that a release costs what changed and no more.
//!
//! A [`LayerIndex`] is made of a layer tar while it passes by. [`make`] compares it with a [`BaseView`], which is what a container
//! of the older image sees, and writes a recipe. [`apply`] reads the recipe and the older image's files, and gives the same tar
//! again, byte for byte: the SHA-256 of every layer is in the recipe, and a layer that differs is an error.

mod apply;
mod base;
mod column;
mod data;
mod digest;
mod follow;
mod header;
mod index;
mod index_file;
mod indexer;
mod make;
mod matching;
mod meta;
mod op;
mod outlet;
mod patch;
mod paths;
mod plan;
mod pull;
mod root;
mod tape;
mod varint;

pub use apply::{Applied, ApplyError, apply};
pub use base::{BaseFile, BaseView};
pub use digest::Sha256Digest;
pub use index::{Entry, EntryKind, LayerIndex};
pub use index_file::IndexError;
pub use indexer::Indexer;
pub use make::{Base, LayerSummary, MakeError, Part, ReadAt, Summary, make};
pub use matching::estimate;

/// The version of the recipe's form; a helper applies only its own.
pub const FORM: u8 = 2;
