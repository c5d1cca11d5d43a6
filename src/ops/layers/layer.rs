//! A layer in the store: its uncompressed bytes at any place, and its frames as they are packed.

use super::decoded_frames::DecodedFrames;
use super::facts::LayerFacts;
use super::frame;
use crate::model::names::Digest;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// A layer that stays readable, and is not evicted by this console, as long as this is held.
#[derive(Clone)]
pub struct Layer {
    shared: Arc<Held>,
}

/// What all handles of a layer share.
pub(super) struct Held {
    id: Digest,
    facts: LayerFacts,
    path: PathBuf,
    pub(super) file: Arc<File>,
    /// Where each frame begins in the packed file.
    starts: Vec<u64>,
    decoded: Arc<DecodedFrames>,
    /// Whether the packed bytes are those that were written, once that was looked at.
    is_sound: Mutex<Option<bool>>,
}

impl Layer {
    pub(super) fn of(shared: Arc<Held>) -> Self {
        Self { shared }
    }

    pub(super) fn shared(&self) -> &Arc<Held> {
        &self.shared
    }

    /// Its `DiffID`.
    pub fn id(&self) -> &Digest {
        &self.shared.id
    }

    /// What is known of it.
    pub fn facts(&self) -> &LayerFacts {
        &self.shared.facts
    }

    /// The packed file.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// The packed file, open: what is read of it stays the same when the layer is evicted by another console.
    pub fn file(&self) -> &Arc<File> {
        &self.shared.file
    }

    /// Fills `buffer` with the uncompressed bytes at `offset`; an error when the layer ends before. Blocks, and unpacks whole
    /// frames, of which the last few are kept.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let frame = u64::from(self.facts().frame);
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let bytes = self.frame(at / frame)?;
            let inside = usize::try_from(at % frame).map_err(io::Error::other)?;
            let there = bytes.get(inside..).unwrap_or_default();
            let count = there.len().min(rest.len());
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let (now, later) = rest.split_at_mut(count);
            now.copy_from_slice(&there[..count]);
            (at, rest) = (at + count as u64, later);
        }
        Ok(())
    }

    fn frame(&self, number: u64) -> io::Result<Arc<Vec<u8>>> {
        let Held {
            id,
            facts,
            starts,
            decoded,
            ..
        } = &*self.shared;
        let begin = number * u64::from(facts.frame);
        let number = usize::try_from(number).map_err(io::Error::other)?;
        if let Some(bytes) = decoded.get(id, number) {
            return Ok(bytes);
        }
        let (Some(start), Some(length)) = (starts.get(number), facts.frames.get(number)) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let mut packed = vec![0; *length as usize];
        self.file().read_exact_at(&mut packed, *start)?;
        let size = (facts.size - begin).min(u64::from(facts.frame));
        let size = usize::try_from(size).map_err(io::Error::other)?;
        let bytes = Arc::new(frame::unpack(&packed, size)?);
        decoded.put(id, number, bytes.clone());
        Ok(bytes)
    }

    /// Whether its packed bytes are still those that were written. They are read once; who asks meanwhile waits.
    pub(super) fn is_sound(&self, cancel: &CancellationToken) -> io::Result<bool> {
        let mut known = self
            .shared
            .is_sound
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = *known {
            return Ok(known);
        }
        let facts = self.facts();
        let digest = hash_file(self.file(), facts.packed, cancel)?;
        Ok(*known.insert(digest == facts.sha256))
    }
}

impl Held {
    /// Opens a layer whose packed file has the length that its facts tell.
    pub(super) fn open(
        id: &Digest,
        path: PathBuf,
        facts: LayerFacts,
        decoded: Arc<DecodedFrames>,
    ) -> Option<Self> {
        let file = File::open(&path).ok()?;
        if file.metadata().ok()?.len() != facts.packed {
            return None;
        }
        Some(Self::of(id, path, Arc::new(file), facts, decoded))
    }

    /// A layer whose packed bytes are in `file`.
    pub(super) fn of(
        id: &Digest,
        path: PathBuf,
        file: Arc<File>,
        facts: LayerFacts,
        decoded: Arc<DecodedFrames>,
    ) -> Self {
        let mut starts = Vec::with_capacity(facts.frames.len());
        let mut at = 0;
        for length in &facts.frames {
            starts.push(at);
            at += u64::from(*length);
        }
        Self {
            id: id.clone(),
            facts,
            path,
            file,
            starts,
            decoded,
            is_sound: Mutex::default(),
        }
    }

    /// Its bytes were written or read just now and are known to be right.
    pub(super) fn set_sound(&self) {
        *self.is_sound.lock().unwrap_or_else(PoisonError::into_inner) = Some(true);
    }
}

/// The digest of the first `length` bytes of a file; an error if it is shorter or the token is cancelled.
fn hash_file(file: &File, length: u64, cancel: &CancellationToken) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    while at < length {
        if cancel.is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let want = usize::try_from(length - at)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        file.read_exact_at(&mut buffer[..want], at)?;
        hash.update(&buffer[..want]);
        at += want as u64;
    }
    Ok(Digest::from_bytes(&hash.finalize().into()))
}
