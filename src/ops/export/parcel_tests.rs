//! Parcels: sent while they are made, to hosts of different speed, with some of the layers, and the same again later.

use super::exports_tests::{Scene, read, until};
use super::fixture::{Entry, Fixture, Layout};
use super::hashing_writer::digest_of;
use super::{Codec, ExportError, Origin, Parcel};
use crate::model::names::Digest;
use crate::ops::ports::EngineError;
use crate::ops::simulated::ExportFault;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;

const LAYOUTS: [Layout; 3] = [Layout::Legacy, Layout::Blobs, Layout::Containerd];

fn large(permits: usize) -> Scene {
    Scene::new(Fixture::large(Layout::Legacy), permits)
}

/// The files of an archive.
fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let plain = zstd::decode_all(archive).unwrap();
    let mut archive = tar::Archive::new(plain.as_slice());
    let file = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    };
    archive.entries().unwrap().map(file).collect()
}

async fn hash_of(parcel: &Arc<Parcel>) -> Digest {
    parcel.finished().await.unwrap().sha256
}

#[tokio::test]
async fn a_cold_archive_is_sent_while_the_engine_still_exports_it() {
    let scene = large(60);
    let (parcel, origin) = scene.archive(Codec::Zstd).await.unwrap();
    assert_eq!(origin, Origin::Made);
    // 60 kB of a layer that cannot be made smaller are 14 frames.
    let mut reader = parcel.reader(0);
    let mut first = vec![0; 40_000];
    reader.read_exact(&mut first).await.unwrap();
    assert_eq!((parcel.size(), parcel.contents()), (None, None));
    assert!(parcel.available() >= 40_000 && parcel.upper_bound() > 200_000);

    scene.engine.gate.add_permits(1000);
    reader.read_to_end(&mut first).await.unwrap();
    let facts = parcel.finished().await.unwrap();
    assert_eq!(
        (facts.size, facts.sha256),
        (first.len() as u64, digest_of(&first))
    );
    assert_eq!(parcel.upper_bound(), facts.size);
    assert_eq!(facts.contents.layers, scene.image.layers);
    assert!(scene.bytes(Codec::Zstd).await == first);
}

#[tokio::test]
async fn hosts_of_different_speed_delay_nobody_and_get_the_same() {
    let scene = large(60);
    let (parcel, _) = scene.archive(Codec::Zstd).await.unwrap();
    let mut slow = parcel.reader(0);
    let mut little = [0; 10];
    slow.read_exact(&mut little).await.unwrap();
    // Another host joins while it grows, and is served to the end though the first one reads nothing.
    let (joined, _) = scene.archive(Codec::Zstd).await.unwrap();
    assert!(Arc::ptr_eq(&parcel, &joined));
    scene.engine.gate.add_permits(1000);
    let fast = read(&joined).await;
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).await.unwrap();
    assert!([&little, rest.as_slice()].concat() == fast);
    assert_eq!(scene.begun(), 1);
}

#[tokio::test]
async fn an_engine_that_dies_midway_is_an_error_for_readers_and_never_an_end() {
    let scene = large(60);
    let gone = EngineError::Unreachable("connection reset".to_owned());
    *scene.engine.export_fault.lock().unwrap() = Some(ExportFault::Midway(gone.clone()));
    let (parcel, _) = scene.archive(Codec::Zstd).await.unwrap();
    let mut reader = parcel.reader(0);
    let reading = tokio::spawn(async move { reader.read_to_end(&mut Vec::new()).await });
    scene.engine.gate.add_permits(1000);
    let error = reading.await.unwrap().unwrap_err();
    assert!(error.to_string().contains("connection reset"), "{error}");
    let failed = Err(ExportError::Source(gone));
    assert_eq!(parcel.finished().await, failed);
    assert_eq!(
        parcel
            .digest_of(0..1, &CancellationToken::new())
            .await
            .map(|_| ()),
        failed.map(|_| ())
    );

    *scene.engine.export_fault.lock().unwrap() = None;
    let (again, _) = scene.archive(Codec::Zstd).await.unwrap();
    assert_eq!(digest_of(&read(&again).await), hash_of(&again).await);
    assert_eq!(again.name(), parcel.name());
}

#[tokio::test]
async fn who_lets_go_of_the_last_parcel_ends_its_export() {
    let scene = large(60);
    let (parcel, _) = scene.archive(Codec::Zstd).await.unwrap();
    let reader = parcel.reader(0);
    drop(parcel);
    until(|| !scene.names().is_empty()).await;
    drop(reader);
    let unfinished = || {
        scene
            .names()
            .into_iter()
            .any(|path| path.extension().is_none_or(|end| end != "layer"))
    };
    until(|| !unfinished()).await;
    scene.engine.gate.add_permits(1000);
    let (again, origin) = scene.archive(Codec::Zstd).await.unwrap();
    assert_eq!((origin, scene.begun()), (Origin::Made, 2));
    again.finished().await.unwrap();
}

