//! Why something could not be kept.

use std::path::Path;

/// Something could not be written to the cache on this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} cannot be written: {cause}")]
pub struct StoreError {
    /// The file or folder.
    pub path: String,
    /// What the system said.
    pub cause: String,
}

impl StoreError {
    /// What the system said of a path.
    #[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
    pub(crate) fn new(path: &Path, cause: impl ToString) -> Self {
        Self {
            path: path.display().to_string(),
            cause: cause.to_string(),
        }
    }
}
