//! Why something could not be checked.

use crate::ops::export::ExportError;
use crate::ops::ports::EngineError;
use std::path::PathBuf;

/// Why something could not be checked. It says nothing of whether it is good.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CheckError {
    /// A file cannot be read.
    #[error("{}: {why}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The image cannot be read out of the engine.
    #[error("{0}")]
    Export(#[from] ExportError),
    /// A layer cannot be read.
    #[error("layer {number} of {of} cannot be read: {why}")]
    Layer {
        /// Which, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// Why.
        why: String,
    },
    /// Its config is none.
    #[error("the config of the image is not understood")]
    Config,
    /// The engine did not do it.
    #[error("{0}")]
    Engine(#[from] EngineError),
    /// It was stopped.
    #[error("stopped")]
    Cancelled,
}
