//! Tars of all kinds of entries, and the folder that an engine would make of them.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tar::{Builder, EntryType, Header};

/// What an entry has.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    HardLink(String),
    SymbolicLink(String),
    Folder,
    Device,
    Pipe,
}

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) content: Content,
    pub(crate) mtime: u64,
    /// A pax header before it: an extended attribute.
    pub(crate) attribute: Option<Vec<u8>>,
    /// Padding that is not zero.
    pub(crate) dirty: bool,
}

pub(crate) fn file(path: &str, content: Content, mtime: u64) -> Item {
    Item {
        path: path.to_owned(),
        content,
        mtime,
        attribute: None,
        dirty: false,
    }
}

fn path() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-c]{1,2}",
        1 => "lib[a-c]\\.so\\.[0-9]{1,2}",
        1 => Just("\u{e4}\u{f6}".to_owned()),
        1 => "[x]{90,120}",
        1 => "\\.wh\\.[a-c]{1,2}",
        1 => Just(".wh..wh..opq".to_owned()),
    ];
    proptest::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"))
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => proptest::collection::vec(any::<u8>(), 0..40),
        2 => (0..4u8, 0..3000usize, 0..9usize).prop_map(|(seed, length, change)| {
            // Files that resemble each other, so that there is something to patch.
            let mut bytes: Vec<u8> = (0..length).map(|n| (n * n / 7 + usize::from(seed)).to_le_bytes()[0]).collect();
            if let Some(byte) = bytes.get_mut(change * 100) {
                *byte ^= 0xff;
            }
            bytes
        }),
        1 => (500..520usize).prop_map(|length| vec![7; length]),
        1 => Just(vec![0; 70_000]),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        8 => bytes().prop_map(Content::Bytes),
        1 => path().prop_map(Content::HardLink),
        1 => path().prop_map(Content::SymbolicLink),
        1 => Just(Content::Folder),
        1 => Just(Content::Device),
        1 => Just(Content::Pipe),
    ]
}

/// Any entries, doubles among them.
pub(crate) fn layer_entries() -> impl Strategy<Value = Vec<Item>> {
    let item = (
        path(),
        content(),
        0..u64::from(u32::MAX),
        proptest::option::weighted(0.1, proptest::collection::vec(any::<u8>(), 0..600)),
        proptest::bool::weighted(0.05),
    );
    let item = item.prop_map(|(path, content, mtime, attribute, dirty)| Item {
        path,
        content,
        mtime,
        attribute,
        dirty,
    });
    proptest::collection::vec(item, 0..25)
}

/// The tar of some entries.
pub(crate) fn tar_of(items: &[Item]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for item in items {
        if let Some(value) = &item.attribute {
            tar.append_pax_extensions([("SCHILY.xattr.user.x", value.as_slice())])
                .unwrap();
        }
        let mut header = Header::new_gnu();
        header.set_mode(0o755);
        header.set_uid(1000);
        header.set_mtime(item.mtime);
        header.set_size(0);
        match &item.content {
            Content::Bytes(bytes) => {
                header.set_size(bytes.len() as u64);
                tar.append_data(&mut header, &item.path, bytes.as_slice())
                    .unwrap();
                let padded = bytes.len() % 512;
                if item.dirty && padded != 0 {
                    *tar.get_mut().last_mut().unwrap() = 0xaa;
                }
            }
            Content::HardLink(target) => {
                header.set_entry_type(EntryType::Link);
                tar.append_link(&mut header, &item.path, target).unwrap();
            }
            Content::SymbolicLink(target) => {
                header.set_entry_type(EntryType::Symlink);
                tar.append_link(&mut header, &item.path, target).unwrap();
            }
            other => {
                header.set_entry_type(match other {
                    Content::Folder => EntryType::Directory,
                    Content::Device => EntryType::Char,
                    _ => EntryType::Fifo,
                });
                tar.append_data(&mut header, &item.path, std::io::empty())
                    .unwrap();
            }
        }
    }
    tar.into_inner().unwrap()
}

/// The regular files that an engine would show of these layers, as far as names of the file system allow it.
pub(crate) fn unpack(layers: &[Vec<u8>], root: &Path) {
    let mut files: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    for layer in layers {
        let entries = read(layer);
        for (path, _) in &entries {
            white_out(path, &mut files);
        }
        for (path, content) in entries {
            put(&path, content, &mut files);
        }
    }
    for (path, content) in files {
        let full = root.join(&path);
        if let Some(content) = content {
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, content).unwrap();
        }
    }
}

enum Found {
    File(Vec<u8>),
    Link(String),
    Folder,
    Other,
}

fn read(layer: &[u8]) -> Vec<(String, Found)> {
    let mut found = Vec::new();
    for entry in tar::Archive::new(layer).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = String::from_utf8(entry.path_bytes().to_vec()).unwrap();
        let content = match entry.header().entry_type() {
            EntryType::Regular => {
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
                Found::File(bytes)
            }
            EntryType::Link => {
                Found::Link(String::from_utf8(entry.link_name_bytes().unwrap().to_vec()).unwrap())
            }
            EntryType::Directory => Found::Folder,
            _ => Found::Other,
        };
        found.push((path, content));
    }
    found
}

fn white_out(path: &str, files: &mut BTreeMap<String, Option<Vec<u8>>>) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let join = |name: &str| {
        if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    if name == ".wh..wh..opq" {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        files.retain(|path, _| !path.starts_with(&prefix));
    } else if let Some(gone) = name.strip_prefix(".wh.") {
        remove(&join(gone), files);
    }
}

fn remove(path: &str, files: &mut BTreeMap<String, Option<Vec<u8>>>) {
    let below = format!("{path}/");
    files.retain(|known, _| known != path && !known.starts_with(&below));
}

fn put(path: &str, found: Found, files: &mut BTreeMap<String, Option<Vec<u8>>>) {
    let content = match found {
        Found::Folder => {
            files.remove(path);
            return;
        }
        Found::File(bytes) => Some(bytes),
        Found::Link(target) => files.get(&target).cloned().flatten(),
        Found::Other => None,
    };
    remove(path, files);
    let mut above = path;
    while let Some((folder, _)) = above.rsplit_once('/') {
        files.remove(folder);
        above = folder;
    }
    files.insert(path.to_owned(), content);
}
