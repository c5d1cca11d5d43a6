//! What a pass makes of good archives, and that it refuses every kind of bad one.

use super::defect::ArchiveDefect;
use super::failure::ExportError;
use super::fixture::{Entry, Fixture, Layout};
use super::growth::{Extent, Growth, ParcelContents};
use super::hashing_writer::digest_of;
use super::manifest::manifest_forms;
use super::memo::Memo;
use super::pass::{PassError, Work, pass};
use super::tape::Tape;
use crate::ops::layers::{LayerStore, Priority};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::Arc;
use tar::EntryType;
use tokio_util::sync::CancellationToken;

const LAYOUTS: [Layout; 3] = [Layout::Legacy, Layout::Blobs, Layout::Containerd];

fn run(fixture: &Fixture) -> Result<(ParcelContents, Vec<u8>), ArchiveDefect> {
    run_on(fixture, &fixture.bytes())
}

/// What becomes of an archive: what is in the parcel, and the parcel unpacked.
fn run_on(fixture: &Fixture, archive: &[u8]) -> Result<(ParcelContents, Vec<u8>), ArchiveDefect> {
    let folder = tempfile::tempdir().unwrap();
    let store = LayerStore::with_small_frames(folder.path().join("layers"));
    let growth = Arc::new(Growth::new());
    let mut tape = Tape::new(growth.clone(), &fixture.expected.staging).unwrap();
    let work = Work {
        expected: &fixture.expected,
        store: &store,
        memo: &Memo::Kept(HashMap::new()),
        priority: Priority::Urgent,
        cancel: &CancellationToken::new(),
    };
    match pass(archive, work, &mut tape) {
        Ok(record) => assert_eq!(record.config_digest.hex().len(), 64),
        Err(PassError::Export(ExportError::Archive(defect))) => return Err(defect),
        Err(error) => panic!("{error:?}"),
    }
    let Extent::Whole(size, contents) = growth.now() else {
        panic!("the parcel is not whole")
    };
    let packed = growth.read(0, usize::try_from(size).unwrap()).unwrap();
    Ok(((*contents).clone(), zstd::decode_all(&packed[..]).unwrap()))
}

/// The defect of a legacy archive that was changed.
fn defect(spoil: impl FnOnce(&mut Fixture)) -> ArchiveDefect {
    let mut fixture = Fixture::new(Layout::Legacy);
    spoil(&mut fixture);
    run(&fixture).unwrap_err()
}

fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        assert_eq!(entry.header().entry_type(), EntryType::Regular);
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(files.insert(path, bytes).is_none());
    }
    files
}

#[test]
fn an_archive_of_each_layout_loads_on_both_stores_under_the_staging_tag_alone() {
    for layout in LAYOUTS {
        let fixture = Fixture::new(layout);
        let (contents, archive) = run(&fixture).unwrap();
        let files = files(&archive);
        let json = |path: &str| serde_json::from_slice::<Value>(&files[path]).unwrap();

        // What the classic store reads.
        let listed = json("manifest.json");
        assert_eq!(listed.as_array().unwrap().len(), 1, "{layout:?}");
        assert_eq!(
            listed[0]["RepoTags"],
            serde_json::json!(["tagboat-staging:0123456789ab"])
        );
        let paths: Vec<_> = listed[0]["Layers"].as_array().unwrap().iter().collect();
        assert_eq!(paths.len(), 3);
        assert!(
            paths
                .iter()
                .all(|path| files.contains_key(path.as_str().unwrap()))
        );
        assert_eq!(
            digest_of(&files[listed[0]["Config"].as_str().unwrap()]),
            contents.config
        );

        // What the containerd store reads, with every file of the archive as a blob by its digest.
        let blobs: BTreeMap<_, _> = files
            .values()
            .map(|bytes| (digest_of(bytes), bytes.len() as u64))
            .collect();
        let index = json("index.json");
        let manifests = index["manifests"].as_array().unwrap();
        assert_eq!(manifests.len(), 1);
        assert_eq!(
            manifests[0]["annotations"]["io.containerd.image.name"],
            "docker.io/library/tagboat-staging:0123456789ab"
        );
        assert_eq!(manifests[0]["digest"], contents.manifest.as_str());
        assert!(files.contains_key("oci-layout"));
        let manifest = json(&format!("blobs/sha256/{}", contents.manifest.hex()));
        let layers = manifest["layers"].as_array().unwrap();
        assert_eq!(layers[0], layers[2], "a repeated layer is one blob");
        for described in layers.iter().chain([&manifest["config"], &manifests[0]]) {
            let digest = described["digest"].as_str().unwrap().parse().unwrap();
            assert_eq!(
                blobs.get(&digest).copied(),
                described["size"].as_u64(),
                "{layout:?}"
            );
        }
        assert_eq!(layers[0]["mediaType"], "application/vnd.oci.image.layer.v1.tar");
        let sizes: Vec<_> = fixture
            .expected
            .image
            .layers
            .iter()
            .map(|id| (id.clone(), blobs[id]))
            .collect();
        let config_size = files[listed[0]["Config"].as_str().unwrap()].len() as u64;
        assert_eq!(
            manifest_forms(&contents.config, config_size, &sizes)[0],
            contents.manifest
        );
    }
}

