//! An engine whose images are in memory; archives that the simulated `docker load` took are found in a folder.

use crate::model::fleet::{ContentId, Platform, Store};
use crate::model::names::{ContainerId, Digest, ImageId, ImageRef};
use crate::ops::ports::{
    BuildRequest, ContainerEngine, Created, EngineError, EngineEvent, EngineFacts, EngineImage, ImageDetails,
    ListedContainer, LogPiece, LogQuery, Removal,
};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Semaphore;

/// An engine in memory.
pub(crate) struct SimulatedEngine {
    store: Store,
    folder: PathBuf,
    state: Mutex<State>,
    /// How many exports were begun.
    pub(crate) exports: AtomicUsize,
    /// Each chunk of an export takes one permit, so that a test decides how far it gets.
    pub(crate) gate: Arc<Semaphore>,
    /// What the engine tells of an image that it loads, where that is not the truth.
    pub(crate) on_load: Mutex<Option<fn(&mut ImageDetails)>>,
    /// How an export fails.
    pub(crate) export_fault: Mutex<Option<ExportFault>>,
}

/// How an export fails.
#[derive(Clone)]
pub(crate) enum ExportFault {
    /// Before its first byte.
    AtOnce(EngineError),
    /// Instead of its second half.
    Midway(EngineError),
}

#[derive(Default)]
struct State {
    images: BTreeMap<ImageId, Held>,
    references: BTreeMap<String, ImageId>,
}

#[derive(Clone)]
struct Held {
    details: ImageDetails,
    archive: Vec<u8>,
}

impl SimulatedEngine {
    /// An empty engine that shares `folder` with the simulated `docker` program.
    pub(crate) fn new(store: Store, folder: &Path) -> Self {
        for name in ["references", "loaded"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        Self {
            store,
            folder: folder.to_owned(),
            state: Mutex::default(),
            exports: AtomicUsize::new(0),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            on_load: Mutex::default(),
            export_fault: Mutex::default(),
        }
    }

    /// Takes an archive in, as `docker load` would.
    pub(crate) fn load(&self, archive: Vec<u8>) -> ImageId {
        let (mut details, tags) = read_archive(&archive, self.store);
        if let Some(change) = *self.on_load.lock().unwrap() {
            change(&mut details);
        }
        let mut state = self.state.lock().unwrap();
        let id = details.id.clone();
        state.images.insert(id.clone(), Held { details, archive });
        for tag in tags {
            state.references.insert(tag, id.clone());
        }
        self.tell(&state);
        id
    }

    /// Changes what is told of an image.
    pub(crate) fn spoil(&self, name: &str, change: impl FnOnce(&mut ImageDetails)) {
        let mut state = self.state();
        let id = find(&state, name).unwrap();
        change(&mut state.images.get_mut(&id).unwrap().details);
    }

    /// All references, sorted.
    pub(crate) fn references(&self) -> Vec<String> {
        self.state().references.keys().cloned().collect()
    }

    /// The state, with all that the simulated `docker load` took since.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut loaded: Vec<_> = fs::read_dir(self.folder.join("loaded"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        loaded.sort();
        for path in loaded {
            let archive = fs::read(&path).unwrap();
            fs::remove_file(&path).unwrap();
            self.load(archive);
        }
        self.state.lock().unwrap()
    }

    /// Tells the simulated `docker image inspect` what there is.
    fn tell(&self, state: &State) {
        let folder = self.folder.join("references");
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        for (reference, id) in &state.references {
            fs::write(folder.join(reference.replace('/', "%")), id.as_str()).unwrap();
        }
    }
}

fn find(state: &State, name: &str) -> Option<ImageId> {
    let by_id = || {
        ImageId::parse(name)
            .ok()
            .filter(|id| state.images.contains_key(id))
    };
    state.references.get(name).cloned().or_else(by_id)
}

fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(&Sha256::digest(bytes).into())
}

/// What an engine makes of an archive, checked as a load checks it.
fn read_archive(archive: &[u8], store: Store) -> (ImageDetails, Vec<String>) {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path, bytes);
    }
    let json = |path: &str| serde_json::from_slice::<Value>(&files[path]).unwrap();
    let listed = json("manifest.json")[0].clone();
    let config_path = listed["Config"].as_str().unwrap();
    let config = json(config_path);
    let layers = config["rootfs"]["diff_ids"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let config_digest = digest(&files[config_path]);
    let id = match store {
        Store::Classic => config_digest.clone(),
        Store::Containerd => Digest::parse(&text(&json("index.json")["manifests"][0]["digest"])).unwrap(),
    };
    let details = ImageDetails {
        id: ImageId(id),
        content: ContentId(config_digest),
        platform: Platform {
            os: text(&config["os"]),
            architecture: text(&config["architecture"]),
        },
        layers: layers
            .iter()
            .map(|layer| Digest::parse(&text(layer)).unwrap())
            .collect(),
        size: archive.len() as u64,
        created_at: None,
        raw: Value::Null,
    };
    let tags = listed["RepoTags"].as_array().unwrap().iter().map(text).collect();
    (details, tags)
}

