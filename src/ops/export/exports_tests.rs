//! Sharing exports: one for all who wait, none for nobody, and never a spoilt one.

use super::fixture::{Fixture, Layout};
use super::hashing_writer::digest_of;
use super::{Codec, ExportError, Exported, Exports, Origin, Parcel};
use crate::model::fleet::{SourceImage, Store};
use crate::model::names::{Digest, ImageRef};
use crate::ops::layers::LayerStore;
use crate::ops::ports::EngineError;
use crate::ops::simulated::{ExportFault, SimulatedEngine};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A source with one image, and the exports of a console.
pub(super) struct Scene {
    pub(super) engine: Arc<SimulatedEngine>,
    pub(super) exports: Exports,
    pub(super) image: SourceImage,
    pub(super) reference: ImageRef,
    folder: tempfile::TempDir,
}

impl Scene {
    /// A source whose exports get as far as they are let, a thousand bytes for each permit.
    pub(super) fn new(fixture: Fixture, permits: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut engine = SimulatedEngine::new(Store::Classic, &folder.path().join("engine"));
        engine.gate = Arc::new(Semaphore::new(permits));
        engine.load(fixture.bytes());
        let engine = Arc::new(engine);
        Self {
            exports: Exports::new(engine.clone(), store(&folder)),
            engine,
            image: fixture.expected.image,
            reference: fixture.expected.reference,
            folder,
        }
    }

    /// Another console with the same folder.
    pub(super) fn other_console(&self) -> Exports {
        Exports::new(self.engine.clone(), store(&self.folder))
    }

    pub(super) fn all(&self) -> BTreeSet<Digest> {
        self.image.layers.iter().cloned().collect()
    }

    pub(super) async fn archive_of(&self, exports: &Exports, codec: Codec) -> Result<Exported, ExportError> {
        let cancel = CancellationToken::new();
        exports
            .archive(&self.image, &self.reference, &self.all(), codec, |_| {}, &cancel)
            .await
    }

    pub(super) async fn archive(&self, codec: Codec) -> Result<Exported, ExportError> {
        self.archive_of(&self.exports, codec).await
    }

    /// The whole archive, once everything that makes it is at its end.
    pub(super) async fn bytes_now(&self) -> Vec<u8> {
        let bytes = self.bytes(Codec::Zstd).await;
        let never = CancellationToken::new();
        let kept = self.exports.ingest(&self.image, &self.reference, |_| {}, &never);
        kept.await.unwrap();
        bytes
    }

    /// The whole archive, once it is made.
    pub(super) async fn bytes(&self, codec: Codec) -> Vec<u8> {
        read(&self.archive(codec).await.unwrap().0).await
    }

    pub(super) fn begun(&self) -> usize {
        self.engine.exports.load(Ordering::Relaxed)
    }

    /// The files of layers, and what is unfinished.
    pub(super) fn names(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.exports.store().folder()).into_iter().flatten();
        let paths = entries.map(|entry| entry.unwrap().path());
        let is_layer = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            path.extension().is_some_and(|end| end == "layer") || name.starts_with(".unfinished")
        };
        paths.filter(is_layer).collect()
    }
}

fn store(folder: &tempfile::TempDir) -> LayerStore {
    LayerStore::with_small_frames(folder.path().join("layers"))
}

pub(super) async fn read(parcel: &Arc<Parcel>) -> Vec<u8> {
    let mut bytes = Vec::new();
    parcel.reader(0).read_to_end(&mut bytes).await.unwrap();
    bytes
}

pub(super) async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

/// Somebody who takes the image in, in a task of its own, and the progress that it saw.
fn waiter(
    scene: &Scene,
    cancel: &CancellationToken,
) -> (JoinHandle<Result<Origin, ExportError>>, Arc<AtomicU64>) {
    let (exports, image, reference) = (
        scene.exports.clone(),
        scene.image.clone(),
        scene.reference.clone(),
    );
    let (cancel, seen) = (cancel.clone(), Arc::new(AtomicU64::new(0)));
    let told = seen.clone();
    let task = tokio::spawn(async move {
        let progress = move |done| told.store(done, Ordering::Relaxed);
        let ingested = exports.ingest(&image, &reference, progress, &cancel).await;
        ingested.map(|(_, origin)| origin)
    });
    (task, seen)
}

