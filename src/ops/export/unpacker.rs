//! Undoes the compression of a file of an archive, which is told by the file's first bytes.

use flate2::write::MultiGzDecoder;
use std::io::{self, Write};

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// First bytes that tell the compression.
pub(super) const MAGIC: usize = ZSTD_MAGIC.len();

/// The compression of a file in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    /// The compression of a file that begins so.
    pub(super) fn of(first: &[u8]) -> Self {
        if first.starts_with(GZIP_MAGIC) {
            Self::Gzip
        } else if first.starts_with(ZSTD_MAGIC) {
            Self::Zstd
        } else {
            Self::None
        }
    }
}

/// Writes the uncompressed bytes of what is written to it.
pub(super) enum Unpacker<W: Write> {
    Plain(W),
    Gzip(MultiGzDecoder<W>),
    Zstd(zstd::stream::write::Decoder<'static, W>),
}

impl<W: Write> Unpacker<W> {
    pub(super) fn new(packing: Packing, output: W) -> io::Result<Self> {
        Ok(match packing {
            Packing::None => Self::Plain(output),
            Packing::Gzip => Self::Gzip(MultiGzDecoder::new(output)),
            Packing::Zstd => Self::Zstd(zstd::stream::write::Decoder::new(output)?),
        })
    }

    /// Where the bytes go.
    pub(super) fn output(&self) -> &W {
        match self {
            Self::Plain(output) => output,
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zstd(decoder) => decoder.get_ref(),
        }
    }

    /// Writes what is still held back; an error when the compressed bytes end early.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(output) => output.flush(),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Zstd(decoder) => decoder.flush(),
        }
    }

    /// The output, after [`Self::end`].
    pub(super) fn into_output(self) -> io::Result<W> {
        match self {
            Self::Plain(output) => Ok(output),
            Self::Gzip(decoder) => decoder.finish(),
            Self::Zstd(decoder) => Ok(decoder.into_inner()),
        }
    }
}

impl<W: Write> Write for Unpacker<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(output) => output.write(bytes),
            Self::Gzip(decoder) => decoder.write(bytes),
            Self::Zstd(decoder) => decoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(output) => output.flush(),
            Self::Gzip(decoder) => decoder.flush(),
            Self::Zstd(decoder) => decoder.flush(),
        }
    }
}
