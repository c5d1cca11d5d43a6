//! The file that an archive is written to; it remembers why it could not be written, apart from what failed to be read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::NamedTempFile;

/// The first error of writing, which stays known when the pass over the archive reports some error of its own.
#[derive(Debug, Clone, Default)]
pub(super) struct WriteTrouble(Arc<Mutex<Option<String>>>);

impl WriteTrouble {
    /// What the system said, if writing failed.
    pub(super) fn cause(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, error: &io::Error) {
        let mut cause = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cause.get_or_insert_with(|| error.to_string());
    }
}

/// An unfinished archive on disk.
pub(super) struct OutputFile {
    pub(super) file: NamedTempFile,
    trouble: WriteTrouble,
}

impl OutputFile {
    pub(super) fn new(file: NamedTempFile, trouble: WriteTrouble) -> Self {
        Self { file, trouble }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.trouble.note(error);
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
