//! Sharing exports: one for all who wait, none for nobody, and never a spoilt one.

use super::fixture::{Fixture, Layout};
use super::{Codec, ExportError, Exported, Exports, Origin};
use crate::model::fleet::{SourceImage, Store};
use crate::model::names::ImageRef;
use crate::ops::ports::EngineError;
use crate::ops::simulated::SimulatedEngine;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

struct Scene {
    engine: Arc<SimulatedEngine>,
    exports: Exports,
    image: SourceImage,
    reference: ImageRef,
    folder: tempfile::TempDir,
}

impl Scene {
    /// A source with one image, whose exports get as far as they are let.
    fn new(permits: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut engine = SimulatedEngine::new(Store::Classic, &folder.path().join("engine"));
        engine.gate = Arc::new(Semaphore::new(permits));
        let fixture = Fixture::new(Layout::Legacy);
        engine.load(fixture.bytes());
        let engine = Arc::new(engine);
        Self {
            exports: Exports::new(engine.clone(), folder.path().join("cache")),
            engine,
            image: fixture.expected.image,
            reference: fixture.expected.reference,
            folder,
        }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    async fn get(&self, codec: Codec) -> Result<Exported, ExportError> {
        let cancel = CancellationToken::new();
        self.exports
            .get(&self.image, &self.reference, codec, |_| {}, &cancel)
            .await
    }

    fn begun(&self) -> usize {
        self.engine.exports.load(Ordering::Relaxed)
    }

    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.cache()) else {
            return Vec::new();
        };
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// A waiter in a task of its own, and the progress that it saw.
fn waiter(
    scene: &Scene,
    cancel: &CancellationToken,
) -> (
    tokio::task::JoinHandle<Result<Exported, ExportError>>,
    Arc<AtomicU64>,
) {
    let (exports, image, reference) = (
        scene.exports.clone(),
        scene.image.clone(),
        scene.reference.clone(),
    );
    let (cancel, seen) = (cancel.clone(), Arc::new(AtomicU64::new(0)));
    let told = seen.clone();
    let task = tokio::spawn(async move {
        let progress = move |done| told.store(done, Ordering::Relaxed);
        exports
            .get(&image, &reference, Codec::Zstd, progress, &cancel)
            .await
    });
    (task, seen)
}

async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn twenty_hosts_cost_one_export_and_all_see_its_progress() {
    let scene = Scene::new(0);
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
    let mut archives = Vec::new();
    for (task, _) in waiters {
        archives.push(task.await.unwrap().unwrap().0);
    }
    assert_eq!(scene.begun(), 1);
    assert!(archives.windows(2).all(|pair| Arc::ptr_eq(&pair[0], &pair[1])));
}

#[tokio::test]
async fn a_host_that_gives_up_leaves_the_export_to_the_others_and_the_last_one_ends_it() {
    let scene = Scene::new(0);
    let (gives_up, stays) = (CancellationToken::new(), CancellationToken::new());
    let (first, _) = waiter(&scene, &gives_up);
    let (second, seen) = waiter(&scene, &stays);
    until(|| scene.begun() == 1).await;
    gives_up.cancel();
    assert_eq!(first.await.unwrap().unwrap_err(), ExportError::Cancelled);
    scene.engine.gate.add_permits(2);
    until(|| seen.load(Ordering::Relaxed) == 2000).await;

    stays.cancel();
    assert_eq!(second.await.unwrap().unwrap_err(), ExportError::Cancelled);
    // The unfinished file goes when the blocking thread has noticed.
    until(|| scene.names().is_empty()).await;
    scene.engine.gate.add_permits(1000);
    assert_eq!(scene.get(Codec::Zstd).await.unwrap().1, Origin::Made);
    assert_eq!(scene.begun(), 2);
}

#[tokio::test]
async fn an_archive_is_kept_for_each_codec_and_both_unpack_to_the_same() {
    let scene = Scene::new(1000);
    let (zstd, origin) = scene.get(Codec::Zstd).await.unwrap();
    assert_eq!(origin, Origin::Made);
    let (gzip, _) = scene.get(Codec::Gzip).await.unwrap();
    assert_eq!(scene.begun(), 2);
    let mut plain = Vec::new();
    let bytes = fs::read(&gzip.path).unwrap();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut plain)
        .unwrap();
    assert_eq!(
        zstd::decode_all(fs::File::open(&zstd.path).unwrap()).unwrap(),
        plain
    );
    let hex = scene.image.id.0.hex();
    let names = ["tar.gz", "tar.gz.json", "tar.zst", "tar.zst.json"].map(|end| format!("{hex}.{end}"));
    assert_eq!(scene.names(), names);
}

