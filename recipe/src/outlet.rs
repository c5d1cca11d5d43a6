//! The way out of what is rebuilt: hashed and written by a thread of its own, while the next bytes are read.

use crate::digest::Sha256Digest;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Bytes that go over at once.
const PIECE: usize = 256 << 10;

/// Pieces that may wait; with those that are filled, held and written, 2.75 MB.
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
    /// A layer is not what it should be. Its last bytes, and what comes after it, were not written.
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
    pub(crate) fn drain(self, output: impl Write) -> Result<u64, OutletError> {
        let mut writer = Writer {
            output,
            count: 0,
            number: 0,
            layer: None,
        };
        for piece in self.0 {
            writer.take(piece)?;
        }
        writer.output.flush()?;
        Ok(writer.count)
    }
}

/// Writes pieces, and checks layers.
struct Writer<W> {
    output: W,
    /// Bytes so far.
    count: u64,
    /// Layers so far.
    number: usize,
    layer: Option<Layer>,
}

/// A layer on its way.
#[derive(Default)]
struct Layer {
    hash: Sha256,
    size: u64,
    /// The last piece. It waits for the next one, or for the end: whoever reads must not take a wrong layer for a whole one.
    held: Vec<u8>,
}

impl<W: Write> Writer<W> {
    fn take(&mut self, piece: Piece) -> Result<(), OutletError> {
        match piece {
            Piece::Bytes(bytes) => {
                let ready = match &mut self.layer {
                    Some(layer) => {
                        layer.hash.update(&bytes);
                        layer.size += bytes.len() as u64;
                        std::mem::replace(&mut layer.held, bytes)
                    }
                    None => bytes,
                };
                self.write(&ready)
            }
            Piece::LayerBegins => {
                self.layer = Some(Layer::default());
                self.number += 1;
                Ok(())
            }
            Piece::LayerEnds { size, sha256 } => {
                let layer = self.layer.take().unwrap_or_default();
                let got: Sha256Digest = layer.hash.finalize().into();
                if (got, layer.size) != (sha256, size) {
                    return Err(OutletError::OtherLayer {
                        number: self.number,
                        expected: shown(&sha256, size),
                        got: shown(&got, layer.size),
                    });
                }
                self.write(&layer.held)
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), OutletError> {
        self.output.write_all(bytes)?;
        self.count += bytes.len() as u64;
        Ok(())
    }
}

fn shown(sha256: &Sha256Digest, size: u64) -> String {
    let [a, b, c, d, ..] = sha256;
    format!("{a:02x}{b:02x}{c:02x}{d:02x}… with {size} bytes")
}
