//! Puts packed layers in their place while the next ones are read: writing them to the disk for good takes its time.

use super::failure::ExportError;
use crate::ops::layers::{Layer, LayerStore, Packed, Priority, StoreError};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Layers that may wait for the disk; each is a file that is written already.
const WAITING: usize = 8;

/// The thread that does it.
pub(super) struct Publisher {
    queue: SyncSender<Packed>,
    thread: JoinHandle<Result<Vec<Layer>, StoreError>>,
}

impl Publisher {
    /// Starts it.
    pub(super) fn start(store: &LayerStore, priority: Priority) -> Self {
        let (queue, packed) = sync_channel(WAITING);
        let store = store.clone();
        let thread = std::thread::spawn(move || {
            priority.apply();
            publish(&store, packed)
        });
        Self { queue, thread }
    }

    /// Takes a layer. Why an earlier one could not be kept is told at the end.
    pub(super) fn put(&self, packed: Packed) {
        if self.queue.send(packed).is_err() {
            tracing::debug!("a layer is not kept, because an earlier one could not be");
        }
    }

    /// Waits until all layers are on the disk.
    pub(super) fn finish(self) -> Result<Vec<Layer>, ExportError> {
        drop(self.queue);
        let ended = self.thread.join();
        let ended =
            ended.map_err(|_| ExportError::Broken("the thread that keeps layers is gone".to_owned()))?;
        Ok(ended?)
    }
}

fn publish(store: &LayerStore, packed: Receiver<Packed>) -> Result<Vec<Layer>, StoreError> {
    packed.into_iter().map(|packed| store.publish(packed)).collect()
}
