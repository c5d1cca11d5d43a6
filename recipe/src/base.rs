//! What a container of an image sees: the files of all its layers, the upper ones over the lower ones.

use crate::digest::Sha256Digest;
use crate::index::{Entry, EntryKind, LayerIndex};
use crate::paths::{file_name, folder, without_versions};
use std::collections::{BTreeMap, HashMap};

/// An engine mounts something of its own over these in every container; `.tagboat` is where the helper is.
const HIDDEN: [&[u8]; 7] = [
    b"proc",
    b"sys",
    b"dev",
    b"etc/hosts",
    b"etc/hostname",
    b"etc/resolv.conf",
    b".tagboat",
];

const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";

/// A file with content, and where its bytes are in the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseFile {
    /// In which layer, counted from 0 at the base.
    pub layer: usize,
    /// Where in that layer's tar.
    pub offset: u64,
    /// How many bytes.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Sha256Digest,
}

/// The files that a container of an image sees, as far as its layers tell it without a doubt.
#[derive(Debug, Default)]
pub struct BaseView {
    files: BTreeMap<Box<[u8]>, BaseFile>,
    by_content: HashMap<Sha256Digest, Box<[u8]>>,
    /// Paths by what they are without versions, and by that of their names alone.
    alike: HashMap<Box<[u8]>, Vec<Box<[u8]>>>,
}

/// Names that are shared by more files than this tell nothing (`__init__.py`).
const MOST_ALIKE: usize = 16;

impl BaseView {
    /// The view of an image by the indexes of its layers, base first.
    pub fn of(layers: &[&LayerIndex]) -> Self {
        let mut merged = Merged::default();
        for (number, layer) in layers.iter().enumerate() {
            for entry in &layer.entries {
                merged.white_out(&entry.path);
            }
            for entry in &layer.entries {
                merged.put(number, entry);
            }
        }
        for hidden in HIDDEN {
            merged.remove(hidden);
        }
        let files = merged.0.into_iter();
        let mut view = Self {
            files: files.filter_map(|(path, file)| Some((path, file?))).collect(),
            ..Self::default()
        };
        for (path, file) in &view.files {
            view.by_content.entry(file.sha256).or_insert_with(|| path.clone());
            for key in [without_versions(path), without_versions(file_name(path))] {
                let paths = view.alike.entry(key).or_default();
                if paths.len() < MOST_ALIKE && !paths.contains(path) {
                    paths.push(path.clone());
                }
            }
        }
        view
    }

    /// The file at a path.
    pub fn by_path(&self, path: &[u8]) -> Option<&BaseFile> {
        self.files.get(path)
    }

    /// A path at which there is this content.
    pub fn by_content(&self, sha256: &Sha256Digest) -> Option<&[u8]> {
        self.by_content.get(sha256).map(AsRef::as_ref)
    }

