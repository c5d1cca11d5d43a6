//! The frames that were unpacked last, for readers that jump about in a layer.

use crate::model::names::Digest;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Frames that are kept for all layers of a console: 64 MiB.
const KEPT: usize = 4;

type Key = (Digest, usize);

/// The frames that were unpacked last.
#[derive(Default)]
pub(super) struct DecodedFrames {
    /// The last used one is the last.
    kept: Mutex<VecDeque<(Key, Arc<Vec<u8>>)>>,
}

impl DecodedFrames {
    /// A kept frame.
    pub(super) fn get(&self, layer: &Digest, number: usize) -> Option<Arc<Vec<u8>>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept
            .iter()
            .position(|((of, frame), _)| *frame == number && of == layer)?;
        let found = kept.remove(place)?;
        let bytes = found.1.clone();
        kept.push_back(found);
        Some(bytes)
    }

    /// Keeps a frame, instead of the one that was not used for the longest time.
    pub(super) fn put(&self, layer: &Digest, number: usize, bytes: Arc<Vec<u8>>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(((layer.clone(), number), bytes));
    }

    /// Forgets a layer.
    pub(super) fn forget(&self, layer: &Digest) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|((of, _), _)| of != layer);
    }
}
