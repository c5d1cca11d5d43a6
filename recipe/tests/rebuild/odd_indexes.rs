//! Indexes that no layer has are damaged, however right their hash is; so that nothing that is made with one has to doubt it.

use crate::recipes::index;
use crate::varints::{put, put_number};
use sha2::{Digest, Sha256};
use tagboat_recipe::{IndexError, LayerIndex};

/// Magic and form.
const BEGINNING: usize = 9;

/// The file of an index of a layer of this size, with these entries.
fn file(size: u64, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut content = Vec::new();
    put_number(&mut content, size);
    content.extend_from_slice(&[0; 32]);
    put(&mut content, b"meta");
    put_number(&mut content, entries.len() as u64);
    content.extend(entries.concat());
    let packed = zstd::bulk::compress(&content, 1).unwrap();
    let mut file = Vec::new();
    index(&[], 1).write_to(&mut file).unwrap();
    file.truncate(BEGINNING);
    file.extend_from_slice(&packed);
    file.extend_from_slice(&Sha256::digest(&packed));
    file
}

/// A file whose path shares so much with the one before.
fn entry(shared: u64, path: &[u8], offset: u64, size: u64) -> Vec<u8> {
    let mut entry = Vec::new();
    put_number(&mut entry, shared);
    put(&mut entry, path);
    entry.push(0);
    put_number(&mut entry, offset);
    put_number(&mut entry, size);
    entry.extend_from_slice(&[0; 32]);
    entry
}

fn is_read(size: u64, entries: &[Vec<u8>]) -> bool {
    match LayerIndex::read_from(file(size, entries).as_slice()) {
        Ok(index) => index.entries.len() == entries.len(),
        Err(IndexError::Damaged) => false,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn bodies_follow_each_other_in_the_tar() {
    let two = |offset, size| is_read(1000, &[entry(0, b"a", 100, 100), entry(0, b"b", offset, size)]);
    assert!(two(200, 800));
    assert!(!two(200, 801), "it ends after the tar");
    assert!(!two(199, 1), "it is in the one before");
    assert!(!two(200, u64::MAX), "its end is no number");
    assert!(!is_read(u64::MAX, &[]), "there is no such layer");
}

#[test]
fn a_few_bytes_for_each_entry_do_not_become_many() {
    let long = vec![b'x'; 4095];
    assert!(is_read(0, &[entry(0, &long, 0, 0), entry(4095, b"", 0, 0)]));
    assert!(!is_read(0, &[entry(0, &long, 0, 0), entry(4095, b"x", 0, 0)]));
    assert!(!is_read(0, &[entry(0, &[b'x'; 4096], 0, 0)]));
}
