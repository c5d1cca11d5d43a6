//! How an archive is compressed, and the compressor that it is written through.

use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// A compression that a host can undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// zstd at level 3: several times as fast as gzip, and smaller (research/transfer.md section 2).
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

/// Level and threads of zstd: more of either costs the operator's machine more than it saves on the wire.
const ZSTD_LEVEL: i32 = 3;
const ZSTD_THREADS: u32 = 2;

/// Below the default of 6: on layers of programs it costs a few per cent of size for half of the time.
const GZIP_LEVEL: u32 = 4;

/// Compresses what is written to it.
pub(super) enum Compressor<W: Write> {
    Zstd(zstd::stream::write::Encoder<'static, W>),
    Gzip(flate2::write::GzEncoder<W>),
}

impl<W: Write> Compressor<W> {
    pub(super) fn new(codec: Codec, output: W) -> io::Result<Self> {
        Ok(match codec {
            Codec::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(output, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                encoder.multithread(ZSTD_THREADS)?;
                Self::Zstd(encoder)
            }
            Codec::Gzip => {
                let level = flate2::Compression::new(GZIP_LEVEL);
                Self::Gzip(flate2::write::GzEncoder::new(output, level))
            }
        })
    }

    /// Writes the end of the compressed stream and gives the output back.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::Zstd(encoder) => encoder.finish(),
            Self::Gzip(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Zstd(encoder) => encoder.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Zstd(encoder) => encoder.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}
