//! What the fuzz targets share: layers made of the fuzzer's bytes, and files whose lengths and hashes are right, so that what is
//! behind them is reached.
#![allow(dead_code, reason = "the modules of the recipe's own tests have more than is used here")]

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sha2::{Digest, Sha256};

#[path = "../../recipe/tests/rebuild/recipes.rs"]
mod recipes;
#[path = "../../recipe/tests/rebuild/tars.rs"]
mod tars;

/// The longest end of a recipe: lengths of data and plan, and the SHA-256 of everything before.
const END: usize = 8 + 8 + 32;

/// Magic and form of a recipe.
const BEGINNING: usize = 9;

/// Magic and form of an index.
const INDEX_BEGINNING: usize = 9;

/// The tar of the entries that these bytes choose: six for each, the rest is nothing.
pub fn layer(choice: &[u8]) -> Vec<u8> {
    let items: Vec<_> = choice.as_chunks::<6>().0.iter().map(item).collect();
    tars::tar_of(&items)
}

/// Few names, so that entries of two layers meet: files, folders above them, whiteouts, names that need a header of their own.
const NAMES: [&str; 12] = [
    "a",
    "b",
    "ab/c",
    "ab/d",
    "ab",
    ".wh.a",
    "ab/.wh.c",
    "ab/.wh..wh..opq",
    ".wh..wh..opq",
    "lib/libx.so.1",
    "lib/libx.so.2",
    LONG,
];

const LONG: &str = "a-name-that-is-longer-than-the-hundred-bytes-of-a-header/and-therefore-has-a-header-of-its-own-before-it/x";

fn item(&[kind, name, seed, low, high, change]: &[u8; 6]) -> tars::Item {
    let named = |number: u8| NAMES[usize::from(number) % NAMES.len()].to_owned();
    let length = usize::from(u16::from_le_bytes([low, high]));
    let mut bytes: Vec<u8> = (0..length).map(|n| (n * n / 7).to_le_bytes()[0] ^ seed).collect();
    if let Some(byte) = bytes.get_mut(usize::from(change) * 100) {
        *byte ^= 0xff;
    }
    let content = match kind % 16 {
        0 => tars::Content::HardLink(named(seed)),
        1 => tars::Content::SymbolicLink(named(seed)),
        2 => tars::Content::Folder,
        3 => tars::Content::Device,
        4 => tars::Content::Pipe,
        _ => tars::Content::Bytes(bytes),
    };
    tars::Item {
        attribute: (kind & 0x40 != 0).then(|| vec![seed; usize::from(low)]),
        dirty: kind & 0x80 != 0,
        ..tars::file(&named(name), content, u64::from(change))
    }
}

/// Makes the recipe of a layer against older ones, follows it, and compares.
pub fn rebuild(new: &[u8], older: &[Vec<u8>]) {
    let root = tempfile::tempdir().unwrap();
    tars::unpack(older, root.path());
    recipes::rebuilt(new, older, root.path());
}

/// Some recipes, as the plans and the data streams that are in them.
pub fn some_recipes() -> Vec<(Vec<u8>, Vec<u8>)> {
    some_layers()
        .windows(2)
        .map(|pair| opened(&recipes::recipe(&pair[1], &pair[..1], true).bytes))
        .collect()
}

/// The indexes of some layers, unpacked.
pub fn some_indexes() -> Vec<Vec<u8>> {
    let unpacked = |tar: &Vec<u8>| {
        let mut file = Vec::new();
        recipes::index(tar, 4096).write_to(&mut file).unwrap();
        let packed = &file[INDEX_BEGINNING..file.len() - 32];
        zstd::stream::decode_all(packed).unwrap()
    };
    some_layers().iter().map(unpacked).collect()
}

/// Some layers, the same each time.
pub fn some_layers() -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let mut next = || tars::layer_entries().new_tree(&mut runner).unwrap().current();
    (0..40).map(|_| tars::tar_of(&next())).collect()
}

/// A recipe with this plan and this data stream.
pub fn recipe_of(plan: &[u8], data: &[u8]) -> Vec<u8> {
    let valid = recipes::recipe(&[], &[], false).bytes;
    let mut file = valid[..BEGINNING].to_vec();
    let (plan, data) = (
        zstd::bulk::compress(plan, 1).unwrap(),
        zstd::bulk::compress(data, 1).unwrap(),
    );
    file.extend_from_slice(&data);
    file.extend_from_slice(&plan);
    file.extend_from_slice(&(data.len() as u64).to_le_bytes());
    file.extend_from_slice(&(plan.len() as u64).to_le_bytes());
    let sum = Sha256::digest(&file);
    file.extend_from_slice(&sum);
    file
}

/// The plan and the data stream of a recipe.
fn opened(recipe: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let end = recipe.len() - END;
    let data = u64::from_le_bytes(recipe[end..end + 8].try_into().unwrap());
    let (data, plan) = recipe[BEGINNING..end].split_at(usize::try_from(data).unwrap());
    let unpacked = |bytes| zstd::stream::decode_all(bytes).unwrap();
    (unpacked(plan), unpacked(data))
}

/// The file of an index that has this content.
pub fn index_of(content: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    recipes::index(&[], 1).write_to(&mut file).unwrap();
    file.truncate(INDEX_BEGINNING);
    let packed = zstd::bulk::compress(content, 1).unwrap();
    file.extend_from_slice(&packed);
    file.extend_from_slice(&Sha256::digest(&packed));
    file
}

/// Two pieces of the fuzzer's bytes, the first as long as two bytes before them say.
pub fn two(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return (&[], &[]);
    };
    rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()))
}

/// The same the other way round; the first piece has at most 64 KiB.
pub fn joined(first: &[u8], second: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(first.len()).ok()?;
    Some([&length.to_le_bytes(), first, second].concat())
}
