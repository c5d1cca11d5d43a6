//! Where tagboat keeps what it must remember, what it may forget, and its sockets.

use std::path::PathBuf;

/// The directories of one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// Journals and logs.
    pub state: PathBuf,
    /// Exports, which can be made again.
    pub cache: PathBuf,
    /// Sockets; a short path.
    pub runtime: PathBuf,
}
