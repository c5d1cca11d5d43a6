//! What is kept of images on this machine, as the config says it.

use super::file::CacheTable;
use crate::ops::layers::LayerStore;

/// What is kept of images on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSettings {
    /// Bytes at which the layers go that were not used for the longest time.
    pub limit: u64,
    /// Whether images are taken in as soon as they are built or tagged here.
    pub background: bool,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            limit: LayerStore::LIMIT,
            background: true,
        }
    }
}

impl CacheSettings {
    pub(super) fn of(table: &CacheTable) -> Self {
        let usual = Self::default();
        Self {
            limit: table.limit.map_or(usual.limit, |limit| limit.0),
            background: table.background.unwrap_or(usual.background),
        }
    }
}
