//! Layers are rebuilt from the files of an older image, or it is said why not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod host_files;
mod memory;
mod odd_indexes;
mod odd_tars;
mod recipes;
mod round_trip;
mod tars;
mod varints;
