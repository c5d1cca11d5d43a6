//! Why there is no archive of an image.

use super::defect::ArchiveDefect;
use crate::ops::layers::StoreError;
use crate::ops::ports::EngineError;

/// Why an export gave no archive. Layers that arrived whole are kept: they are what their digest says.
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
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be read here after it was written.
    #[error("what was kept of it cannot be read: {0}")]
    Unreadable(String),
    /// The source engine delivered another layer each time.
    #[error("the source engine delivers {0:?} differently each time")]
    Unsteady(String),
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