#[test]
fn the_same_image_always_gives_the_same_archive() {
    let once = run(&Fixture::new(Layout::Legacy)).unwrap();
    assert_eq!(run(&Fixture::new(Layout::Legacy)).unwrap(), once);
}

#[test]
fn a_compressed_layer_gives_the_same_parcel_as_an_uncompressed_one_that_arrives_where_it_does() {
    let (plain, _) = run(&Fixture::new(Layout::Blobs)).unwrap();
    let (packed, _) = run(&Fixture::new(Layout::Containerd)).unwrap();
    assert_eq!(packed.manifest, plain.manifest);
}

#[test]
fn a_layer_of_no_use_to_the_image_is_refused_where_it_would_have_been_sent_and_left_out_elsewhere() {
    let stray = Entry::file("dd/layer.tar", "no layer of it");
    let defect = defect(|fixture| fixture.entries.insert(0, stray));
    assert!(
        matches!(
            defect,
            ArchiveDefect::Entry {
                what: "no layer of the image",
                ..
            }
        ),
        "{defect}"
    );

    let (whole, archive) = run(&Fixture::new(Layout::Blobs)).unwrap();
    let mut fixture = Fixture::new(Layout::Blobs);
    let blob = format!("blobs/sha256/{}", "e".repeat(64));
    fixture
        .entries
        .insert(0, Entry::file(&blob, "of another platform"));
    fixture
        .entries
        .insert(0, Entry::file("notes", "of somebody else"));
    assert_eq!(run(&fixture).unwrap(), (whole, archive));
}

#[test]
fn an_empty_stream_is_no_archive() {
    let fixture = Fixture::new(Layout::Legacy);
    assert_eq!(run_on(&fixture, &[]).unwrap_err(), ArchiveDefect::Empty);
    assert_eq!(defect(|fixture| fixture.entries.clear()), ArchiveDefect::Empty);
}

#[test]
fn text_instead_of_an_archive_is_refused() {
    let fixture = Fixture::new(Layout::Legacy);
    let text = b"Error response from daemon: no such image".repeat(40);
    let refused = run_on(&fixture, &text);
    assert!(matches!(refused.unwrap_err(), ArchiveDefect::Damaged(_)));
}

