//! A SHA-256, and the writer that computes one of what passes through it.

use sha2::{Digest as _, Sha256};
use std::io::{self, Write};

/// The 32 bytes of a SHA-256.
pub type Sha256Digest = [u8; 32];

/// The SHA-256 of bytes in memory.
pub(crate) fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256::digest(bytes).into()
}

/// Hashes and counts what is written through it.
pub(crate) struct HashingWriter<W> {
    pub(crate) output: W,
    hash: Sha256,
    count: u64,
}

impl<W> HashingWriter<W> {
    pub(crate) fn new(output: W) -> Self {
        Self {
            output,
            hash: Sha256::new(),
            count: 0,
        }
    }

    /// Bytes so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The digest of all that was written so far.
    pub(crate) fn so_far(&self) -> Sha256Digest {
        self.hash.clone().finalize().into()
    }

    /// The output and the digest of all that was written.
    pub(crate) fn finish(self) -> (W, Sha256Digest) {
        (self.output, self.hash.finalize().into())
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
