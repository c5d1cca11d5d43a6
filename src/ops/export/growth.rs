//! The bytes of a parcel while they are made: a list of pieces that only grows, read by any number of readers.

use super::failure::ExportError;
use crate::model::names::{Digest, ImageRef};
use crate::ops::layers::{FrameSink, Layer};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What is in a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelContents {
    /// The image's config digest: its id on a classic store.
    pub config: Digest,
    /// The image's manifest digest: its id on a containerd store.
    pub manifest: Digest,
    /// All of the image's layers, base first, whether they are in the parcel or not.
    pub layers: Vec<Digest>,
    /// The reference that it loads under.
    pub staging: ImageRef,
}

/// How far a parcel is made.
#[derive(Debug, Clone)]
pub(super) enum Extent {
    /// So many bytes, and more will come.
    Growing(u64),
    /// All of its bytes.
    Whole(u64, Arc<ParcelContents>),
    /// No more will come.
    Failed(ExportError),
}

/// Some bytes of a parcel, in memory or in a file that nobody changes.
enum Piece {
    Bytes(Bytes),
    File(Arc<File>, u64),
}

struct Placed {
    start: u64,
    length: u64,
    piece: Piece,
}

/// The bytes of a parcel. Files stay readable though they are renamed or removed, because they are held open.
pub(super) struct Growth {
    pieces: Mutex<Vec<Placed>>,
    extent: watch::Sender<Extent>,
    /// Layers that must not be evicted as long as their bytes are read.
    held: Mutex<Vec<Layer>>,
}

impl Growth {
    pub(super) fn new() -> Self {
        Self {
            pieces: Mutex::default(),
            extent: watch::Sender::new(Extent::Growing(0)),
            held: Mutex::default(),
        }
    }

    /// How far it is, and when that changes.
    pub(super) fn extent(&self) -> watch::Receiver<Extent> {
        self.extent.subscribe()
    }

    /// How far it is.
    pub(super) fn now(&self) -> Extent {
        self.extent.borrow().clone()
    }

    /// Bytes that can be read.
    pub(super) fn available(&self) -> u64 {
        self.pieces().last().map_or(0, |last| last.start + last.length)
    }

    /// Adds bytes.
    pub(super) fn push(&self, bytes: Vec<u8>) {
        let bytes = Bytes::from(bytes);
        self.place(bytes.len() as u64, Piece::Bytes(bytes));
    }

    /// Adds a part of a file.
    pub(super) fn push_file(&self, file: &Arc<File>, offset: u64, length: u64) {
        self.place(length, Piece::File(file.clone(), offset));
    }

    /// Keeps a layer as long as the parcel.
    pub(super) fn hold(&self, layer: Layer) {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(layer);
    }

    /// Says that all is there.
    pub(super) fn finish(&self, contents: ParcelContents) {
        let whole = Extent::Whole(self.available(), Arc::new(contents));
        self.extent.send_replace(whole);
    }

    /// Says that no more will come; a parcel that is whole stays so.
    pub(super) fn fail(&self, error: ExportError) {
        self.extent.send_if_modified(|extent| {
            let grows = matches!(extent, Extent::Growing(_));
            if grows {
                *extent = Extent::Failed(error);
            }
            grows
        });
    }

    /// Waits until there is a byte at `at`; gives false when the parcel ends there.
    pub(super) async fn reaches(&self, at: u64) -> Result<bool, ExportError> {
        let mut extent = self.extent();
        loop {
            match *extent.borrow_and_update() {
                Extent::Growing(available) if available > at => return Ok(true),
                Extent::Growing(_) => {}
                Extent::Whole(size, _) => return Ok(size > at),
                Extent::Failed(ref error) => return Err(error.clone()),
            }
            // The sender lives as long as this does.
            if extent.changed().await.is_err() {
                return Err(ExportError::Broken(
                    "nobody makes the archive any more".to_owned(),
                ));
            }
        }
    }

