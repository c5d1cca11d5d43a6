//! Tars with what few programs write: rebuilt byte for byte, and never from a file that a container sees with other content.

use crate::recipes::{index, noise, rebuilt, recipe};
use std::fs;
use std::path::Path;
use tar::{EntryType, Header};

/// A tar of blocks written by hand.
#[derive(Default)]
struct Blocks(Vec<u8>);

impl Blocks {
    fn entry(mut self, kind: u8, path: &str, size: u64, change: impl Fn(&mut Header)) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::new(kind));
        // As it stands: the library refuses paths out of the root.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_mode(0o644);
        header.set_size(size);
        change(&mut header);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, path: &str, content: &[u8]) -> Self {
        self.entry(b'0', path, content.len() as u64, |_| ())
            .bytes(content)
    }

    fn record(self, kind: u8, record: &str) -> Self {
        // The length of a record counts its own digits; all of these have two.
        let text = format!("{} {record}\n", record.len() + 4);
        self.entry(kind, "pax", text.len() as u64, |_| ())
            .bytes(text.as_bytes())
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

const CONTENT: &[u8] = &[b'c'; 3000];
const OTHER: &[u8] = &[b'o'; 2000];

/// Rebuilds a tar from the files of the same tar, as a container sees them.
fn rebuilt_from_itself(tar: &[u8], root: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    root(folder.path());
    rebuilt(tar, &[tar.to_vec()], folder.path());
}

fn plain_root(root: &Path) {
    fs::write(root.join("plain"), CONTENT).unwrap();
}

#[test]
fn a_sparse_file_of_gnu_tar_is_seen_with_its_holes() {
    for is_extended in [false, true] {
        let mut tar = Blocks::default()
            .file("plain", CONTENT)
            .entry(b'S', "sparse", 2000, |header| {
                let bytes = header.as_mut_bytes();
                bytes[257..265].copy_from_slice(b"ustar  \0");
                bytes[482] = u8::from(is_extended);
            });
        if is_extended {
            let mut map = [7; 512];
            map[504] = 0;
            tar = tar.bytes(&map);
        }
        rebuilt_from_itself(&tar.bytes(OTHER).file("after", CONTENT).end(), |root| {
            plain_root(root);
            fs::write(root.join("after"), CONTENT).unwrap();
            fs::write(root.join("sparse"), vec![0; 100_000]).unwrap();
        });
    }
}

#[test]
fn a_sparse_file_of_pax_is_seen_with_its_holes() {
    let tar = Blocks::default()
        .record(b'x', "GNU.sparse.major=1")
        .file("sparse", OTHER)
        .file("plain", CONTENT)
        .end();
    rebuilt_from_itself(&tar, |root| {
        plain_root(root);
        fs::write(root.join("sparse"), vec![0; 100_000]).unwrap();
    });
}

#[test]
fn an_entry_of_an_unknown_kind_is_no_file() {
    for kind in *b"7VMZ" {
        let tar = Blocks::default()
            .entry(kind, "unknown", OTHER.len() as u64, |_| ())
            .bytes(OTHER)
            .file("plain", CONTENT)
            .end();
        rebuilt_from_itself(&tar, plain_root);
    }
}

#[test]
fn a_whiteout_with_a_body_is_no_file() {
    let tar = Blocks::default()
        .file("plain", CONTENT)
        .file(".wh.gone", OTHER)
        .end();
    rebuilt_from_itself(&tar, plain_root);
}

#[test]
fn a_path_out_of_the_root_hides_nothing() {
    let tar = Blocks::default()
        .file("plain", CONTENT)
        .file("../outside", OTHER)
        .entry(b'2', "../link", 0, |header| header.set_link_name("x").unwrap())
        .end();
    let recipe = recipe(&tar, std::slice::from_ref(&tar), false);
    assert!(recipe.summary.layers[0].copied.0 >= 1, "{:?}", recipe.summary);
    rebuilt_from_itself(&tar, plain_root);
}

#[test]
fn a_file_below_a_link_is_not_taken_from_there() {
    // One store follows the link, another one makes a folder in its place.
    let tar = Blocks::default()
        .entry(b'2', "lib", 0, |header| header.set_link_name("usr/lib").unwrap())
        .file("lib/below", OTHER)
        .file("plain", CONTENT)
        .end();
    rebuilt_from_itself(&tar, |root| {
        plain_root(root);
        fs::create_dir_all(root.join("usr/lib")).unwrap();
        fs::write(root.join("usr/lib/below"), OTHER).unwrap();
        std::os::unix::fs::symlink("usr/lib", root.join("lib")).unwrap();
    });
}

#[test]
fn long_names_of_both_kinds_are_understood() {
    let long = format!("{}/{}", "d".repeat(150), "f".repeat(150));
    let name = format!("{long}\0");
    let tar = Blocks::default()
        .entry(b'L', "././@LongLink", name.len() as u64, |_| ())
        .bytes(name.as_bytes())
        .file("short", CONTENT)
        .record(b'x', "path=by-pax/0123456789012345678901234567890")
        .file("short", OTHER)
        .end();
    let root = tempfile::tempdir().unwrap();
    for (path, content) in [
        (long.as_str(), CONTENT),
        ("by-pax/0123456789012345678901234567890", OTHER),
    ] {
        let full = root.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, content).unwrap();
    }
    let recipe = rebuilt(&tar, std::slice::from_ref(&tar), root.path());
    assert_eq!(recipe.summary.layers[0].copied.0, 2);
}

#[test]
fn a_size_in_a_pax_record_is_the_one_that_counts() {
    let tar = Blocks::default()
        .record(b'x', "size=3000")
        .entry(b'0', "plain", 0, |_| ())
        .bytes(CONTENT)
        .record(b'g', "comment=of-all-entries")
        .file("after", OTHER)
        .end();
    rebuilt_from_itself(&tar, |root| {
        plain_root(root);
        fs::write(root.join("after"), OTHER).unwrap();
    });
}

#[test]
fn a_large_rest_that_does_not_parse_is_not_kept_in_the_index() {
    let mut tar = Blocks::default().file("plain", CONTENT).end();
    tar.extend(noise(1, 2_000_000));
    assert!(
        index(&tar, 4096).meta_size() < 100_000,
        "rubbish fills the memory"
    );
    rebuilt_from_itself(&tar, plain_root);
}