    /// The file that is most probably an earlier version of the one at `path`: the same path, the same but for versions in it,
    /// or the only name like it; of several the one of the nearest size.
    pub fn earlier(&self, path: &[u8], size: u64) -> Option<(&[u8], &BaseFile)> {
        if let Some((path, file)) = self.files.get_key_value(path) {
            return Some((path, file));
        }
        let keys = [without_versions(path), without_versions(file_name(path))];
        keys.iter().find_map(|key| {
            let paths = self.alike.get(key).filter(|paths| paths.len() < MOST_ALIKE)?;
            let files = paths.iter().filter_map(|path| self.files.get_key_value(path));
            let nearest = files.min_by_key(|(_, file)| file.size.abs_diff(size))?;
            Some((nearest.0.as_ref(), nearest.1))
        })
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Layers that are merged: every path that is no folder, with its file if it is one with content.
#[derive(Default)]
struct Merged(BTreeMap<Box<[u8]>, Option<BaseFile>>);

impl Merged {
    fn white_out(&mut self, path: &[u8]) {
        let name = file_name(path);
        if name == OPAQUE {
            self.remove_below(folder(path));
        } else if let Some(gone) = name.strip_prefix(WHITEOUT) {
            let gone = match folder(path) {
                b"" => gone.to_vec(),
                folder => [folder, gone].join(&b'/'),
            };
            self.remove(&gone);
        }
    }

    fn put(&mut self, layer: usize, entry: &Entry) {
        let path = &entry.path;
        // A body without a path is no file.
        if path.is_empty() {
            return;
        }
        // Below a link or a file, one store goes where the link leads, another one puts a folder in its place.
        let is_sure = self.clear_above(path);
        // What hides something is nothing itself, nor is anything below it.
        if path
            .split(|byte| *byte == b'/')
            .any(|part| part.starts_with(WHITEOUT))
        {
            return;
        }
        let file = match &entry.kind {
            EntryKind::File { offset, size, sha256 } => Some(BaseFile {
                layer,
                offset: *offset,
                size: *size,
                sha256: *sha256,
            }),
            EntryKind::HardLink { target } => self.0.get(target).copied().flatten(),
            EntryKind::Folder if is_sure => {
                self.0.remove(path);
                return;
            }
            EntryKind::Folder | EntryKind::Other => None,
        };
        self.remove(path);
        self.0
            .insert(path.clone(), file.filter(|file| is_sure && file.size > 0));
    }

    /// Forgets files that something else is below; says whether there was nothing but folders above the path.
    fn clear_above(&mut self, path: &[u8]) -> bool {
        let mut is_sure = true;
        let mut above = folder(path);
        while !above.is_empty() {
            if let Some(file) = self.0.get_mut(above) {
                (*file, is_sure) = (None, false);
            }
            above = folder(above);
        }
        is_sure
    }

    /// Removes a path and everything below it.
    fn remove(&mut self, path: &[u8]) {
        self.0.remove(path);
        self.remove_below(path);
    }

    fn remove_below(&mut self, folder: &[u8]) {
        let prefix: Box<[u8]> = match folder {
            b"" => Box::default(),
            folder => [folder, b"/"].concat().into(),
        };
        let below = self.0.range(prefix.clone()..);
        let below: Vec<_> = below
            .take_while(|(path, _)| path.starts_with(&prefix))
            .map(|(path, _)| path.clone())
            .collect();
        for path in below {
            self.0.remove(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BaseView;
    use crate::index::LayerIndex;
    use crate::indexer::Indexer;
    use std::io::Write;

    fn layer(entries: &[(&str, &str)]) -> LayerIndex {
        let mut tar = tar::Builder::new(Vec::new());
        for (path, content) in entries {
            let mut header = tar::Header::new_ustar();
            header.set_mode(0o644);
            if let Some(target) = content.strip_prefix("->") {
                header.set_entry_type(tar::EntryType::Link);
                tar.append_link(&mut header, path, target).unwrap();
                continue;
            }
            if path.ends_with('/') {
                header.set_entry_type(tar::EntryType::Directory);
            }
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, path, content.as_bytes()).unwrap();
        }
        let mut indexer = Indexer::new();
        indexer.write_all(&tar.into_inner().unwrap()).unwrap();
        indexer.finish().unwrap()
    }

    fn paths(layers: &[&[(&str, &str)]]) -> Vec<String> {
        let layers: Vec<_> = layers.iter().map(|entries| layer(entries)).collect();
        let view = BaseView::of(&layers.iter().collect::<Vec<_>>());
        view.files
            .keys()
            .map(|path| String::from_utf8(path.to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn upper_layers_hide_lower_ones() {
        let base: &[(&str, &str)] = &[("a/x", "1"), ("a/y", "2"), ("b/z", "3"), ("c", "4"), ("cc", "5")];
        assert_eq!(paths(&[base, &[("a/.wh.x", "")]]), ["a/y", "b/z", "c", "cc"]);
        assert_eq!(paths(&[base, &[(".wh.a", "")]]), ["b/z", "c", "cc"]);
        assert_eq!(
            paths(&[base, &[("a/new", "6"), ("a/.wh..wh..opq", "")]]),
            ["a/new", "b/z", "c", "cc"]
        );
        assert_eq!(paths(&[base, &[("a", "7")]]), ["a", "b/z", "c", "cc"]);
        assert_eq!(paths(&[base, &[("c/", "")]]), ["a/x", "a/y", "b/z", "cc"]);
    }

    #[test]
    fn a_hard_link_has_the_content_of_its_target() {
        let layers = [layer(&[("a", "content"), ("b", "->a")])];
        let view = BaseView::of(&[&layers[0]]);
        assert_eq!(view.by_path(b"b"), view.by_path(b"a"));
        assert!(view.by_path(b"a").is_some());
    }

    #[test]
    fn what_an_engine_mounts_over_is_not_seen() {
        let entries: &[(&str, &str)] = &[("etc/hosts", "1"), ("dev/x", "2"), ("etc/passwd", "3")];
        assert_eq!(paths(&[entries]), ["etc/passwd"]);
    }

    #[test]
    fn what_is_below_a_link_or_a_file_is_not_sure() {
        let base: &[(&str, &str)] = &[("a/x", "1"), ("b", "2"), ("c", "3")];
        assert_eq!(paths(&[base, &[("b/y", "4")]]), ["a/x", "c"]);
        assert_eq!(paths(&[base, &[("b/", ""), ("b/y", "4")]]), ["a/x", "b/y", "c"]);
        assert_eq!(
            paths(&[base, &[("l", "->gone"), ("l/y/", ""), ("l/y/z", "4")]]),
            ["a/x", "b", "c"]
        );
    }

    #[test]
    fn an_earlier_version_is_found_by_its_name() {
        let base = layer(&[("usr/lib/libz.so.1.2", "old"), ("usr/lib/liby.so.1", "other")]);
        let view = BaseView::of(&[&base]);
        let (path, _) = view.earlier(b"usr/lib/libz.so.1.3", 3).unwrap();
        assert_eq!(path, b"usr/lib/libz.so.1.2");
        assert!(view.earlier(b"usr/lib/libx.so", 3).is_none());
    }
}