#[tokio::test]
async fn another_console_reuses_a_kept_archive_only_while_its_bytes_are_those_that_were_written() {
    let scene = Scene::new(1000);
    let (archive, _) = scene.get(Codec::Zstd).await.unwrap();
    assert_eq!(scene.get(Codec::Zstd).await.unwrap().1, Origin::Reused);
    let other = Exports::new(scene.engine.clone(), scene.cache());
    let never = CancellationToken::new();
    let get = || other.get(&scene.image, &scene.reference, Codec::Zstd, |_| {}, &never);
    assert_eq!(get().await.unwrap(), (archive.clone(), Origin::Reused));
    assert_eq!(scene.begun(), 1);

    let mut bytes = fs::read(&archive.path).unwrap();
    bytes[100] ^= 1;
    fs::write(&archive.path, &bytes).unwrap();
    assert_eq!(get().await.unwrap(), (archive.clone(), Origin::Made));
    fs::write(&archive.path, &bytes[..50]).unwrap();
    assert_eq!(get().await.unwrap(), (archive.clone(), Origin::Made));
    fs::write(archive.path.with_added_extension("json"), "{}").unwrap();
    let third = Exports::new(scene.engine.clone(), scene.cache());
    let again = third.get(&scene.image, &scene.reference, Codec::Zstd, |_| {}, &never);
    assert_eq!(again.await.unwrap().1, Origin::Made);
}

#[tokio::test]
async fn a_failed_export_is_told_to_all_and_not_kept() {
    let scene = Scene::new(1000);
    let gone = EngineError::Unreachable("connection reset".to_owned());
    *scene.engine.export_error.lock().unwrap() = Some(gone.clone());
    let (one, two) = tokio::join!(scene.get(Codec::Zstd), scene.get(Codec::Zstd));
    assert_eq!(one.unwrap_err(), ExportError::Source(gone.clone()));
    assert_eq!(two.unwrap_err(), ExportError::Source(gone));
    assert!(scene.names().is_empty(), "{:?}", scene.names());
    *scene.engine.export_error.lock().unwrap() = None;
    assert!(scene.get(Codec::Zstd).await.is_ok());
}

#[tokio::test]
async fn the_export_of_an_image_that_is_not_there_gives_no_archive() {
    let mut scene = Scene::new(1000);
    scene.reference = ImageRef::parse("convocate:missing").unwrap();
    let refused = scene.get(Codec::Zstd).await.unwrap_err();
    assert!(matches!(refused, ExportError::Archive(_)), "{refused}");
    assert!(scene.names().is_empty());
}

/// Makes a file look as if it had been written so many hours ago.
fn age(path: &Path, hours: u64) {
    let long_ago = SystemTime::now() - Duration::from_hours(hours);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(long_ago).unwrap();
}

#[tokio::test]
async fn what_a_killed_console_left_unfinished_goes_after_a_day() {
    let scene = Scene::new(1000);
    fs::create_dir(scene.cache()).unwrap();
    let (old, young) = (
        scene.cache().join(".unfinished-old"),
        scene.cache().join(".unfinished-young"),
    );
    for (path, hours) in [(&old, 25), (&young, 1)] {
        fs::write(path, "x").unwrap();
        age(path, hours);
    }
    scene.get(Codec::Gzip).await.unwrap();
    assert!(!old.exists() && young.exists());
}

#[tokio::test]
async fn an_archive_goes_when_no_push_has_used_it_for_a_month() {
    let scene = Scene::new(1000);
    let (archive, _) = scene.get(Codec::Zstd).await.unwrap();
    let sidecar = archive.path.with_added_extension("json");
    age(&sidecar, 31 * 24);
    let other = Exports::new(scene.engine.clone(), scene.cache());
    let never = CancellationToken::new();
    let used = other.get(&scene.image, &scene.reference, Codec::Zstd, |_| {}, &never);
    assert_eq!(used.await.unwrap().1, Origin::Reused);
    scene.get(Codec::Gzip).await.unwrap();
    assert!(archive.path.exists(), "it was used just now");

    age(&sidecar, 31 * 24);
    fs::remove_file(scene.cache().join(format!("{}.tar.gz", scene.image.id.0.hex()))).unwrap();
    scene.get(Codec::Gzip).await.unwrap();
    assert!(!archive.path.exists() && !sidecar.exists());
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_is_told_as_that() {
    let scene = Scene::new(1000);
    fs::write(scene.cache(), "a file where the folder should be").unwrap();
    let refused = scene.get(Codec::Zstd).await.unwrap_err();
    assert!(matches!(refused, ExportError::Cache { .. }), "{refused}");
    let seen = Mutex::new(Vec::new());
    let never = CancellationToken::new();
    let told = |done| seen.lock().unwrap().push(done);
    let again = scene
        .exports
        .get(&scene.image, &scene.reference, Codec::Zstd, told, &never);
    assert!(again.await.is_err());
}
