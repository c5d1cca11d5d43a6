//! What a running export does: the store's own layers where they are enough, else the engine's stream, read to its end.

use super::assemble::assemble;
use super::channel_reader::{ChannelReader, Chunk};
use super::failure::ExportError;
use super::memo::Memo;
use super::parcel::blocking;
use super::pass::{Expected, PassError, Work, pass};
use super::running::Running;
use super::tape::Tape;
use crate::ops::layers::{ImageRecord, LayerStore, Priority};
use crate::ops::ports::ContainerEngine;
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Chunks between the source engine and the pass; the engine sends a few tens of kilobytes at a time.
const CHUNKS: usize = 16;

/// A classic store writes the whole archive to its disk before the first byte of it (research/transfer.md section 4.4).
const FIRST_BYTE: Duration = Duration::from_mins(20);

/// Between two chunks, compression here included.
const NEXT_BYTES: Duration = Duration::from_mins(2);

/// One export of one image.
pub(super) struct ExportRun {
    pub(super) source: Arc<dyn ContainerEngine>,
    pub(super) store: LayerStore,
    pub(super) expected: Arc<Expected>,
    pub(super) priority: Priority,
    pub(super) running: Arc<Running>,
}

type Passed = (Result<ImageRecord, PassError>, Tape);

impl ExportRun {
    /// Does it. Everything that it started ends when this is dropped.
    pub(super) async fn work(self) -> Result<ImageRecord, ExportError> {
        let ended = CancellationToken::new();
        let _ended_with_this = ended.clone().drop_guard();
        let (store, expected, growth) = (
            self.store.clone(),
            self.expected.clone(),
            self.running.growth.clone(),
        );
        let until = ended.clone();
        let assembled = blocking(move || {
            store.sweep();
            let layers = expected.image.layers.iter().cloned().collect();
            assemble(
                &store,
                &expected.image,
                &layers,
                &expected.staging,
                &growth,
                &until,
            )
        });
        if let Some(record) = assembled.await?? {
            return Ok(record);
        }
        self.running.begin_export();
        let record = self.export(&ended).await?;
        let store = self.store.clone();
        blocking(move || store.evict()).await?;
        Ok(record)
    }

    async fn export(&self, ended: &CancellationToken) -> Result<ImageRecord, ExportError> {
        let store = self.store.clone();
        let mut memo = Memo::Kept(blocking(move || store.arrivals()).await?);
        let mut tape = Tape::new(self.running.growth.clone(), &self.expected.staging)?;
        loop {
            let is_checked = matches!(memo, Memo::Checked(_));
            let (passed, used) = self.attempt(memo, tape, ended).await?;
            match passed {
                Ok(record) => return Ok(record),
                Err(PassError::Export(error)) => return Err(error),
                Err(PassError::MemoWrong { path, .. }) if is_checked => {
                    return Err(ExportError::Unsteady(path));
                }
                Err(PassError::MemoWrong { path, arrivals }) => {
                    tracing::warn!(
                        path,
                        "a path of the engine's archive is another layer than it was"
                    );
                    let store = self.store.clone();
                    blocking(move || store.forget_path(&path)).await?;
                    (memo, tape) = (Memo::checked(arrivals), used);
                }
            }
        }
    }

    async fn attempt(
        &self,
        memo: Memo,
        tape: Tape,
        ended: &CancellationToken,
    ) -> Result<Passed, ExportError> {
        let (chunks, reader) = mpsc::channel(CHUNKS);
        let (told, passed) = oneshot::channel();
        let (store, expected, priority) = (self.store.clone(), self.expected.clone(), self.priority);
        let cancel = ended.clone();
        // A thread of its own, because it keeps its priority.
        std::thread::spawn(move || {
            priority.apply();
            let mut tape = tape;
            let work = Work {
                expected: &expected,
                store: &store,
                memo: &memo,
                priority,
                cancel: &cancel,
            };
            let passed = pass(ChannelReader::new(reader), work, &mut tape);
            if told.send((passed, tape)).is_err() {
                tracing::debug!("nobody waits for an export any more");
            }
        });
        let (delivered, passed) = tokio::join!(self.deliver(chunks), passed);
        // What the engine said explains an archive that ends early better than the archive does.
        delivered?;
        passed.map_err(|_| ExportError::Broken("the thread that reads it is gone".to_owned()))
    }

    /// Passes the engine's stream on. Ends without an error when the other end is no longer read.
    async fn deliver(&self, chunks: mpsc::Sender<Chunk>) -> Result<(), ExportError> {
        let mut stream = self.source.export(&self.expected.reference);
        let (mut done, mut patience) = (0, FIRST_BYTE);
        loop {
            let next = timeout(patience, stream.next())
                .await
                .map_err(|_| ExportError::Stalled(patience.as_secs()))?;
            let chunk = match next.transpose().map_err(ExportError::Source)? {
                Some(bytes) => {
                    done += bytes.len() as u64;
                    Chunk::Bytes(bytes)
                }
                None => Chunk::End,
            };
            let is_end = matches!(chunk, Chunk::End);
            if chunks.send(chunk).await.is_err() || is_end {
                return Ok(());
            }
            self.running.tell(done);
            patience = NEXT_BYTES;
        }
    }
}
