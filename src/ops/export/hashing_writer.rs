//! A writer that hashes and counts what passes through it.

use crate::model::names::Digest;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};

/// Hashes and counts what is written through it.
pub(super) struct HashingWriter<W> {
    output: W,
    hash: Sha256,
    count: u64,
}

impl<W> HashingWriter<W> {
    pub(super) fn new(output: W) -> Self {
        Self {
            output,
            hash: Sha256::new(),
            count: 0,
        }
    }

    /// The output, the digest of all that was written, and its length in bytes.
    pub(super) fn finish(self) -> (W, Digest, u64) {
        (
            self.output,
            Digest::from_bytes(&self.hash.finalize().into()),
            self.count,
        )
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The digest of bytes in memory.
pub(super) fn digest_of(bytes: &[u8]) -> Digest {
    Digest::from_bytes(&Sha256::digest(bytes).into())
}
