//! What the fuzz targets share: how the fuzzer's bytes become layers, recipes and indexes whose lengths and hashes are right, so that
//! what is behind those is reached.
#![allow(
    dead_code,
    reason = "the modules of the recipe's own tests have more than is used here"
)]

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sha2::{Digest, Sha256};
use std::path::Path;
use tagboat_recipe::LayerIndex;

pub mod engine;
pub mod entries;
pub mod recipe_file;
#[path = "../../recipe/tests/rebuild/recipes.rs"]
mod recipes;
#[path = "../../recipe/tests/rebuild/tars.rs"]
mod tars;

/// Magic and form of an index.
const INDEX_BEGINNING: usize = 9;

/// Makes the recipe of a layer against older ones, follows it below the root, and compares.
pub fn rebuild(new: &[u8], older: &[Vec<u8>], has_bytes: bool, root: &Path) {
    let recipe = recipes::recipe(new, older, has_bytes);
    let made = recipes::applied(&recipe.bytes, root).unwrap();
    assert!(made == recipes::expected(new), "another tar came out");
}

/// The index of a layer that comes in pieces of this length.
pub fn index(tar: &[u8], piece: usize) -> LayerIndex {
    recipes::index(tar, piece)
}

/// Some recipes, as they are; the same each time.
pub fn some_recipes() -> Vec<Vec<u8>> {
    some_layers()
        .windows(2)
        .map(|pair| recipes::recipe(&pair[1], &pair[..1], true).bytes)
        .collect()
}

/// The indexes of some layers, unpacked.
pub fn some_indexes() -> Vec<Vec<u8>> {
    let unpacked = |tar: &Vec<u8>| {
        let packed = &index_file(tar)[INDEX_BEGINNING..];
        zstd::stream::decode_all(&packed[..packed.len() - 32]).unwrap()
    };
    some_layers().iter().map(unpacked).collect()
}

/// The file of the index of a layer.
pub fn index_file(tar: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    recipes::index(tar, 4096).write_to(&mut file).unwrap();
    file
}

/// The file of an index that has this content.
pub fn index_of(content: &[u8]) -> Vec<u8> {
    let mut file = index_file(&[]);
    file.truncate(INDEX_BEGINNING);
    let packed = zstd::bulk::compress(content, 1).unwrap();
    file.extend_from_slice(&packed);
    file.extend_from_slice(&Sha256::digest(&packed));
    file
}

/// Some layers, the same each time.
pub fn some_layers() -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let mut next = || tars::layer_entries().new_tree(&mut runner).unwrap().current();
    (0..40).map(|_| tars::tar_of(&next())).collect()
}
