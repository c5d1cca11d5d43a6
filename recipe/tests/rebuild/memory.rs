//! A helper holds no more in memory than is promised, whatever the recipe says.

use crate::recipes::noise;
use crate::varints::{put, put_number};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Output};
use tagboat_recipe::FORM;
use zstd::zstd_safe::CParameter;

/// What `apply` promises.
const MOST_KB: u64 = 200_000;

/// The largest window of a new file and of an old one.
const NEW: usize = 16 << 20;
const OLD: u64 = 32 << 20;

/// Compressed so that who uncompresses it must hold so large a window.
fn packed(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.set_parameter(CParameter::WindowLog(window_log)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A segment as long as one may be: bytes that are no entry, and a body after them.
fn meta(raw: &[u8], body: usize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut numbers = Vec::new();
    put_number(&mut numbers, raw.len() as u64);
    put_number(&mut numbers, body as u64);
    for column in [&[4, 5], numbers.as_slice(), raw] {
        put(&mut text, column);
    }
    text.resize(text.len() + 3 * 16, 0);
    packed(&text, 23)
}

/// The step that makes these bytes.
fn layer(bytes: &[u8], meta: &[u8], ops: &[u8]) -> Vec<u8> {
    let mut layer = vec![1];
    put_number(&mut layer, bytes.len() as u64);
    layer.extend_from_slice(&Sha256::digest(bytes));
    put(&mut layer, meta);
    put(&mut layer, ops);
    layer
}

/// A recipe whose every part is as large as it may be: the plan, the windows and the patch of a file, the windows of decompressors, a
/// segment.
fn largest() -> Vec<u8> {
    let (raw, new) = (noise(1, (8 << 20) - 64), noise(2, NEW));
    let patch = zstd::bulk::compress(&new, 1).unwrap();
    assert!(patch.len() >= NEW, "what does not compress was compressed");
    // A file at the path `large`, one window: where it begins, its length, and the lengths of what is made and of the patch.
    let mut ops = vec![3];
    put(&mut ops, b"large");
    for number in [OLD, 1, 0, OLD, NEW as u64, patch.len() as u64] {
        put_number(&mut ops, number);
    }
    let layer = layer(&[raw.as_slice(), &new].concat(), &meta(&raw, NEW), &ops);
    let mut plan = vec![0];
    put(&mut plan, &vec![0; (64 << 20) - layer.len() - 64]);
    plan.extend_from_slice(&layer);
    sealed(&packed(&plan, 23), &packed(&patch, 25))
}

fn sealed(plan: &[u8], data: &[u8]) -> Vec<u8> {
    let mut recipe = b"tagboat\x1a".to_vec();
    recipe.push(FORM);
    for part in [data, plan] {
        recipe.extend_from_slice(part);
    }
    for part in [data, plan] {
        recipe.extend_from_slice(&(part.len() as u64).to_le_bytes());
    }
    let sum = Sha256::digest(&recipe);
    recipe.extend_from_slice(&sum);
    recipe
}

/// What the helper says when it applies a recipe below a root with a large file in it.
fn applied(recipe: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let (file, large) = (folder.path().join("recipe"), folder.path().join("large"));
    fs::write(&file, recipe).unwrap();
    File::create(&large).unwrap().set_len(OLD).unwrap();
    Command::new(env!("CARGO_BIN_EXE_tagboat-helper"))
        .arg("apply")
        .args([file.as_path(), folder.path()])
        .arg("/dev/null")
        .output()
        .unwrap()
}

#[test]
fn the_largest_recipe_needs_no_more_memory_than_is_promised() {
    let helper = applied(&largest());
    let said = String::from_utf8_lossy(&helper.stdout);
    assert!(
        helper.status.success(),
        "{}",
        String::from_utf8_lossy(&helper.stderr)
    );
    let peak = said.trim().rsplit_once("peak_kb=").unwrap().1;
    let peak: u64 = peak.parse().unwrap();
    assert!((1..=MOST_KB).contains(&peak), "{said}");
}

#[test]
fn a_path_that_no_file_can_have_is_not_held_nor_told() {
    let long = vec![1; 60 << 20];
    let (mut copy, mut patch) = (vec![1], vec![3]);
    put(&mut copy, &long);
    put(&mut patch, &long);
    // The old file's size, and no window.
    patch.extend([0, 0]);
    for ops in [copy, patch] {
        let plan = layer(b"12345", &meta(b"1234", 1), &ops);
        let helper = applied(&sealed(&packed(&plan, 23), &packed(&[], 10)));
        let said = String::from_utf8_lossy(&helper.stderr);
        assert!(!helper.status.success());
        assert!(said.contains("the recipe is damaged"), "{} bytes", said.len());
    }
}
