//! Gathers what a contract asks of an image or a Dockerfile, keeps the verdict, and runs probes. What it comes to is decided by `model::contract`.

mod build_folder;
mod checker;
mod error;
mod image;
mod layer_files;
mod probe;

pub use build_folder::{BuildFolder, read_build_folder};
pub use checker::{Checker, UsedContract, keep};
pub use error::CheckError;
pub use image::{facts_of_record, image_facts};
pub use layer_files::read_layer;
pub use probe::{ProbeScene, run_probe};
