//! Makes the index of a layer from its tar while it passes by.

use crate::digest::{HashingWriter, Sha256Digest};
use crate::follow::{Follow, Follower};
use crate::header::{self, Header};
use crate::index::{Entry, EntryKind, LayerIndex};
use crate::meta::MetaWriter;
use crate::tape::{Parts, Tape};
use std::io::{self, Sink, Write};

/// Takes a layer's tar, in pieces of any length, and gives its index.
///
/// Holds the entries and the packed headers in memory: about 200 bytes for each entry, and for a layer of more than 300 000
/// files 30 MB more for the compressor. Bodies are not held, nor many bytes that are no tar.
pub struct Indexer {
    tape: Tape<Recording>,
    whole: HashingWriter<Sink>,
}

impl Indexer {
    /// Before the first byte.
    pub fn new() -> Self {
        let recording = Recording {
            meta: MetaWriter::new(),
            entries: Vec::new(),
            body: None,
            offset: 0,
        };
        Self {
            tape: Tape::new(recording),
            whole: HashingWriter::new(io::sink()),
        }
    }

    /// The SHA-256 of all that was written so far, without the time that the index takes.
    pub fn sha256(&self) -> Sha256Digest {
        self.whole.so_far()
    }

    /// The index of all that was written. Takes a second for a hundred thousand files, whose headers are compressed then.
    ///
    /// # Errors
    /// When the compressor fails, for want of memory.
    pub fn finish(self) -> io::Result<LayerIndex> {
        let size = self.tape.offset();
        let recording = self.tape.finish();
        let (_, sha256) = self.whole.finish();
        Ok(LayerIndex {
            size,
            sha256,
            entries: recording.entries,
            meta: recording.meta.finish()?,
        })
    }
}

impl Default for Indexer {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Indexer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.whole.write_all(bytes)?;
        self.tape.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Records entries beside the meta stream.
struct Recording {
    meta: MetaWriter,
    entries: Vec<Entry>,
    body: Option<Body>,
    /// Bytes of the tar so far.
    offset: u64,
}

/// A body that passes by.
struct Body {
    path: Box<[u8]>,
    offset: u64,
    hash: HashingWriter<Sink>,
}

impl Parts for Recording {
    fn header(&mut self, block: &Header, follow: Follow, follower: &Follower) {
        self.offset += block.len() as u64;
        self.meta.header(block, follow, follower);
        let path: Box<[u8]> = follower.path().unwrap_or_default().into();
        match follow {
            Follow::Body(_) => {
                // What is at the path is told beside the body, if the body is not it.
                if follower.file().is_none() {
                    self.entries.push(Entry {
                        path,
                        kind: EntryKind::Other,
                    });
                }
                self.body = Some(self.body_of(follower.file()));
            }
            Follow::Header => {
                let kind = match (header::kind(block), follower.link()) {
                    (b'1', Some(target)) => EntryKind::HardLink {
                        target: target.into(),
                    },
                    (b'5', _) => EntryKind::Folder,
                    _ => EntryKind::Other,
                };
                self.entries.push(Entry { path, kind });
            }
            Follow::Inline(_) | Follow::Raw => {}
        }
    }

    fn inline(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        self.meta.inline(bytes);
    }

    fn body(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        self.meta.body(bytes);
        self.hash_body(bytes);
    }

    fn body_end(&mut self, padding: &[u8]) {
        self.offset += padding.len() as u64;
        self.meta.body_end(padding);
        self.end_body();
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        self.meta.raw(bytes);
    }

    fn rest(&mut self, bytes: &[u8]) {
        let body = self.body.take().unwrap_or_else(|| self.body_of(None));
        self.body = Some(body);
        self.hash_body(bytes);
        self.offset += bytes.len() as u64;
        self.meta.rest(bytes);
    }

    fn rest_end(&mut self) {
        self.meta.rest_end();
        self.end_body();
    }
}

impl Recording {
    /// A body that begins here; without a path if it is no file's.
    fn body_of(&self, path: Option<&[u8]>) -> Body {
        Body {
            path: path.unwrap_or_default().into(),
            offset: self.offset,
            hash: HashingWriter::new(io::sink()),
        }
    }

    fn hash_body(&mut self, bytes: &[u8]) {
        if let Some(body) = &mut self.body {
            let hashed = body.hash.write_all(bytes);
            debug_assert!(hashed.is_ok(), "hashing does not fail");
        }
    }

    fn end_body(&mut self) {
        let Some(body) = self.body.take() else { return };
        let size = body.hash.count();
        let sha256: Sha256Digest = body.hash.finish().1;
        self.entries.push(Entry {
            path: body.path,
            kind: EntryKind::File {
                offset: body.offset,
                size,
                sha256,
            },
        });
    }
}
