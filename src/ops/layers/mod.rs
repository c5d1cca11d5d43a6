//! The layers of images, packed once and kept on this machine, from which every archive is put together.

mod assembly;
mod decoded_frames;
mod eviction;
mod facts;
mod failure;
mod frame;
mod frame_pool;
mod image_record;
mod images;
mod indexes;
mod layer;
mod packer;
mod priority;
mod recipe_costs;
mod store;
#[cfg(test)]
mod store_tests;
pub(crate) mod unfinished;
mod usage;
mod verdicts;

pub use assembly::FrameSink;
pub use facts::LayerFacts;
pub use failure::StoreError;
pub use frame::FRAME;
pub(crate) use frame::FramePacker;
pub use image_record::{Arrival, ImageRecord, SizedLayer};
pub use layer::Layer;
pub use packer::{Packed, Packer};
pub use priority::Priority;
pub use store::LayerStore;
pub use usage::Usage;
pub use verdicts::KeptVerdict;
