//! Docker engines: bollard where its types hold all that is asked, the raw API where an answer must come back unchanged.

mod build;
mod completeness;
mod content;
mod engine;
mod errors;
mod listed;
mod logs;
mod raw;
mod raw_stream;
mod registry;
#[cfg(test)]
mod registry_tests;
mod source;

pub use engine::DockerEngine;
pub use source::{connect_source, source_address};
