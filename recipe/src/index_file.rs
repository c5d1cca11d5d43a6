//! The index of a layer as a file: paths as what they share with the one before, compressed, with a SHA-256 at the end.

use crate::digest::{Sha256Digest, sha256};
use crate::index::{Entry, EntryKind, LayerIndex};
use crate::paths::LONGEST;
use crate::pull::Pull;
use crate::varint;
use std::io::{self, Read, Write};

const MAGIC: [u8; 8] = *b"tagboati";

/// Another form of the index or of the meta stream in it has another number; an index of another form is made again.
const FORM: u8 = 1;

/// Layers of millions of files have indexes of hundreds of megabytes; more is a damaged file.
const MOST_PACKED: u64 = 512 << 20;
const MOST_UNPACKED: u64 = 2 << 30;

/// No layer has a petabyte. Sums of such sizes are numbers.
const MOST_SIZE: u64 = 1 << 50;

const LEVEL: i32 = 3;

/// Why a file is no index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is of another form, or damaged.
    #[error("it is damaged, or of another version")]
    Damaged,
}

impl LayerIndex {
    /// Writes the index.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn write_to(&self, mut output: impl Write) -> Result<(), IndexError> {
        let packed = zstd::bulk::compress(&self.pack(), LEVEL)?;
        output.write_all(&MAGIC)?;
        output.write_all(&[FORM])?;
        output.write_all(&packed)?;
        output.write_all(&sha256(&packed))?;
        Ok(())
    }

    /// Reads an index.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or of another form.
    pub fn read_from(input: impl Read) -> Result<Self, IndexError> {
        let mut bytes = Vec::new();
        input.take(MOST_PACKED).read_to_end(&mut bytes)?;
        let body = bytes
            .strip_prefix(&MAGIC)
            .and_then(|rest| rest.strip_prefix(&[FORM]));
        let (packed, told) = body
            .and_then(|body| body.split_last_chunk::<32>())
            .ok_or(IndexError::Damaged)?;
        if sha256(packed) != *told {
            return Err(IndexError::Damaged);
        }
        let mut text = Vec::new();
        zstd::stream::read::Decoder::with_buffer(packed)?
            .take(MOST_UNPACKED)
            .read_to_end(&mut text)?;
        unpack(&text).ok_or(IndexError::Damaged)
    }

    fn pack(&self) -> Vec<u8> {
        let mut text = Vec::new();
        varint::put(&mut text, self.size);
        text.extend_from_slice(&self.sha256);
        varint::put_bytes(&mut text, &self.meta);
        varint::put(&mut text, self.entries.len() as u64);
        let mut last: &[u8] = &[];
        for entry in &self.entries {
            put_path(&mut text, last, &entry.path);
            last = &entry.path;
            match &entry.kind {
                EntryKind::File { offset, size, sha256 } => {
                    text.push(0);
                    varint::put(&mut text, *offset);
                    varint::put(&mut text, *size);
                    text.extend_from_slice(sha256);
                }
                EntryKind::HardLink { target } => {
                    text.push(1);
                    varint::put_bytes(&mut text, target);
                }
                EntryKind::Folder => text.push(2),
                EntryKind::Other => text.push(3),
            }
        }
        text
    }
}

fn put_path(text: &mut Vec<u8>, last: &[u8], path: &[u8]) {
    let shared = path.iter().zip(last).take_while(|(new, old)| new == old).count();
    varint::put(text, shared as u64);
    varint::put_bytes(text, &path[shared..]);
}

fn unpack(text: &[u8]) -> Option<LayerIndex> {
    let mut pull = Pull(text);
    let size = pull.number().filter(|size| *size <= MOST_SIZE)?;
    let sha256: Sha256Digest = pull.array()?;
    let meta = pull.bytes()?.to_vec();
    let count = pull.number()?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut bodies = Bodies { begin: 0, end: size };
    for _ in 0..count {
        let last = entries
            .last()
            .map(|entry| entry.path.as_ref())
            .unwrap_or_default();
        let shared = last.get(..usize::try_from(pull.number()?).ok()?)?;
        let path: Box<[u8]> = [shared, pull.bytes()?].concat().into();
        // A few bytes for each entry must not become many.
        if path.len() > LONGEST {
            return None;
        }
        let kind = unpack_kind(&mut pull, &mut bodies)?;
        entries.push(Entry { path, kind });
    }
    pull.is_empty().then_some(LayerIndex {
        size,
        sha256,
        entries,
        meta,
    })
}

fn unpack_kind(pull: &mut Pull<'_>, bodies: &mut Bodies) -> Option<EntryKind> {
    Some(match pull.byte()? {
        0 => {
            let (offset, size) = (pull.number()?, pull.number()?);
            bodies.take(offset, size)?;
            let sha256 = pull.array()?;
            EntryKind::File { offset, size, sha256 }
        }
        1 => EntryKind::HardLink {
            target: pull.bytes()?.into(),
        },
        2 => EntryKind::Folder,
        3 => EntryKind::Other,
        _ => return None,
    })
}

/// Where bodies may still be: they follow each other in the tar. Whoever adds up their sizes has no more than the tar's.
struct Bodies {
    begin: u64,
    end: u64,
}

impl Bodies {
    fn take(&mut self, offset: u64, size: u64) -> Option<()> {
        let end = offset.checked_add(size).filter(|end| *end <= self.end)?;
        if offset < self.begin {
            return None;
        }
        self.begin = end;
        Some(())
    }
}
