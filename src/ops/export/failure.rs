//! Why there is no archive of an image.

use super::defect::ArchiveDefect;
use crate::ops::ports::EngineError;

/// Why an export gave no archive. Nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The source engine did not deliver it.
    #[error("the source engine did not export it: {0}")]
    Source(EngineError),
    /// The source engine delivered nothing for too long.
    #[error("the source engine delivered nothing for {0} s")]
    Stalled(u64),
    /// What it delivered is not the image.
    #[error("what the source engine exported is not the image: {0}")]
    Archive(#[from] ArchiveDefect),
    /// It could not be written here.
    #[error("it cannot be written to {path}: {cause}")]
    Cache {
        /// The file or folder.
        path: String,
        /// What the system said.
        cause: String,
    },
    /// The operator ended it.
    #[error("cancelled")]
    Cancelled,
    /// The task that made it ended without a word.
    #[error("the export ended unexpectedly: {0}")]
    Broken(String),
}

impl ExportError {
    /// Whether it may work when it is simply tried again.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Stalled(_) | Self::Source(EngineError::Unreachable(_) | EngineError::Deadline(_))
        )
    }
}