    /// Reads at most `most` bytes at `at` of what is there; none at the end of it. Blocks.
    pub(super) fn read(&self, at: u64, most: usize) -> io::Result<Bytes> {
        let mut bytes = Vec::new();
        while bytes.len() < most {
            let place = at + bytes.len() as u64;
            let Some((piece, inside, length)) = self.piece_at(place) else {
                break;
            };
            let room = (most - bytes.len()) as u64;
            let count = usize::try_from(room.min(length - inside)).map_err(io::Error::other)?;
            match piece {
                Piece::Bytes(text) => {
                    let from = usize::try_from(inside).map_err(io::Error::other)?;
                    bytes.extend_from_slice(&text[from..from + count]);
                }
                Piece::File(file, offset) => {
                    // Memory that comes zeroed; to grow one writes zeros, a tenth of a push without optimisation.
                    let mut read = vec![0; count];
                    file.read_exact_at(&mut read, offset + inside)?;
                    if bytes.is_empty() {
                        bytes = read;
                    } else {
                        bytes.extend_from_slice(&read);
                    }
                }
            }
        }
        Ok(bytes.into())
    }

    /// The piece at a place, how far the place is in it, and its length.
    fn piece_at(&self, place: u64) -> Option<(Piece, u64, u64)> {
        let pieces = self.pieces();
        let after = pieces.partition_point(|placed| placed.start <= place);
        let placed = pieces.get(after.checked_sub(1)?)?;
        let inside = place - placed.start;
        let piece = match &placed.piece {
            Piece::Bytes(bytes) => Piece::Bytes(bytes.clone()),
            Piece::File(file, offset) => Piece::File(file.clone(), *offset),
        };
        (inside < placed.length).then_some((piece, inside, placed.length))
    }

    fn place(&self, length: u64, piece: Piece) {
        // A piece without bytes would stand at the place of the next one.
        if length == 0 {
            return;
        }
        let mut pieces = self.pieces();
        let start = pieces.last().map_or(0, |last| last.start + last.length);
        pieces.push(Placed { start, length, piece });
        drop(pieces);
        self.extent.send_if_modified(|extent| match extent {
            Extent::Growing(available) => {
                *available = start + length;
                true
            }
            _ => false,
        });
    }

    fn pieces(&self) -> MutexGuard<'_, Vec<Placed>> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FrameSink for Growth {
    fn frame(&self, file: &Arc<File>, offset: u64, length: u32) {
        self.push_file(file, offset, length.into());
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, Growth, ParcelContents};
    use crate::model::names::{Digest, ImageRef};
    use crate::ops::export::ExportError;
    use std::io::Write;
    use std::sync::Arc;

    fn contents() -> ParcelContents {
        let digest = Digest::from_bytes(&[7; 32]);
        ParcelContents {
            config: digest.clone(),
            manifest: digest,
            layers: Vec::new(),
            staging: ImageRef::parse("tagboat-staging:1").unwrap(),
        }
    }

    #[test]
    fn pieces_of_memory_and_of_files_are_read_as_one() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"-file-").unwrap();
        let growth = Growth::new();
        growth.push(b"one".to_vec());
        growth.push(Vec::new());
        growth.push_file(&Arc::new(file), 1, 4);
        growth.push(b"two".to_vec());
        for at in 0..=10 {
            for most in 1..12 {
                let whole = b"onefiletwo";
                let end = (at + most).min(whole.len());
                assert_eq!(&growth.read(at as u64, most).unwrap()[..], &whole[at..end]);
            }
        }
        assert_eq!(growth.available(), 10);
    }

    #[tokio::test]
    async fn who_waits_is_told_of_more_of_the_end_and_of_a_failure() {
        let growth = Arc::new(Growth::new());
        let waiting = |at| {
            let growth = growth.clone();
            tokio::spawn(async move { growth.reaches(at).await })
        };
        let (third, fourth) = (waiting(2), waiting(3));
        growth.push(b"one".to_vec());
        assert!(third.await.unwrap().unwrap());
        growth.finish(contents());
        assert!(!fourth.await.unwrap().unwrap());
        growth.fail(ExportError::Cancelled);
        assert!(
            matches!(growth.now(), Extent::Whole(3, _)),
            "what is whole stays whole"
        );

        let broken = Growth::new();
        broken.push(b"one".to_vec());
        broken.fail(ExportError::Stalled(7));
        assert_eq!(broken.reaches(0).await, Err(ExportError::Stalled(7)));
    }
}
