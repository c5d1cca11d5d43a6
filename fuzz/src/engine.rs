//! What a container sees of some layers, made by the rules of engines and not by those of recipes; and the folder that has it.

use crate::entries::{Entry, Kind};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What engines mount over.
const MOUNTED: [&[u8]; 2] = [b"etc/hosts", b"proc/x"];

type Parts = Vec<Vec<u8>>;

#[derive(Clone)]
enum Node {
    File(Vec<u8>),
    Folder,
    /// With what it leads to.
    Link(Option<Parts>),
    Other,
}

/// Everything in a file system, by its path.
#[derive(Default)]
pub struct Seen(BTreeMap<Parts, Node>);

impl Seen {
    /// Puts a layer over what is there: what it hides first, as engines have whiteouts hide lower layers alone.
    pub fn put(&mut self, layer: &[Entry]) {
        let named = |entry: &Entry| {
            let mut parts = parts(&entry.path)?;
            let name = parts.pop()?;
            Some((parts, name))
        };
        for (folder, name) in layer.iter().filter_map(named) {
            if name == b".wh..wh..opq" {
                self.0
                    .retain(|path, _| path.len() <= folder.len() || !path.starts_with(&folder));
            } else if let Some(gone) = name.strip_prefix(b".wh.") {
                self.remove(&[folder, vec![gone.to_vec()]].concat());
            }
        }
        for entry in layer {
            if let Some((folder, name)) = named(entry) {
                self.put_entry(folder, name, &entry.kind);
            }
        }
    }

    fn put_entry(&mut self, mut folder: Parts, name: Vec<u8>, kind: &Kind) {
        for depth in 1..=folder.len() {
            // One store goes where a link leads, another one puts a folder in its place, as is done here.
            if !matches!(self.0.get(&folder[..depth]), Some(Node::Folder)) {
                self.0.insert(folder[..depth].to_vec(), Node::Folder);
            }
        }
        if name.starts_with(b".wh.") {
            return;
        }
        folder.push(name);
        let node = match kind {
            Kind::File(bytes) => Node::File(bytes.clone()),
            // Holes between the parts, whatever those are.
            Kind::Sparse { .. } => Node::File(vec![0; 100_000]),
            Kind::HardLink(target) => {
                let target = parts(target).and_then(|target| self.0.get(&target));
                match target {
                    Some(node @ (Node::File(_) | Node::Link(_))) => node.clone(),
                    _ => Node::Other,
                }
            }
            Kind::SymbolicLink(target) => Node::Link(parts(target)),
            Kind::Folder if matches!(self.0.get(&folder), Some(Node::Folder)) => return,
            Kind::Folder => Node::Folder,
            Kind::Unknown(..) | Kind::Special(_) => Node::Other,
        };
        self.remove(&folder);
        self.0.insert(folder, node);
    }

    fn remove(&mut self, path: &[Vec<u8>]) {
        self.0.retain(|known, _| !known.starts_with(path));
    }

    /// Makes it below a folder.
    pub fn write(&self, root: &Path) {
        for (path, node) in &self.0 {
            let path = path.join(&b'/');
            let full = root.join(OsStr::from_bytes(&path));
            match node {
                Node::File(_) if MOUNTED.contains(&path.as_slice()) => {
                    fs::write(full, b"the engine's").unwrap()
                }
                Node::File(bytes) => fs::write(full, bytes).unwrap(),
                Node::Folder => fs::create_dir(full).unwrap(),
                Node::Link(Some(target)) => {
                    let target = root.join(OsStr::from_bytes(&target.join(&b'/')));
                    std::os::unix::fs::symlink(target, full).unwrap();
                }
                Node::Link(None) | Node::Other => {}
            }
        }
    }
}

/// The components of a path; none when it leads out of the root, or is the root.
fn parts(path: &[u8]) -> Option<Parts> {
    let parts: Parts = path
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .map(<[u8]>::to_vec)
        .collect();
    (!parts.is_empty() && !parts.iter().any(|part| part == b"..")).then_some(parts)
}
