//! Layers packed and read again at any place, spoilt, evicted, cleared, and shared by two consoles.

use super::{Arrival, ImageRecord, Layer, LayerStore, Priority, SizedLayer};
use crate::model::names::{Digest, ImageId};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

fn store() -> (TempDir, LayerStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = LayerStore::with_small_frames(folder.path().join("layers"));
    (folder, store)
}

/// Bytes that pack a little, different for each seed.
fn bytes(seed: u8, length: usize) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 & 0x3f
    };
    (0..length).map(next).collect()
}

fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(&Sha256::digest(bytes).into())
}

fn keep(store: &LayerStore, bytes: &[u8]) -> Layer {
    let mut packer = store.packer(Priority::Urgent, None).unwrap();
    // Not in pieces of a frame.
    for piece in bytes.chunks(1000) {
        packer.write_all(piece).unwrap();
    }
    store.publish(packer.finish().unwrap()).unwrap()
}

fn sound(store: &LayerStore, id: &Digest) -> Option<Layer> {
    store.sound_layer(id, &CancellationToken::new())
}

/// Another console that uses the same folder.
fn other(store: &LayerStore) -> LayerStore {
    LayerStore::with_small_frames(store.folder().to_owned())
}

/// Makes a file look as if it had been written so many hours ago.
fn age(path: &Path, hours: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(hours))
        .unwrap();
}

fn path(store: &LayerStore, id: &Digest, ending: &str) -> PathBuf {
    store.folder().join(format!("{}.{ending}", id.hex()))
}

#[test]
fn a_layer_is_kept_under_its_diff_id_packed_and_its_frames_are_one_zstd_stream() {
    let (_folder, store) = store();
    for length in [0, 1, 4095, 4096, 4097, 100_000] {
        let plain = bytes(1, length);
        let layer = keep(&store, &plain);
        assert_eq!(*layer.id(), digest(&plain));
        let facts = layer.facts();
        assert_eq!(
            (facts.size, facts.frames.len()),
            (length as u64, length.div_ceil(4096))
        );
        let packed = fs::read(layer.path()).unwrap();
        assert_eq!(
            (facts.packed, &facts.sha256),
            (packed.len() as u64, &digest(&packed))
        );
        if length > 0 {
            assert_eq!(zstd::decode_all(packed.as_slice()).unwrap(), plain);
        }
    }
}

#[test]
fn what_is_in_a_layer_is_kept_beside_it_stays_when_it_goes_and_is_made_again_when_it_is_lost() {
    let (_folder, store) = store();
    let mut tape = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(10_000);
    tape.append_data(&mut header, "etc/file", bytes(1, 10_000).as_slice())
        .unwrap();
    let plain = tape.into_inner().unwrap();
    let id = keep(&store, &plain).id().clone();
    let index = store.index(&id).unwrap();
    assert_eq!((index.size, index.entries.len()), (plain.len() as u64, 1));
    let path = path(&store, &id, "index");
    let kept = fs::read(&path).unwrap();

    fs::remove_file(&path).unwrap();
    assert_eq!(other(&store).index(&id).as_ref(), Some(&index));
    assert_eq!(fs::read(&path).unwrap(), kept);
    fs::write(&path, &kept[..kept.len() / 2]).unwrap();
    assert_eq!(other(&store).index(&id).as_ref(), Some(&index));

    store.remove(&id);
    assert_eq!(store.index(&id), Some(index));
    fs::remove_file(&path).unwrap();
    assert_eq!(store.index(&id), None);
}

#[test]
fn the_same_layer_is_packed_to_the_same_bytes_again() {
    let (_one, first) = store();
    let (_two, second) = store();
    let plain = bytes(2, 300_000);
    let read = |layer: Layer| fs::read(layer.path()).unwrap();
    assert_eq!(read(keep(&first, &plain)), read(keep(&second, &plain)));
}

#[test]
fn a_spoilt_layer_is_found_once_removed_and_can_be_made_anew() {
    let (_folder, store) = store();
    let plain = bytes(3, 20_000);
    let id = keep(&store, &plain).id().clone();
    let path = path(&store, &id, "layer");
    let mut packed = fs::read(&path).unwrap();
    packed[100] ^= 1;
    fs::write(&path, &packed).unwrap();
    let console = other(&store);
    assert!(console.layer(&id).is_some(), "its length is right");
    assert!(sound(&console, &id).is_none());
    assert!(!path.exists() && console.layer(&id).is_none());

    keep(&console, &plain);
    assert!(sound(&console, &id).is_some());
    fs::write(&path, &packed[..50]).unwrap();
    assert!(other(&store).layer(&id).is_none(), "its length is wrong");
    keep(&other(&store), &plain);
    fs::write(self::path(&store, &id, "json"), "{}").unwrap();
    assert!(other(&store).layer(&id).is_none(), "nothing is known of it");
}

#[test]
fn a_layer_that_was_not_looked_at_is_replaced_when_it_is_packed_again() {
    let (_folder, store) = store();
    let plain = bytes(4, 20_000);
    let id = keep(&store, &plain).id().clone();
    let path = path(&store, &id, "layer");
    let good = fs::read(&path).unwrap();
    let mut packed = good.clone();
    packed[100] ^= 1;
    fs::write(&path, &packed).unwrap();
    keep(&other(&store), &plain);
    assert_eq!(fs::read(&path).unwrap(), good);
}

