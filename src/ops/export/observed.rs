//! Reads one file of an archive on its way through, and learns its digests, its compression and, if it is JSON, its text.

use super::hashing_writer::HashingWriter;
use crate::model::names::Digest;
use flate2::write::MultiGzDecoder;
use std::io::{self, Chain, Cursor, Read, Sink, Write};

/// The compression of a file in an archive, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

/// What was learned of one file.
#[derive(Debug, Clone)]
pub(super) struct FileFacts {
    /// The digest of it as it is in the archive.
    pub(super) digest: Digest,
    /// Its size in the archive.
    pub(super) size: u64,
    /// Its compression.
    pub(super) packing: Packing,
    /// The digest of its uncompressed bytes; none when they cannot be had.
    pub(super) diff_id: Option<Digest>,
    /// Its text, if it looks like JSON and is small enough to be a config or a manifest.
    pub(super) json: Option<Vec<u8>>,
}

/// Configs and manifests are kilobytes; a layer that happens to begin with a brace is not worth more memory than this.
const JSON_LIMIT: usize = 4 << 20;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

type HashSink = HashingWriter<Sink>;

/// Where the uncompressed bytes are hashed.
enum Unpacker {
    /// They are the bytes of the archive.
    Plain,
    Gzip(MultiGzDecoder<HashSink>),
    Zstd(zstd::stream::write::Decoder<'static, HashSink>),
    /// They cannot be had.
    Broken(Packing),
}

/// Passes a file through and observes it.
pub(super) struct Observed<R> {
    input: Chain<Cursor<Vec<u8>>, R>,
    raw: HashSink,
    unpacker: Unpacker,
    json: Option<Vec<u8>>,
}

impl<R: Read> Observed<R> {
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut magic = Vec::with_capacity(ZSTD_MAGIC.len());
        input
            .by_ref()
            .take(ZSTD_MAGIC.len() as u64)
            .read_to_end(&mut magic)?;
        let unpacker = if magic.starts_with(GZIP_MAGIC) {
            Unpacker::Gzip(MultiGzDecoder::new(HashingWriter::new(io::sink())))
        } else if magic.starts_with(ZSTD_MAGIC) {
            Unpacker::Zstd(zstd::stream::write::Decoder::new(HashingWriter::new(io::sink()))?)
        } else {
            Unpacker::Plain
        };
        let is_json = matches!(magic.first(), Some(b'{' | b'['));
        Ok(Self {
            input: Cursor::new(magic).chain(input),
            raw: HashingWriter::new(io::sink()),
            unpacker,
            json: is_json.then(Vec::new),
        })
    }

    /// What was learned, once all was read.
    pub(super) fn finish(self) -> FileFacts {
        let (_, digest, size) = self.raw.finish();
        let (packing, diff_id) = match self.unpacker {
            Unpacker::Plain => (Packing::None, Some(digest.clone())),
            Unpacker::Gzip(decoder) => (Packing::Gzip, decoder.finish().ok().map(|sink| sink.finish().1)),
            Unpacker::Zstd(mut decoder) => {
                let is_whole = decoder.flush().is_ok();
                let diff_id = is_whole.then(|| decoder.into_inner().finish().1);
                (Packing::Zstd, diff_id)
            }
            Unpacker::Broken(packing) => (packing, None),
        };
        FileFacts {
            digest,
            size,
            packing,
            diff_id,
            json: self.json,
        }
    }

    fn observe(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.raw.write_all(bytes)?;
        // A file that only begins like a compressed one is no defect unless the manifest calls it a layer.
        let broken = match &mut self.unpacker {
            Unpacker::Gzip(decoder) => decoder.write_all(bytes).err().map(|_| Packing::Gzip),
            Unpacker::Zstd(decoder) => decoder.write_all(bytes).err().map(|_| Packing::Zstd),
            Unpacker::Plain | Unpacker::Broken(_) => None,
        };
        if let Some(packing) = broken {
            self.unpacker = Unpacker::Broken(packing);
        }
        match &mut self.json {
            Some(json) if json.len() + bytes.len() <= JSON_LIMIT => json.extend_from_slice(bytes),
            json => *json = None,
        }
        Ok(())
    }
}

impl<R: Read> Read for Observed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        if count > 0 {
            self.observe(&buffer[..count])?;
        }
        Ok(count)
    }
}
