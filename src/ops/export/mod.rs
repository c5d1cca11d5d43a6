//! The archive of an image: exported once, rewritten so that both image stores load it, checked, compressed and kept here.

mod archive;
mod cache;
mod channel_reader;
mod codec;
mod contents;
mod defect;
mod exports;
#[cfg(test)]
mod exports_tests;
mod failure;
#[cfg(test)]
pub(crate) mod fixture;
mod hashing_writer;
mod observed;
mod oci;
mod output_file;
mod rewrite;
#[cfg(test)]
mod rewrite_tests;

pub use archive::{Archive, ArchiveFacts, staging_reference};
pub use codec::Codec;
pub use defect::ArchiveDefect;
pub use exports::{Exported, Exports, Origin};
pub use failure::ExportError;
pub use rewrite::{Expected, Rewritten, rewrite};