#[test]
fn a_second_tag_would_move_another_image_and_is_refused() {
    let defect = defect(|fixture| {
        let text = String::from_utf8(fixture.entry("manifest.json").bytes.clone()).unwrap();
        let text = text.replace(r#"["convocate:v1"]"#, r#"["convocate:v1","other:prod"]"#);
        fixture.entry("manifest.json").bytes = text.into_bytes();
    });
    assert_eq!(defect, ArchiveDefect::Tags("convocate:v1, other:prod".to_owned()));
}

#[test]
fn another_tag_than_the_one_that_was_asked_for_is_refused() {
    let defect = defect(|fixture| {
        let text = String::from_utf8(fixture.entry("manifest.json").bytes.clone()).unwrap();
        let text = text.replace("convocate:v1", "convocate:v2");
        fixture.entry("manifest.json").bytes = text.into_bytes();
    });
    assert_eq!(defect, ArchiveDefect::Tags("convocate:v2".to_owned()));
}

#[test]
fn a_second_image_is_refused() {
    let defect = defect(|fixture| {
        let one = String::from_utf8(fixture.entry("manifest.json").bytes.clone()).unwrap();
        let one = one.trim_matches(['[', ']']);
        fixture.entry("manifest.json").bytes = format!("[{one},{one}]").into_bytes();
    });
    assert_eq!(defect, ArchiveDefect::ImageCount(2));
}

#[test]
fn another_config_than_the_planned_one_is_refused() {
    for layout in LAYOUTS {
        let mut fixture = Fixture::new(layout);
        let config = fixture.config.clone();
        fixture.entry(&config).bytes.push(b'\n');
        let defect = run(&fixture).unwrap_err();
        assert!(
            matches!(defect, ArchiveDefect::OtherImage { .. }),
            "{layout:?}: {defect}"
        );
    }
}

#[test]
fn an_image_for_another_platform_is_refused() {
    let defect = defect(|fixture| fixture.expected.image.platform.architecture = "arm64".to_owned());
    assert!(matches!(defect, ArchiveDefect::Config(_)), "{defect}");
}

#[test]
fn one_flipped_byte_in_a_layer_is_refused() {
    for layout in LAYOUTS {
        let mut fixture = Fixture::new(layout);
        let layer = fixture.layers[1].clone();
        let bytes = &mut fixture.entry(&layer).bytes;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let defect = run(&fixture).unwrap_err();
        assert!(
            matches!(
                defect,
                ArchiveDefect::Layer { number: 2, .. } | ArchiveDefect::LayerUnreadable(2)
            ),
            "{layout:?}: {defect}"
        );
    }
}

#[test]
fn a_layer_less_than_the_image_has_is_refused() {
    let defect = defect(|fixture| {
        let text = String::from_utf8(fixture.entry("manifest.json").bytes.clone()).unwrap();
        let last = format!(",\"{}\"", fixture.layers[2]);
        fixture.entry("manifest.json").bytes = text.replace(&last, "").into_bytes();
    });
    assert!(matches!(defect, ArchiveDefect::Manifest(_)), "{defect}");
}

#[test]
fn a_layer_file_that_is_missing_is_refused() {
    let defect = defect(|fixture| {
        let path = fixture.layers[1].clone();
        fixture.entries.retain(|entry| entry.path != path);
    });
    assert!(matches!(defect, ArchiveDefect::Missing(_)), "{defect}");
}

#[test]
fn entries_that_could_write_elsewhere_or_are_no_files_are_refused() {
    for bad in [
        Entry::file("../../etc/passwd", "x"),
        Entry::file("aa/../../x", "x"),
        Entry::file("/etc/passwd", "x"),
        Entry::file("a\u{1b}[2Jb", "x"),
        Entry::special("link", EntryType::Symlink, "/etc/passwd"),
        Entry::special("a/link", EntryType::Symlink, "../../outside"),
        Entry::special("hard", EntryType::Link, "manifest.json"),
        Entry::special("dev", EntryType::Char, ""),
        Entry::special("disk", EntryType::Block, ""),
        Entry::special("pipe", EntryType::Fifo, ""),
    ] {
        let path = bad.path.clone();
        let defect = defect(|fixture| fixture.entries.insert(0, bad));
        assert!(matches!(defect, ArchiveDefect::Entry { .. }), "{path}: {defect}");
        assert!(!defect.to_string().contains('\u{1b}'));
    }
}

#[test]
fn a_file_that_is_in_the_archive_twice_is_refused() {
    let defect = defect(|fixture| {
        let path = fixture.layers[0].clone();
        fixture.entries.push(Entry::file(&path, "something else"));
    });
    assert!(
        matches!(
            defect,
            ArchiveDefect::Entry {
                what: "in it twice",
                ..
            }
        ),
        "{defect}"
    );
}

#[test]
fn links_that_lead_to_links_do_not_lead_anywhere() {
    let defect = defect(|fixture| {
        let path = fixture.layers[2].clone();
        let entry = fixture.entry(&path);
        entry.link = "layer.tar";
    });
    assert!(matches!(defect, ArchiveDefect::Missing(_)), "{defect}");
}

#[test]
fn an_archive_without_end_is_refused() {
    let defect = defect(|fixture| {
        for number in 0..3000 {
            fixture.entries.push(Entry::file(&format!("x{number}"), ""));
        }
    });
    assert!(matches!(defect, ArchiveDefect::TooManyEntries(_)), "{defect}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_archive_that_ends_early_is_refused_or_is_whole_in_all_that_matters(cut in 0.0_f64..1.0, which in 0_usize..3) {
        let fixture = Fixture::new(LAYOUTS[which]);
        let bytes = fixture.bytes();
        let (whole, _) = run(&fixture).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let length = (bytes.len() as f64 * cut) as usize;
        match run_on(&fixture, &bytes[..length]) {
            Ok((contents, _)) => prop_assert_eq!(contents, whole),
            Err(_) => prop_assert!(length < bytes.len()),
        }
    }

    #[test]
    fn a_flipped_byte_anywhere_never_gives_another_image(at in 0.0_f64..1.0, bit in 0_u8..8, which in 0_usize..3) {
        let fixture = Fixture::new(LAYOUTS[which]);
        let mut bytes = fixture.bytes();
        let (whole, _) = run(&fixture).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let place = (bytes.len() as f64 * at) as usize;
        bytes[place] ^= 1 << bit;
        if let Ok((contents, _)) = run_on(&fixture, &bytes) {
            prop_assert_eq!(contents, whole);
        }
    }
}
