//! A packed layer that is being written: frames come in any order and are written in theirs.

use super::failure::StoreError;
use crate::model::names::Digest;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Is told of each frame as soon as its bytes can be read from the file.
pub trait FrameSink: Send + Sync {
    /// A frame is in `file`.
    fn frame(&self, file: &Arc<File>, offset: u64, length: u32);
}

/// Frames that may wait for an earlier one; who packs faster than that waits too.
const AHEAD: usize = 2;

/// The file of a packed layer, and what was written to it.
pub(super) struct Assembly {
    path: PathBuf,
    file: Arc<File>,
    sink: Option<Arc<dyn FrameSink>>,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    hash: Sha256,
    frames: Vec<u32>,
    packed: u64,
    waiting: BTreeMap<usize, Vec<u8>>,
    trouble: Option<StoreError>,
}

/// All that was written.
pub(super) struct Assembled {
    pub(super) frames: Vec<u32>,
    pub(super) packed: u64,
    pub(super) sha256: Digest,
}

impl Assembly {
    /// An empty file at `path`, which is told of to `sink`.
    pub(super) fn new(path: PathBuf, file: Arc<File>, sink: Option<Arc<dyn FrameSink>>) -> Self {
        Self {
            path,
            file,
            sink,
            state: Mutex::default(),
            moved: Condvar::new(),
        }
    }

    /// The file.
    pub(super) fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// Why it cannot be written, if it cannot.
    pub(super) fn trouble(&self) -> Option<StoreError> {
        self.state().trouble.clone()
    }

    /// Takes a packed frame. After an error nothing more can be put.
    pub(super) fn put(&self, number: usize, packed: &[u8]) -> Result<(), StoreError> {
        let is_far_ahead = |state: &mut State| state.trouble.is_none() && number > state.frames.len() + AHEAD;
        let mut state = self
            .moved
            .wait_while(self.state(), is_far_ahead)
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(trouble) = &state.trouble {
            return Err(trouble.clone());
        }
        if number != state.frames.len() {
            state.waiting.insert(number, packed.to_vec());
            return Ok(());
        }
        self.write(&mut state, packed)?;
        loop {
            let next = state.frames.len();
            let Some(packed) = state.waiting.remove(&next) else {
                break;
            };
            self.write(&mut state, &packed)?;
        }
        drop(state);
        self.moved.notify_all();
        Ok(())
    }

    /// Ends it for everybody who puts frames.
    pub(super) fn fail(&self, cause: impl ToString) {
        self.state()
            .trouble
            .get_or_insert_with(|| StoreError::new(&self.path, cause));
        self.moved.notify_all();
    }

    /// What was written, when no frame is missing.
    pub(super) fn finish(&self) -> Result<Assembled, StoreError> {
        let mut state = self.state();
        match &state.trouble {
            Some(trouble) => Err(trouble.clone()),
            None => Ok(Assembled {
                sha256: Digest::from_bytes(&std::mem::take(&mut state.hash).finalize().into()),
                frames: std::mem::take(&mut state.frames),
                packed: state.packed,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, state: &mut State, packed: &[u8]) -> Result<(), StoreError> {
        let length = u32::try_from(packed.len()).map_err(|error| StoreError::new(&self.path, error))?;
        if let Err(error) = (&*self.file).write_all(packed) {
            let trouble = StoreError::new(&self.path, error);
            state.trouble = Some(trouble.clone());
            self.moved.notify_all();
            return Err(trouble);
        }
        state.hash.update(packed);
        state.frames.push(length);
        if let Some(sink) = &self.sink {
            sink.frame(&self.file, state.packed, length);
        }
        state.packed += u64::from(length);
        Ok(())
    }
}
