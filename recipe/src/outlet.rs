//! The way out of what is rebuilt: hashed and written by a thread of its own, while the next bytes are read.

use crate::digest::Sha256Digest;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Bytes that go over at once.
const PIECE: usize = 256 << 10;

/// Pieces that may wait; with the one that is filled and the one that is written, 2.5 MB.
const WAITING: usize = 8;

enum Piece {
    Bytes(Vec<u8>),
    LayerBegins,
    LayerEnds { size: u64, sha256: Sha256Digest },
}

/// Why the output ended.
#[derive(Debug, thiserror::Error)]
pub enum OutletError {
    /// It cannot be written: its reader is gone, or there is no room.
    #[error("the rebuilt archive cannot be written: {0}")]
    Write(#[from] io::Error),
    /// A layer is not what it should be. Nothing that comes after it was written.
    #[error("layer {number} was rebuilt as {got}, and should be {expected}")]
    OtherLayer {
        /// Which layer of the recipe, counted from 1.
        number: usize,
        /// Its SHA-256 and length as they should be.
        expected: String,
        /// As they are.
        got: String,
    },
}

/// The near end.
pub(crate) struct Outlet {
    pieces: SyncSender<Piece>,
    filling: Vec<u8>,
}

/// The far end is gone; why is known there.
#[derive(Debug)]
pub(crate) struct Gone;

impl Outlet {
    /// Both ends.
    pub(crate) fn new() -> (Self, FarEnd) {
        let (pieces, receiver) = sync_channel(WAITING);
        let outlet = Self {
            pieces,
            filling: Vec::with_capacity(PIECE),
        };
        (outlet, FarEnd(receiver))
    }

    pub(crate) fn layer_begins(&mut self) -> Result<(), Gone> {
        self.flush()?;
        self.send(Piece::LayerBegins)
    }

    pub(crate) fn layer_ends(&mut self, size: u64, sha256: Sha256Digest) -> Result<(), Gone> {
        self.flush()?;
        self.send(Piece::LayerEnds { size, sha256 })
    }

    pub(crate) fn put(&mut self, mut bytes: &[u8]) -> Result<(), Gone> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.filling.len()));
            self.filling.extend_from_slice(now);
            bytes = later;
            if self.filling.len() == PIECE {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Lets `fill` put at most `most` bytes into the room that there is; gives how many they were.
    pub(crate) fn fill(
        &mut self,
        most: u64,
        fill: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> Result<io::Result<usize>, Gone> {
        if self.filling.len() == PIECE {
            self.flush()?;
        }
        let begin = self.filling.len();
        let room = usize::try_from(most).unwrap_or(usize::MAX).min(PIECE - begin);
        self.filling.resize(begin + room, 0);
        let filled = fill(&mut self.filling[begin..]);
        self.filling
            .truncate(begin + filled.as_ref().map_or(0, |count| *count));
        Ok(filled)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Gone> {
        if self.filling.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.filling, Vec::with_capacity(PIECE));
        self.send(Piece::Bytes(full))
    }

    fn send(&mut self, piece: Piece) -> Result<(), Gone> {
        self.pieces.send(piece).map_err(|_| Gone)
    }
}

/// The far end, for the thread that writes.
pub(crate) struct FarEnd(Receiver<Piece>);

impl FarEnd {
    /// Writes everything until the near end is dropped; gives the number of bytes.
    pub(crate) fn drain(self, mut output: impl Write) -> Result<u64, OutletError> {
        let (mut all, mut number) = (0, 0);
        let mut layer: Option<(Sha256, u64)> = None;
        for piece in self.0 {
            match piece {
                Piece::Bytes(bytes) => {
                    if let Some((hash, size)) = &mut layer {
                        hash.update(&bytes);
                        *size += bytes.len() as u64;
                    }
                    output.write_all(&bytes)?;
                    all += bytes.len() as u64;
                }
                Piece::LayerBegins => {
                    layer = Some((Sha256::new(), 0));
                    number += 1;
                }
                Piece::LayerEnds { size, sha256 } => {
                    let (hash, got_size) = layer.take().unwrap_or_default();
                    let got: Sha256Digest = hash.finalize().into();
                    if (got, got_size) != (sha256, size) {
                        return Err(OutletError::OtherLayer {
                            number,
                            expected: shown(&sha256, size),
                            got: shown(&got, got_size),
                        });
                    }
                }
            }
        }
        output.flush()?;
        Ok(all)
    }
}

fn shown(sha256: &Sha256Digest, size: u64) -> String {
    let [a, b, c, d, ..] = sha256;
    format!("{a:02x}{b:02x}{c:02x}{d:02x}… with {size} bytes")
}
