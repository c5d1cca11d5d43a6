//! How an archive is compressed.

use serde::{Deserialize, Serialize};

/// A compression that a host can undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// zstd: several times as fast as gzip, and smaller (research/transfer.md section 2).
    Zstd,
    /// gzip, which every host has.
    Gzip,
}

impl Codec {
    /// The end of the archive's file name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Zstd => "tar.zst",
            Self::Gzip => "tar.gz",
        }
    }

    /// The program that undoes it on a host.
    pub fn word(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }
}

/// Below the default of 6: on layers of programs it costs a few per cent of size for half of the time.
pub(super) const GZIP_LEVEL: u32 = 4;
