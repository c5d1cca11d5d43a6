//! One export that runs, shared by all who wait for it.

use super::failure::ExportError;
use super::growth::Growth;
use crate::ops::layers::ImageRecord;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// Whether an archive had to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The engine exports the image for it.
    Made,
    /// It is put together from what was kept.
    Reused,
}

/// How far an export is.
#[derive(Clone)]
pub(super) enum Run {
    /// Bytes of the engine's stream so far.
    Under(u64),
    /// Its end.
    Over(Result<(Arc<ImageRecord>, Origin), ExportError>),
}

/// As long as somebody holds one, the export goes on.
pub(super) type Interest = watch::Receiver<Run>;

/// An export that runs, and the archive with all layers of the image that is made of it.
pub(super) struct Running {
    run: watch::Sender<Run>,
    pub(super) growth: Arc<Growth>,
    /// Whether the engine was asked.
    is_export: AtomicBool,
}

impl Running {
    pub(super) fn new() -> Self {
        Self {
            run: watch::Sender::new(Run::Under(0)),
            growth: Arc::new(Growth::new()),
            is_export: AtomicBool::new(false),
        }
    }

    /// Waits for it with the others.
    pub(super) fn join(&self) -> Interest {
        self.run.subscribe()
    }

    /// Whether nobody waits for it.
    pub(super) fn is_abandoned(&self) -> bool {
        self.run.receiver_count() == 0
    }

    /// Ends when nobody waits for it; somebody may join again at that moment.
    pub(super) async fn abandoned(&self) {
        self.run.closed().await;
    }

    /// The engine is asked.
    pub(super) fn begin_export(&self) {
        self.is_export.store(true, Ordering::Relaxed);
    }

    /// Where the archive's bytes come from.
    pub(super) fn origin(&self) -> Origin {
        if self.is_export.load(Ordering::Relaxed) {
            Origin::Made
        } else {
            Origin::Reused
        }
    }

    /// Tells how many bytes the engine delivered.
    pub(super) fn tell(&self, done: u64) {
        self.run.send_replace(Run::Under(done));
    }

    /// Tells how it ended.
    pub(super) fn end(&self, result: Result<ImageRecord, ExportError>) {
        if let Err(error) = &result {
            self.growth.fail(error.clone());
        }
        let ended = result.map(|record| (Arc::new(record), self.origin()));
        self.run.send_replace(Run::Over(ended));
    }
}
