//! How much the store holds.

use std::time::SystemTime;

/// How much the store holds on this machine's disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Layers.
    pub layers: usize,
    /// Archives that were made from them and kept, for hosts without zstd.
    pub archives: usize,
    /// Bytes of all of them, packed.
    pub bytes: u64,
    /// Bytes at which the layers that were not used for the longest time go.
    pub limit: u64,
    /// When something of it was last used.
    pub last_used: Option<SystemTime>,
}