pub(super) fn small() -> Fixture {
    Fixture::new(Layout::Legacy)
}

#[tokio::test]
async fn twenty_hosts_cost_one_export_and_all_see_its_progress() {
    let scene = Scene::new(small(), 0);
    let never = CancellationToken::new();
    let waiters: Vec<_> = (0..20).map(|_| waiter(&scene, &never)).collect();
    scene.engine.gate.add_permits(3);
    until(|| {
        waiters
            .iter()
            .all(|(_, seen)| seen.load(Ordering::Relaxed) == 3000)
    })
    .await;
    scene.engine.gate.add_permits(1000);
    for (task, _) in waiters {
        assert_eq!(task.await.unwrap(), Ok(Origin::Made));
    }
    assert_eq!(scene.begun(), 1);
    assert_eq!(waiter(&scene, &never).0.await.unwrap(), Ok(Origin::Reused));
    assert_eq!(scene.begun(), 1);
}

#[tokio::test]
async fn twenty_hosts_share_one_parcel() {
    let scene = Scene::new(small(), 1000);
    let mut held = Vec::new();
    for codec in [Codec::Zstd, Codec::Gzip] {
        let one = scene.archive(codec).await.unwrap().0;
        held.push(one.clone());
        for _ in 0..20 {
            let other = scene.archive(codec).await.unwrap().0;
            assert!(Arc::ptr_eq(&one, &other), "{codec:?}");
        }
    }
    assert_eq!(scene.begun(), 1);
}

#[tokio::test]
async fn a_host_that_gives_up_leaves_the_export_to_the_others_and_the_last_one_ends_it() {
    let scene = Scene::new(small(), 0);
    let (gives_up, stays) = (CancellationToken::new(), CancellationToken::new());
    let (first, _) = waiter(&scene, &gives_up);
    let (second, seen) = waiter(&scene, &stays);
    until(|| scene.begun() == 1).await;
    gives_up.cancel();
    assert_eq!(first.await.unwrap(), Err(ExportError::Cancelled));
    scene.engine.gate.add_permits(2);
    until(|| seen.load(Ordering::Relaxed) == 2000).await;

    stays.cancel();
    assert_eq!(second.await.unwrap(), Err(ExportError::Cancelled));
    // The unfinished file goes when the thread has noticed.
    until(|| scene.names().is_empty()).await;
    scene.engine.gate.add_permits(1000);
    let never = CancellationToken::new();
    assert_eq!(waiter(&scene, &never).0.await.unwrap(), Ok(Origin::Made));
    assert_eq!(scene.begun(), 2);
}

#[tokio::test]
async fn both_codecs_unpack_to_the_same_from_one_export_and_gzip_is_made_once() {
    let scene = Scene::new(Fixture::large(Layout::Blobs), 1000);
    let plain = zstd::decode_all(scene.bytes(Codec::Zstd).await.as_slice()).unwrap();
    let packed = scene.bytes(Codec::Gzip).await;
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(packed.as_slice()),
        &mut unpacked,
    )
    .unwrap();
    assert!(unpacked == plain);
    assert_eq!(scene.begun(), 1);

    let folder = scene.exports.store().derived_folder();
    let path = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let path = path
        .into_iter()
        .find(|path| path.extension().unwrap() == "gz")
        .unwrap();
    let made = fs::metadata(&path).unwrap().modified().unwrap();
    assert!(scene.bytes(Codec::Gzip).await == packed);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), made);
    // One that is spoilt is made again.
    fs::write(&path, &packed[..100]).unwrap();
    assert!(scene.bytes(Codec::Gzip).await == packed);
    assert!(fs::read(&path).unwrap() == packed);
}