#[tokio::test]
async fn what_a_host_has_of_a_growing_parcel_is_the_beginning_of_the_one_that_is_put_together_later() {
    for layout in LAYOUTS {
        let scene = Scene::new(Fixture::large(layout), 60);
        scene.engine.gate.add_permits(1000);
        let never = CancellationToken::new();
        let (growing, _) = scene.archive(Codec::Zstd).await.unwrap();
        let early = growing.digest_of(0..50_000, &never).await.unwrap();
        let (name, whole) = (growing.name().to_owned(), hash_of(&growing).await);
        let size = growing.size().unwrap();
        drop(growing);
        assert_eq!(scene.bytes_now().await.len() as u64, size);
        let other = scene.other_console();
        let (kept, origin) = scene.archive_of(&other, Codec::Zstd).await.unwrap();
        assert_eq!(origin, Origin::Reused, "{layout:?}");
        assert_eq!(kept.digest_of(0..50_000, &never).await.unwrap(), early);
        assert_eq!((kept.name(), hash_of(&kept).await), (name.as_str(), whole));
        assert_eq!(
            kept.digest_of(0..kept.size().unwrap() + 1, &never).await,
            Ok(None)
        );
    }
}

#[tokio::test]
async fn a_layer_that_was_evicted_is_taken_in_again_and_the_archive_is_the_same() {
    let scene = large(1000);
    let whole = scene.bytes_now().await;
    for id in scene.all() {
        scene.exports.store().remove(&id);
        assert!(scene.bytes_now().await == whole);
    }
    assert_eq!(scene.begun(), 3);
    scene.exports.store().clear().unwrap();
    assert!(scene.bytes_now().await == whole);
    assert_eq!(scene.begun(), 4);
}

#[tokio::test]
async fn a_parcel_with_some_of_the_layers_has_all_documents_and_only_those_layers() {
    for layout in LAYOUTS {
        let scene = Scene::new(Fixture::large(layout), 1000);
        let never = CancellationToken::new();
        let base = scene.image.layers[0].clone();
        let some = || {
            let layers = [base.clone()].into();
            let (exports, image, reference) = (&scene.exports, &scene.image, &scene.reference);
            let never = &never;
            async move {
                exports
                    .archive(image, reference, &layers, Codec::Zstd, |_| {}, never)
                    .await
                    .unwrap()
            }
        };
        let (parcel, origin) = some().await;
        assert_eq!(origin, Origin::Made);
        let (partial, whole) = (
            files(&read(&parcel).await),
            files(&scene.bytes(Codec::Zstd).await),
        );
        let missing: Vec<_> = whole
            .iter()
            .filter(|(path, _)| !partial.contains_key(*path))
            .collect();
        let [(path, bytes)] = missing.try_into().unwrap();
        assert_eq!(digest_of(bytes), scene.image.layers[1], "{layout:?}");
        assert!(partial.iter().all(|(path, bytes)| whole[path] == *bytes));
        let listed: serde_json::Value = serde_json::from_slice(&partial["manifest.json"]).unwrap();
        assert_eq!(
            listed[0]["Layers"][1],
            path.as_str(),
            "it is named though it is not there"
        );
        assert_eq!(parcel.contents().unwrap().layers, scene.image.layers);

        let name = parcel.name().to_owned();
        drop(parcel);
        let (again, origin) = some().await;
        assert_eq!(
            (again.name(), origin, scene.begun()),
            (name.as_str(), Origin::Reused, 1)
        );
        assert_ne!(again.name(), scene.archive(Codec::Zstd).await.unwrap().0.name());
        // It does not need the layers that are not in it.
        drop(again);
        scene.exports.store().remove(&scene.image.layers[1]);
        assert_eq!((some().await.1, scene.begun()), (Origin::Reused, 1));
    }
}

#[tokio::test]
async fn known_layers_are_not_packed_again_and_a_path_that_is_another_layer_now_costs_a_second_export() {
    let scene = large(1000);
    let whole = scene.bytes_now().await;
    let store = scene.exports.store();
    // The engine's archive has the same layers at each other's paths, as no engine does it.
    let mut record = store.image(&scene.image.id).unwrap();
    let (first, second) = (record.arrival[0].path.clone(), record.arrival[1].path.clone());
    record.arrival[0].path = second.clone();
    record.arrival[1].path = first;
    store.keep_image(&record).unwrap();
    // Without its record the image is exported again, and the memo of another image misleads it.
    let mut misleading = record.clone();
    misleading.image.0 = Digest::parse(&format!("sha256:{}", "1".repeat(64))).unwrap();
    store.keep_image(&misleading).unwrap();
    store.remove(&record.arrival[1].layer);
    assert!(scene.bytes_now().await == whole);
    assert_eq!(scene.begun(), 3);
    assert_eq!(store.image(&misleading.image), None);
    assert!(
        store
            .image(&scene.image.id)
            .is_some_and(|kept| kept.arrival[1].path == second)
    );
}

#[tokio::test]
async fn a_defect_that_is_found_at_the_end_fails_the_parcel_that_was_already_being_sent() {
    let mut fixture = Fixture::large(Layout::Legacy);
    fixture
        .entries
        .push(Entry::file("dd/layer.tar", "a layer of something else"));
    let scene = Scene::new(fixture, 1000);
    let (parcel, _) = scene.archive(Codec::Zstd).await.unwrap();
    let error = parcel.finished().await.unwrap_err();
    assert!(error.to_string().contains("no layer of the image"), "{error}");
    assert!(parcel.reader(0).read_to_end(&mut Vec::new()).await.is_err());
}