#[test]
fn what_was_not_used_for_the_longest_time_goes_first_and_what_is_held_stays() {
    let folder = tempfile::tempdir().unwrap();
    let unlimited = LayerStore::with_small_frames(folder.path().join("layers"));
    let plains: Vec<_> = (0..4).map(|seed| bytes(seed, 10_000)).collect();
    let ids: Vec<_> = plains
        .iter()
        .map(|plain| keep(&unlimited, plain).id().clone())
        .collect();
    for (hours, id) in (1..).zip(&ids) {
        age(&path(&unlimited, id, "json"), hours);
    }
    let all = unlimited.usage();
    assert_eq!((all.layers, all.archives), (4, 0));
    let each = all.bytes / 4;
    let store = LayerStore::with(unlimited.folder().to_owned(), each * 3, 4096);
    // The fourth is the oldest. Looking at it is a use, so the third goes; it is held, so the second does.
    assert!(store.layer(&ids[3]).is_some());
    let held = store.layer(&ids[2]).unwrap();
    age(&path(&store, &ids[2], "json"), 9);
    store.evict();
    let there = |id: &Digest| path(&store, id, "layer").exists();
    assert_eq!(
        ids.iter().map(there).collect::<Vec<_>>(),
        [true, false, true, true]
    );
    drop(held);
    let small = LayerStore::with(unlimited.folder().to_owned(), 0, 4096);
    small.evict();
    assert_eq!(small.usage().layers, 0);
}

#[test]
fn a_layer_that_is_held_stays_readable_when_it_is_removed() {
    let (_folder, store) = store();
    let plain = bytes(5, 20_000);
    let layer = keep(&store, &plain);
    store.clear().unwrap();
    assert_eq!(store.usage().layers, 0);
    let mut read = vec![0; 20_000];
    layer.read_at(0, &mut read).unwrap();
    assert_eq!(read, plain);
    assert!(store.layer(layer.id()).is_none());
}

fn record(image: &[u8], layer: &Digest, path: &str) -> ImageRecord {
    let config = String::from_utf8(image.to_vec()).unwrap();
    ImageRecord {
        form: ImageRecord::FORM,
        image: ImageId(digest(image)),
        config_digest: digest(config.as_bytes()),
        config,
        layers: vec![SizedLayer {
            id: layer.clone(),
            size: 3,
        }],
        arrival: vec![Arrival {
            path: path.to_owned(),
            file: layer.clone(),
            layer: layer.clone(),
        }],
    }
}

#[test]
fn a_record_is_used_only_as_it_was_written_and_a_wrong_path_takes_its_images_with_it() {
    let (_folder, store) = store();
    let layer = digest(b"layer");
    let (one, two) = (
        record(b"one", &layer, "aa/layer.tar"),
        record(b"two", &layer, "bb/layer.tar"),
    );
    store.keep_image(&one).unwrap();
    store.keep_image(&two).unwrap();
    assert_eq!(store.image(&one.image), Some(one.clone()));
    assert_eq!(store.arrivals().len(), 2);
    store.forget_path("aa/layer.tar");
    assert_eq!(store.image(&one.image), None);
    assert_eq!(store.arrivals().into_keys().collect::<Vec<_>>(), ["bb/layer.tar"]);

    let mut spoilt = two.clone();
    spoilt.config.push(' ');
    store.keep_image(&spoilt).unwrap();
    assert_eq!(store.image(&two.image), None);
}

#[test]
fn what_killed_consoles_left_goes_after_a_day() {
    let (_folder, store) = store();
    fs::create_dir_all(store.folder()).unwrap();
    let names = [".unfinished-old", ".unfinished-young", "aa.layer", "bb.index"];
    for name in names {
        fs::write(store.folder().join(name), "x").unwrap();
    }
    age(&store.folder().join(".unfinished-old"), 25);
    age(&store.folder().join("aa.layer"), 25);
    store.sweep();
    let there: Vec<_> = names
        .iter()
        .filter(|name| store.folder().join(name).exists())
        .collect();
    assert_eq!(there, [&".unfinished-young"]);
}

#[test]
fn two_consoles_that_pack_the_same_layer_at_the_same_time_leave_it_whole() {
    let (_folder, store) = store();
    let plain = bytes(6, 200_000);
    let id = digest(&plain);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let console = other(&store);
                keep(&console, &plain);
                console.evict();
                console.sweep();
            });
        }
    });
    assert!(sound(&other(&store), &id).is_some());
    let names: Vec<_> = fs::read_dir(store.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    // The layer, what is known of it, and what is in it.
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("layers");
    fs::write(&path, "a file where the folder should be").unwrap();
    let store = LayerStore::with_small_frames(path.clone());
    let refused = store.packer(Priority::Background, None).err().unwrap();
    assert_eq!(refused.path, path.to_str().unwrap());
    assert_eq!(store.usage().bytes, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_place_of_a_layer_can_be_read(
        length in 1_usize..40_000, reads in prop::collection::vec((0.0_f64..1.0, 0.0_f64..1.0), 1..20),
    ) {
        let (_folder, store) = store();
        let plain = bytes(7, length);
        let layer = keep(&store, &plain);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let part = |of: usize, fraction: f64| (of as f64 * fraction) as usize;
        for (from, count) in reads {
            let from = part(length, from);
            let count = part(length - from, count);
            let mut buffer = vec![0; count];
            layer.read_at(from as u64, &mut buffer).unwrap();
            prop_assert_eq!(&buffer, &plain[from..from + count]);
            prop_assert!(layer.read_at((from + 1) as u64, &mut vec![0; length - from]).is_err());
        }
    }
}
