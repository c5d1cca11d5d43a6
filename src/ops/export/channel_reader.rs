//! Reads in a blocking thread what an asynchronous stream delivers, through a bounded channel.

use bytes::{Buf, Bytes};
use std::io::{self, Read};
use tokio::sync::mpsc;

/// One delivery.
pub(super) enum Chunk {
    /// Some bytes.
    Bytes(Bytes),
    /// There are no more.
    End,
}

/// The blocking end. A channel that closes without [`Chunk::End`] is an error, never the end of the data.
pub(super) struct ChannelReader {
    chunks: mpsc::Receiver<Chunk>,
    rest: Bytes,
    is_over: bool,
}

impl ChannelReader {
    pub(super) fn new(chunks: mpsc::Receiver<Chunk>) -> Self {
        Self {
            chunks,
            rest: Bytes::new(),
            is_over: false,
        }
    }
}

impl Read for ChannelReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && !self.is_over {
            match self.chunks.blocking_recv() {
                Some(Chunk::Bytes(bytes)) => self.rest = bytes,
                Some(Chunk::End) => self.is_over = true,
                None => return Err(io::Error::other("the stream was given up")),
            }
        }
        let count = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