fn not_simulated() -> EngineError {
    EngineError::NotUnderstood("not simulated".to_owned())
}

#[async_trait]
impl ContainerEngine for SimulatedEngine {
    async fn facts(&self) -> Result<EngineFacts, EngineError> {
        Ok(EngineFacts {
            version: "26.1.5".to_owned(),
            api: "1.45".to_owned(),
            store: self.store,
            platform: Platform {
                os: "linux".to_owned(),
                architecture: "amd64".to_owned(),
            },
            data_root: self.folder.to_str().unwrap().to_owned(),
            id: String::new(),
        })
    }

    async fn containers(&self) -> Result<Vec<ListedContainer>, EngineError> {
        Ok(Vec::new())
    }

    async fn images(&self) -> Result<Vec<EngineImage>, EngineError> {
        let state = self.state();
        let image = |(id, held): (&ImageId, &Held)| EngineImage {
            id: id.clone(),
            references: state
                .references
                .iter()
                .filter(|(_, named)| *named == id)
                .filter_map(|(reference, _)| ImageRef::parse(reference).ok())
                .collect(),
            size: held.details.size,
            created_at: None,
            labels: Vec::new(),
        };
        Ok(state.images.iter().map(image).collect())
    }

    async fn image(&self, name: &str) -> Result<Option<ImageDetails>, EngineError> {
        let state = self.state();
        Ok(find(&state, name).map(|id| state.images[&id].details.clone()))
    }

    async fn is_complete(&self, _: &str) -> Result<Option<bool>, EngineError> {
        Ok(None)
    }

    async fn inspect(&self, _: &str) -> Result<Option<Value>, EngineError> {
        Ok(None)
    }

    async fn create(&self, _: &str, _: &Value) -> Result<Created, EngineError> {
        Err(not_simulated())
    }

    async fn connect(&self, _: &str, _: &ContainerId, _: &Value) -> Result<(), EngineError> {
        Err(not_simulated())
    }

    async fn has_network(&self, _: &str) -> Result<bool, EngineError> {
        Err(not_simulated())
    }

    async fn start(&self, _: &ContainerId) -> Result<(), EngineError> {
        Err(not_simulated())
    }

    async fn stop(&self, _: &ContainerId, _: Duration) -> Result<(), EngineError> {
        Err(not_simulated())
    }

    async fn remove(&self, _: &ContainerId) -> Result<Removal, EngineError> {
        Err(not_simulated())
    }

    async fn remove_volume(&self, _: &str) -> Result<Removal, EngineError> {
        Err(not_simulated())
    }

    fn logs(&self, _: &ContainerId, _: LogQuery) -> BoxStream<'static, Result<LogPiece, EngineError>> {
        stream::once(async { Err(not_simulated()) }).boxed()
    }

    async fn tag(&self, image: &str, reference: &ImageRef) -> Result<(), EngineError> {
        let mut state = self.state();
        let id =
            find(&state, image).ok_or_else(|| EngineError::NotFound(format!("no such image: {image}")))?;
        state.references.insert(reference.to_string(), id);
        self.tell(&state);
        Ok(())
    }

    async fn untag(&self, name: &str) -> Result<Removal, EngineError> {
        self.remove_image(name).await
    }

    async fn remove_image(&self, name: &str) -> Result<Removal, EngineError> {
        let mut state = self.state();
        let removed = state.references.remove(name);
        if let Some(id) = &removed
            && !state.references.values().any(|named| named == id)
        {
            state.images.remove(id);
        }
        self.tell(&state);
        Ok(match removed {
            Some(_) => Removal::Removed,
            None => Removal::WasGone,
        })
    }

    fn build(&self, _: BuildRequest, _: File) -> BoxStream<'static, Result<String, EngineError>> {
        stream::once(async { Err(not_simulated()) }).boxed()
    }

    fn events(&self) -> BoxStream<'static, Result<EngineEvent, EngineError>> {
        stream::pending().boxed()
    }

    fn export(&self, reference: &ImageRef) -> BoxStream<'static, Result<Bytes, EngineError>> {
        self.exports.fetch_add(1, Ordering::Relaxed);
        let state = self.state();
        let Some(id) = find(&state, &reference.to_string()) else {
            // As the real engine does it: a `docker save` of nothing is an empty stream.
            return stream::empty().boxed();
        };
        let mut chunks: Vec<Result<Bytes, EngineError>> = state.images[&id]
            .archive
            .chunks(1000)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        match self.export_fault.lock().unwrap().clone() {
            None => {}
            Some(ExportFault::AtOnce(error)) => chunks = vec![Err(error)],
            Some(ExportFault::Midway(error)) => {
                chunks.truncate(chunks.len() / 2);
                chunks.push(Err(error));
            }
        }
        let gate = self.gate.clone();
        stream::iter(chunks)
            .then(move |chunk| {
                let gate = gate.clone();
                async move {
                    gate.acquire().await.unwrap().forget();
                    chunk
                }
            })
            .boxed()
    }
}