#[tokio::test]
async fn another_console_sends_what_is_kept_only_while_its_bytes_are_those_that_were_written() {
    let scene = Scene::new(Fixture::large(Layout::Legacy), 1000);
    let bytes = digest_of(&scene.bytes_now().await);
    let other = scene.other_console();
    let (parcel, origin) = scene.archive_of(&other, Codec::Zstd).await.unwrap();
    assert_eq!(
        (origin, digest_of(&read(&parcel).await)),
        (Origin::Reused, bytes.clone())
    );
    assert_eq!(scene.begun(), 1);

    for path in scene.names() {
        let mut packed = fs::read(&path).unwrap();
        packed[20] ^= 1;
        fs::write(&path, &packed).unwrap();
        let third = scene.other_console();
        let (parcel, origin) = scene.archive_of(&third, Codec::Zstd).await.unwrap();
        assert_eq!(
            (origin, digest_of(&read(&parcel).await)),
            (Origin::Made, bytes.clone())
        );
        third
            .ingest(&scene.image, &scene.reference, |_| {}, &CancellationToken::new())
            .await
            .unwrap();
        packed[20] ^= 1;
        assert!(fs::read(&path).unwrap() == packed, "it was made anew");
    }
    assert_eq!(scene.begun(), 1 + scene.names().len());
}

#[tokio::test]
async fn two_consoles_that_export_at_the_same_time_make_the_same_archive() {
    let scene = Scene::new(Fixture::large(Layout::Legacy), 0);
    let other = scene.other_console();
    let both = async { tokio::join!(scene.archive(Codec::Zstd), scene.archive_of(&other, Codec::Zstd)) };
    let let_go = async {
        until(|| scene.begun() == 2).await;
        scene.engine.gate.add_permits(10_000);
    };
    let ((one, two), ()) = tokio::join!(both, let_go);
    assert!(read(&one.unwrap().0).await == read(&two.unwrap().0).await);
    // What is read is there before it is kept.
    let never = CancellationToken::new();
    for console in [&scene.exports, &other] {
        let kept = console.ingest(&scene.image, &scene.reference, |_| {}, &never);
        kept.await.unwrap();
    }
    let third = scene.archive_of(&scene.other_console(), Codec::Zstd).await;
    assert_eq!(third.unwrap().1, Origin::Reused);
    assert_eq!(scene.names().len(), 2, "{:?}", scene.names());
}

#[tokio::test]
async fn a_failed_export_is_told_to_all_and_not_kept() {
    let scene = Scene::new(small(), 1000);
    let gone = EngineError::Unreachable("connection reset".to_owned());
    *scene.engine.export_fault.lock().unwrap() = Some(ExportFault::Midway(gone.clone()));
    let never = CancellationToken::new();
    let (one, two) = (waiter(&scene, &never).0, waiter(&scene, &never).0);
    for failed in [one, two] {
        assert_eq!(failed.await.unwrap(), Err(ExportError::Source(gone.clone())));
    }
    *scene.engine.export_fault.lock().unwrap() = None;
    assert_eq!(waiter(&scene, &never).0.await.unwrap(), Ok(Origin::Made));
}

#[tokio::test]
async fn the_export_of_an_image_that_is_not_there_gives_no_archive() {
    let mut scene = Scene::new(small(), 1000);
    scene.reference = ImageRef::parse("convocate:missing").unwrap();
    for codec in [Codec::Zstd, Codec::Gzip] {
        let refused = scene.archive(codec).await.err().unwrap();
        assert!(matches!(refused, ExportError::Archive(_)), "{refused}");
    }
    assert!(scene.names().is_empty());
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_told_as_that() {
    let scene = Scene::new(small(), 1000);
    fs::write(
        scene.exports.store().folder(),
        "a file where the folder should be",
    )
    .unwrap();
    let (parcel, _) = scene.archive(Codec::Zstd).await.unwrap();
    let refused = parcel.finished().await.unwrap_err();
    assert!(matches!(refused, ExportError::Store(_)), "{refused}");
    let again = waiter(&scene, &CancellationToken::new()).0;
    assert!(matches!(again.await.unwrap(), Err(ExportError::Store(_))));
}

#[tokio::test]
async fn an_image_that_was_prepared_needs_no_export_any_more() {
    let scene = Scene::new(small(), 1000);
    let [one, two] = [(); 2].map(|()| scene.exports.prepare(&scene.image, &scene.reference));
    let (one, two) = tokio::join!(one, two);
    assert_eq!((one, two), (Ok(Origin::Made), Ok(Origin::Reused)));
    assert_eq!(scene.archive(Codec::Zstd).await.unwrap().1, Origin::Reused);
    assert_eq!(scene.begun(), 1);
}
