//! What a host has may not be what the recipe was made for: that is noticed, named, and never passed on as a whole stream.

use crate::recipes::{index, noise};
use crate::tars::{Content, file, tar_of, unpack};
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::symlink;
use std::path::Path;
use tagboat_recipe::{ApplyError, Base, BaseView, Part, apply, make};

const KEPT: &str = "usr/lib/kept.so";
const PATCHED: &str = "usr/lib/patched.so";

fn layer(change: u8) -> Vec<u8> {
    let mut patched = noise(2, 300_000);
    patched[1000] ^= change;
    tar_of(&[
        file(KEPT, Content::Bytes(noise(1, 3_000_000)), 1),
        file(PATCHED, Content::Bytes(patched), u64::from(change)),
    ])
}

/// A recipe that makes nothing but the new layer.
fn recipe() -> Vec<u8> {
    let (old, new) = (layer(0), layer(1));
    let (of_old, of_new) = (index(&old, 4096), index(&new, 4096));
    let view = BaseView::of(&[&of_old]);
    let base = Base {
        view: &view,
        layers: vec![Some(&old)],
    };
    let parts = [Part::Layer {
        index: &of_new,
        bytes: &new,
    }];
    let mut written = Vec::new();
    let summary = make(&parts, &base, &mut written, || false).unwrap();
    assert_eq!((summary.layers[0].copied.0, summary.layers[0].patched.0), (1, 1));
    written
}

/// Follows the recipe below a root that `spoil` has spoilt; gives the error and what was written.
fn spoilt(spoil: impl Fn(&Path)) -> (ApplyError, Vec<u8>) {
    let root = tempfile::tempdir().unwrap();
    unpack(&[layer(0)], root.path());
    spoil(root.path());
    let mut written = Vec::new();
    let Err(error) = apply(&mut Cursor::new(recipe()), root.path(), &mut written) else {
        panic!("it was taken for the base");
    };
    (error, written)
}

fn named(error: &ApplyError) -> &str {
    match error {
        ApplyError::File { path, .. } => path,
        other => panic!("it names no file: {other}"),
    }
}

#[test]
fn the_last_bytes_of_a_wrong_layer_are_never_written() {
    let (error, written) = spoilt(|root| fs::write(root.join(KEPT), noise(9, 3_000_000)).unwrap());
    assert!(matches!(error, ApplyError::Output(_)), "{error}");
    assert!(
        written.len() < layer(1).len(),
        "the stream of a wrong layer looks whole"
    );
}

#[test]
fn a_file_of_another_size_is_named() {
    for length in [0, 2_999_999, 3_000_001] {
        let (error, _) = spoilt(|root| fs::write(root.join(KEPT), noise(1, length)).unwrap());
        assert_eq!(named(&error), KEPT, "{length}");
    }
    // One that is longer has all that the patch looks at.
    let (error, _) = spoilt(|root| fs::write(root.join(PATCHED), noise(2, 300_001)).unwrap());
    assert_eq!(named(&error), PATCHED);
}

#[test]
fn a_missing_file_is_named() {
    let (error, _) = spoilt(|root| fs::remove_file(root.join(KEPT)).unwrap());
    assert_eq!(named(&error), KEPT);
}

#[test]
fn a_link_in_the_place_of_a_file_is_not_followed() {
    let (error, _) = spoilt(|root| {
        fs::rename(root.join(KEPT), root.join("elsewhere")).unwrap();
        symlink(root.join("elsewhere"), root.join(KEPT)).unwrap();
    });
    assert_eq!(named(&error), KEPT);
}

#[test]
fn a_link_in_the_place_of_a_folder_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let (error, _) = spoilt(|root| {
        fs::rename(root.join("usr/lib"), outside.path().join("lib")).unwrap();
        symlink(outside.path().join("lib"), root.join("usr/lib")).unwrap();
    });
    assert_eq!(named(&error), KEPT);
}

#[test]
fn a_pipe_in_the_place_of_a_file_does_not_block() {
    let (error, _) = spoilt(|root| {
        fs::remove_file(root.join(KEPT)).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(root.join(KEPT))
            .status()
            .unwrap();
        assert!(made.success());
    });
    assert_eq!(named(&error), KEPT);
}
