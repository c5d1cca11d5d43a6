//! What the fuzz targets share: how the fuzzer's bytes become layers, recipes and indexes whose lengths and hashes are right, so that
//! what is behind those is reached.
#![allow(
    dead_code,
    reason = "the modules of the recipe's own tests have more than is used here"
)]

use entries::{Entry, entries, tar_of};
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

/// The older layer of all recipes that the fuzzer begins with: files that are longer than a header, each of its own kind.
pub fn older() -> Vec<Entry> {
    let choice = |name: u8| [FILE, name, name, 0xb8, 3 + name, 0, 0];
    entries(&SEEN.map(choice).concat())
}

/// Names of files that no entry of [`older`] hides.
const SEEN: [u8; 7] = [0, 1, 2, 3, 4, 12, 17];

/// Chooses a file.
const FILE: u8 = 8;

/// Some recipes, as they are; the same each time. What is below a root is what a container sees of [`older`].
pub fn some_recipes() -> Vec<Vec<u8>> {
    let older = [tar_of(&older())];
    let newer = (0..24u8).map(|number| {
        // The same file, the same but for a byte, the same at another path, another file: in turn, and of other kinds and forms.
        let choice = |name: u8| {
            let turn = name.wrapping_mul(7).wrapping_add(number);
            let from = if turn % 4 == 2 { 0 } else { name };
            let seed = if turn % 4 == 3 { 0xe0 } else { from };
            let kind = if turn % 11 == 0 { turn } else { FILE };
            let form = if number < 12 { 0 } else { turn.wrapping_mul(29) };
            [
                kind,
                name,
                seed,
                0xb8,
                3 + from,
                u8::from(turn % 4 == 1) * 7,
                form,
            ]
        };
        tar_of(&entries(&SEEN.map(choice).concat()))
    });
    newer
        .chain(some_layers())
        .map(|tar| recipes::recipe(&tar, &older, true).bytes)
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
