//! The archives of this console: one export for each image and codec, however many hosts wait for it.

use super::archive::{Archive, staging_reference};
use super::cache::{Cache, hash_prefix};
use super::channel_reader::{ChannelReader, Chunk};
use super::codec::Codec;
use super::failure::ExportError;
use super::rewrite::Expected;
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageId, ImageRef};
use crate::ops::ports::ContainerEngine;
use futures_util::StreamExt;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Chunks between the source engine and the compressor; the engine sends a few tens of kilobytes at a time.
const CHUNKS: usize = 16;

/// A classic store writes the whole archive to its disk before the first byte of it (research/transfer.md section 4.4).
const FIRST_BYTE: Duration = Duration::from_mins(20);

/// Between two chunks, compression here included.
const NEXT_BYTES: Duration = Duration::from_mins(2);

/// Whether an archive had to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was made just now.
    Made,
    /// It was there from an earlier push.
    Reused,
}

/// An archive and whether it had to be made.
pub type Exported = (Arc<Archive>, Origin);

/// The exports of one console. Clones share them.
#[derive(Clone)]
pub struct Exports {
    shared: Arc<Shared>,
}

struct Shared {
    source: Arc<dyn ContainerEngine>,
    cache: Cache,
    table: Mutex<Table>,
}

type Key = (ImageId, Codec);

#[derive(Default)]
struct Table {
    running: HashMap<Key, Arc<watch::Sender<Run>>>,
    ready: HashMap<Key, Ready>,
}

/// An archive that this console has checked, and the file's time then: as long as it stays, it need not be hashed again.
#[derive(Clone)]
struct Ready {
    archive: Arc<Archive>,
    modified: SystemTime,
}

/// How far an export is.
#[derive(Clone)]
enum Run {
    /// Bytes of the engine's stream so far.
    Under(u64),
    /// Its end.
    Over(Result<Exported, ExportError>),
}

impl Exports {
    /// Exports from `source`, kept in `cache_dir`.
    pub fn new(source: Arc<dyn ContainerEngine>, cache_dir: PathBuf) -> Self {
        let shared = Shared {
            source,
            cache: Cache::new(cache_dir),
            table: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The engine that images come from.
    pub fn source(&self) -> &dyn ContainerEngine {
        self.shared.source.as_ref()
    }

    /// The archive of an image: a kept one, that of an export that runs already, or a new one.
    ///
    /// `progress` is told the bytes of the engine's uncompressed stream. Cancelling leaves the export to the others who
    /// wait for it; when nobody does any more, it ends. A failure is not kept.
    pub async fn get(
        &self,
        image: &SourceImage,
        reference: &ImageRef,
        codec: Codec,
        progress: impl Fn(u64) + Send,
        cancel: &CancellationToken,
    ) -> Result<Exported, ExportError> {
        let mut run = self.join(image, reference, codec);
        loop {
            let now = run.borrow_and_update().clone();
            match now {
                Run::Under(done) => progress(done),
                Run::Over(result) => return result,
            }
            tokio::select! {
                changed = run.changed() => changed.map_err(|_| ExportError::Broken("its task is gone".to_owned()))?,
                () = cancel.cancelled() => return Err(ExportError::Cancelled),
            }
        }
    }

    /// The first bytes of a kept archive, hashed: what a host that has some of it must have.
    pub async fn prefix(
        archive: &Archive,
        length: u64,
        cancel: &CancellationToken,
    ) -> std::io::Result<Digest> {
        let (path, cancel) = (archive.path.clone(), cancel.clone());
        tokio::task::spawn_blocking(move || hash_prefix(&path, length, &cancel))
            .await
            .map_err(std::io::Error::other)?
    }

    /// Joins the running export of an image, or begins one.
    fn join(&self, image: &SourceImage, reference: &ImageRef, codec: Codec) -> watch::Receiver<Run> {
        let key = (image.id.clone(), codec);
        let mut table = self.shared.table();
        if let Some(run) = table.running.get(&key) {
            return run.subscribe();
        }
        let (run, waiting) = watch::channel(Run::Under(0));
        let run = Arc::new(run);
        table.running.insert(key, run.clone());
        let (image, reference) = (image.clone(), reference.clone());
        tokio::spawn(self.shared.clone().run(image, reference, codec, run));
        waiting
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one archive as long as somebody waits for it.
    async fn run(
        self: Arc<Self>,
        image: SourceImage,
        reference: ImageRef,
        codec: Codec,
        run: Arc<watch::Sender<Run>>,
    ) {
        let key = (image.id.clone(), codec);
        let work = self.obtain(image, reference, codec, &run);
        tokio::pin!(work);
        let result = loop {
            tokio::select! {
                result = &mut work => break result,
                () = run.closed() => {
                    let mut table = self.table();
                    // Somebody may have joined since.
                    if run.receiver_count() == 0 {
                        table.running.remove(&key);
                        return;
                    }
                }
            }
        };
        self.table().running.remove(&key);
        run.send_replace(Run::Over(result));
    }

    async fn obtain(
        &self,
        image: SourceImage,
        reference: ImageRef,
        codec: Codec,
        run: &watch::Sender<Run>,
    ) -> Result<Exported, ExportError> {
        let key = (image.id.clone(), codec);
        let known = self.table().ready.get(&key).cloned();
        if let Some(ready) = known.filter(Ready::is_unchanged) {
            return Ok((ready.archive, Origin::Reused));
        }
        // Dropped with this future, so that the blocking threads end with it.
        let ended = CancellationToken::new();
        let _ended_with_this = ended.clone().drop_guard();
        let (cache, id) = (self.cache.clone(), image.id.clone());
        let kept = blocking(move || cache.open(&id, codec, &ended)).await?;
        let (archive, origin) = match kept {
            Some(archive) => (archive, Origin::Reused),
            None => (self.export(image, reference, codec, run).await?, Origin::Made),
        };
        let archive = Arc::new(archive);
        if let Some(modified) = modified(&archive.path) {
            let ready = Ready {
                archive: archive.clone(),
                modified,
            };
            self.table().ready.insert(key, ready);
        }
        Ok((archive, origin))
    }

    async fn export(
        &self,
        image: SourceImage,
        reference: ImageRef,
        codec: Codec,
        run: &watch::Sender<Run>,
    ) -> Result<Archive, ExportError> {
        let staging = staging_reference(&image)
            .ok_or_else(|| ExportError::Broken("the image's id gives no staging tag".to_owned()))?;
        let expected = Expected {
            image,
            reference: reference.clone(),
            staging,
        };
        let (chunks, reader) = mpsc::channel(CHUNKS);
        let cache = self.cache.clone();
        let writing = blocking(move || cache.make(ChannelReader::new(reader), &expected, codec));
        let (delivered, written) = tokio::join!(self.deliver(&reference, chunks, run), writing);
        // What the engine said explains an archive that ends early better than the archive does.
        delivered.and(written?)
    }

    /// Passes the engine's stream on. Ends without an error when the other end is no longer read.
    async fn deliver(
        &self,
        reference: &ImageRef,
        chunks: mpsc::Sender<Chunk>,
        run: &watch::Sender<Run>,
    ) -> Result<(), ExportError> {
        let mut stream = self.source.export(reference);
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
            run.send_replace(Run::Under(done));
            patience = NEXT_BYTES;
        }
    }
}

impl Ready {
    fn is_unchanged(&self) -> bool {
        let length = std::fs::metadata(&self.archive.path).map(|facts| facts.len());
        modified(&self.archive.path) == Some(self.modified)
            && length.is_ok_and(|length| length == self.archive.facts.size)
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ExportError::Broken(error.to_string()))
}
