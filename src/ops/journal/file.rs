//! The journal of one job: append-only JSON lines, locked by the console that runs the job.

use crate::model::job::JobEvent;
use crate::model::names::JobId;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The version of the line format.
const VERSION: u32 = 1;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// Another process runs this job now.
    #[error("another process runs this job")]
    Locked,
    /// A line other than a torn last one is not understood: a newer tagboat wrote it, or it was edited.
    #[error("{path}, line {line}: {why}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// One line of a journal.
#[derive(Serialize, Deserialize)]
struct Line {
    v: u32,
    #[serde(flatten)]
    event: JobEvent,
}

/// The open journal of a job that this console runs. The lock ends with it, also when the console is killed.
#[derive(Debug)]
pub struct JournalFile {
    file: File,
    path: PathBuf,
}

impl JournalFile {
    /// Where the journal of a job is.
    pub(super) fn path(directory: &Path, id: &JobId) -> PathBuf {
        directory.join(format!("{id}.jsonl"))
    }

    /// Begins the journal of a new job.
    pub(super) fn create(directory: &Path, id: &JobId) -> Result<Self, JournalError> {
        let path = Self::path(directory, id);
        let open = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let journal = Self::locked(open, path)?;
        // The file's name must survive a crash as well as its lines.
        let synced = File::open(directory).and_then(|directory| directory.sync_all());
        synced.map_err(|error| JournalError::Io {
            path: directory.to_owned(),
            error,
        })?;
        Ok(journal)
    }

    /// Opens the journal of an interrupted job to go on with it. A torn last line is cut off.
    pub(super) fn reopen(directory: &Path, id: &JobId) -> Result<(Self, Vec<JobEvent>), JournalError> {
        let path = Self::path(directory, id);
        let journal = Self::locked(OpenOptions::new().append(true).read(true).open(&path), path)?;
        let (events, whole) = read(&journal.path)?;
        journal.file.set_len(whole).map_err(|error| journal.io(error))?;
        Ok((journal, events))
    }

    fn locked(open: io::Result<File>, path: PathBuf) -> Result<Self, JournalError> {
        let file = open.map_err(|error| JournalError::Io {
            path: path.clone(),
            error,
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Locked),
            Err(TryLockError::Error(error)) => Err(JournalError::Io { path, error }),
        }
    }

    /// Appends an event; when this returns, it is on disk. A line that was only said goes there with the next event: a build says
    /// thousands, and none of them decides anything.
    pub fn append(&mut self, event: &JobEvent) -> Result<(), JournalError> {
        let line = Line {
            v: VERSION,
            event: event.clone(),
        };
        let mut text = serde_json::to_vec(&line).map_err(|error| self.io(error.into()))?;
        text.push(b'\n');
        let whole = self.file.metadata().map_err(|error| self.io(error))?.len();
        let is_only_said = matches!(event, JobEvent::Log { .. });
        let mut written = self.file.write_all(&text);
        if written.is_ok() && !is_only_said {
            written = self.file.sync_data();
        }
        if written.is_err() && self.file.set_len(whole).is_err() {
            // A full disk can take part of a line; the next one must not be glued to it.
            tracing::error!(path = %self.path.display(), "a torn line stays in a journal");
        }
        written.map_err(|error| self.io(error))
    }

    fn io(&self, error: io::Error) -> JournalError {
        JournalError::Io {
            path: self.path.clone(),
            error,
        }
    }
}

/// Reads the events of a journal, and the length of what was written whole: the last line may be torn by a crash.
pub(super) fn read(path: &Path) -> Result<(Vec<JobEvent>, u64), JournalError> {
    read_from(path, 0)
}

/// Reads the events behind `begin`, where a line begins, and where the last whole line ends.
pub(super) fn read_from(path: &Path, begin: u64) -> Result<(Vec<JobEvent>, u64), JournalError> {
    let text = text_from(path, begin).map_err(|error| JournalError::Io {
        path: path.to_owned(),
        error,
    })?;
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |last| last + 1);
    let mut events = Vec::new();
    for (index, line) in text[..whole]
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .enumerate()
    {
        let damaged = |why: String| JournalError::Damaged {
            path: path.to_owned(),
            line: index + 1,
            why,
        };
        let line: Line = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
        if line.v != VERSION {
            return Err(damaged(format!(
                "it has version {}, this tagboat reads {VERSION}",
                line.v
            )));
        }
        events.push(line.event);
    }
    Ok((events, begin + whole as u64))
}

fn text_from(path: &Path, begin: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(begin))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text)
}
