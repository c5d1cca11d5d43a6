//! The store: packed layers by their `DiffID` in one folder, which several consoles may use at the same time.

use super::assembly::FrameSink;
use super::decoded_frames::DecodedFrames;
use super::facts::LayerFacts;
use super::failure::StoreError;
use super::frame::FRAME;
use super::frame_pool::FramePool;
use super::layer::{Held, Layer};
use super::packer::{Packed, Packer};
use super::priority::Priority;
use super::unfinished;
use crate::model::names::Digest;
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::SystemTime;
use tokio_util::sync::CancellationToken;

/// The layers on this machine's disk. All functions block; clones share what they know.
#[derive(Clone)]
pub struct LayerStore {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) folder: PathBuf,
    pub(super) limit: u64,
    pool: FramePool,
    decoded: Arc<DecodedFrames>,
    known: Mutex<Known>,
}

/// What this console knows of layers.
#[derive(Default)]
struct Known {
    /// Layers that somebody holds.
    held: HashMap<Digest, Weak<Held>>,
    /// Layers whose packed bytes were seen to be right, and the time of the file then.
    sound: HashMap<Digest, SystemTime>,
}

impl LayerStore {
    /// Bytes that are kept unless another limit is set: the layers of some tens of images.
    pub const LIMIT: u64 = 20_000_000_000;

    /// The store in `folder`, which is made when something is kept in it.
    pub fn new(folder: PathBuf) -> Self {
        Self::with_limit(folder, Self::LIMIT)
    }

    /// The same with another limit in bytes, beyond which the layers that were not used for the longest time go.
    pub fn with_limit(folder: PathBuf, limit: u64) -> Self {
        Self::with(folder, limit, FRAME)
    }

    pub(super) fn with(folder: PathBuf, limit: u64, frame: u32) -> Self {
        let shared = Shared {
            folder,
            limit,
            pool: FramePool::new(frame),
            decoded: Arc::default(),
            known: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// A store whose frames are small enough for a test to have many.
    #[cfg(test)]
    pub(crate) fn with_small_frames(folder: PathBuf) -> Self {
        Self::with(folder, Self::LIMIT, 4096)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.shared.folder
    }

    /// A layer, if it is there with the length that its facts tell. This is a use of it.
    pub fn layer(&self, id: &Digest) -> Option<Layer> {
        let mut known = self.known();
        let facts_file = File::open(self.facts_path(id)).ok()?;
        if let Err(error) = facts_file.set_modified(SystemTime::now()) {
            tracing::debug!(%error, "the use of a kept layer could not be noted");
        }
        if let Some(held) = known.held.get(id).and_then(Weak::upgrade) {
            return Some(Layer::of(held));
        }
        let facts = LayerFacts::read(&self.facts_path(id))?;
        let held = Held::open(id, self.layer_path(id), facts, self.shared.decoded.clone())?;
        if known
            .sound
            .get(id)
            .is_some_and(|then| modified(&held.file) == Some(*then))
        {
            held.set_sound();
        }
        let held = Arc::new(held);
        known.held.retain(|_, held| held.strong_count() > 0);
        known.held.insert(id.clone(), Arc::downgrade(&held));
        Some(Layer::of(held))
    }

    /// The packed bytes of a layer, if it is kept. This is no use of it.
    pub fn packed_length(&self, id: &Digest) -> Option<u64> {
        let facts = LayerFacts::read(&self.facts_path(id))?;
        let length = fs::metadata(self.layer_path(id)).ok()?.len();
        (length == facts.packed).then_some(length)
    }

    /// A layer whose packed bytes are those that were written; one that is spoilt is removed.
    ///
    /// The bytes are read once for each console, before they are first sent: a spoilt layer is then made anew before any host
    /// has received it, instead of failing the check of every host each time.
    pub fn sound_layer(&self, id: &Digest, cancel: &CancellationToken) -> Option<Layer> {
        let layer = self.layer(id)?;
        match layer.is_sound(cancel) {
            Ok(true) => {
                self.note_sound(&layer);
                Some(layer)
            }
            Ok(false) => {
                tracing::warn!(%id, "a kept layer was spoilt and is removed");
                self.remove(id);
                None
            }
            Err(error) => {
                tracing::debug!(%error, %id, "a kept layer could not be read");
                None
            }
        }
    }

    /// Begins to pack a layer whose digest is known at its end. `sink` is told of each frame as it is written.
    pub fn packer(&self, priority: Priority, sink: Option<Arc<dyn FrameSink>>) -> Result<Packer, StoreError> {
        Packer::new(self.folder(), self.shared.pool.clone(), priority, sink)
    }

    /// Puts a packed layer in its place, on disk for good. One that is there and right stays.
    pub fn publish(&self, packed: Packed) -> Result<Layer, StoreError> {
        let id = packed.id;
        // Only now, because it takes its time and who waits for the layer's bytes does not need it.
        let index = packed.indexer.finish();
        let index = index.map_err(|error| StoreError::new(&self.layer_path(&id), error))?;
        self.keep_index(&id, &index)?;
        if let Some(there) = self.layer(&id).filter(|_| self.known().sound.contains_key(&id)) {
            return Ok(there);
        }
        let (path, facts) = (self.layer_path(&id), self.facts_path(&id));
        let failed = |error| StoreError::new(&path, error);
        packed.file.sync_all().map_err(failed)?;
        // Facts of an earlier file must not be taken for those of this one. They come back last: without them there is no layer.
        unfinished::remove(&facts);
        packed.path.persist(&path).map_err(|error| failed(error.error))?;
        packed.facts.write(&facts)?;
        self.shared.decoded.forget(&id);
        // Another console may be replacing it by the same bytes at this moment, so it is not looked for on the disk.
        let held = Held::of(&id, path, packed.file, packed.facts, self.shared.decoded.clone());
        held.set_sound();
        let layer = Layer::of(Arc::new(held));
        self.known().held.insert(id, Arc::downgrade(layer.shared()));
        self.note_sound(&layer);
        Ok(layer)
    }

    /// Removes a layer. Who holds it can still read it.
    pub fn remove(&self, id: &Digest) {
        let mut known = self.known();
        known.held.remove(id);
        known.sound.remove(id);
        self.shared.decoded.forget(id);
        unfinished::remove(&self.facts_path(id));
        unfinished::remove(&self.layer_path(id));
    }

    /// Whether somebody in this console holds a layer.
    pub(super) fn is_held(&self, hex: &str) -> bool {
        self.known()
            .held
            .iter()
            .any(|(id, held)| id.hex() == hex && held.strong_count() > 0)
    }

    fn note_sound(&self, layer: &Layer) {
        if let Some(modified) = modified(layer.file()) {
            self.known().sound.insert(layer.id().clone(), modified);
        }
    }

    fn layer_path(&self, id: &Digest) -> PathBuf {
        self.folder().join(format!("{}.layer", id.hex()))
    }

    fn facts_path(&self, id: &Digest) -> PathBuf {
        self.folder().join(format!("{}.json", id.hex()))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.shared.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn modified(file: &File) -> Option<SystemTime> {
    file.metadata().ok()?.modified().ok()
}

/// Files with an ending in a folder, by their name without it.
pub(super) fn files_in(folder: &Path, ending: &str) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let stem = name.strip_suffix(ending)?;
            Some((stem.to_owned(), entry.path()))
        })
        .collect()
}
