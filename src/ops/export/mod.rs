//! The archives of images: exported once, checked, and put together from layers that are kept, so that both image stores load
//! them. Senders read them while they are still being made.

mod assemble;
mod bases;
mod channel_reader;
mod codec;
mod contents;
mod defect;
mod deltas;
mod derived;
mod documents;
mod entry_path;
mod export_run;
mod exports;
#[cfg(test)]
mod exports_tests;
mod failure;
#[cfg(test)]
pub(crate) mod fixture;
mod growth;
mod hashing_writer;
mod layer_intake;
mod manifest;
mod memo;
mod parcel;
#[cfg(test)]
mod parcel_tests;
mod pass;
#[cfg(test)]
mod pass_tests;
mod publisher;
mod recipe;
mod running;
mod staging;
mod stock;
mod tape;
mod unpacker;
mod weigh;
mod wrapping;

pub use codec::Codec;
pub use defect::ArchiveDefect;
pub use exports::{Exported, Exports};
pub use failure::ExportError;
pub use growth::ParcelContents;
pub use manifest::manifest_forms;
pub use parcel::{Parcel, ParcelFacts};
pub use running::Origin;
pub use staging::staging_reference;
pub use stock::stock;
pub use wrapping::Wrapping;
