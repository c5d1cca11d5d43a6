//! The merge: layer upon layer, with whiteouts, opaque folders and hard links.

use super::entry::{EntryKind, FileFacts, LayerEntry, Owner};
use super::path::{join, parent, plain};
use super::program::Program;
use super::unseen::{LayerSecret, Waste};
use crate::model::secret::Hidden;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Begins the name of what a layer deletes from those below it.
const WHITEOUT: &str = ".wh.";
/// Says that a folder shows nothing of the layers below.
const OPAQUE: &str = ".wh..wh..opq";

/// What a container of the image sees, and what it does not.
#[derive(Default)]
pub struct ImageFiles {
    pub(super) nodes: BTreeMap<String, Node>,
    secrets: Vec<LayerSecret>,
    waste: Waste,
    bytes: u64,
    layers: usize,
}

/// Something at a path.
#[derive(Clone)]
pub struct Node {
    /// The layer that it is of, from 0.
    pub layer: usize,
    /// Whose it is.
    pub owner: Owner,
    /// What it is.
    pub kind: NodeKind,
    /// Bytes that it takes in its layer; none for a further name of a file.
    bytes: u64,
}

/// What is at a path.
#[derive(Clone)]
pub enum NodeKind {
    /// A file.
    File {
        /// How it would be run.
        program: Program,
        /// Its text, of the few files that say who may do what.
        text: Option<Arc<Hidden>>,
    },
    /// A symbolic link and where it leads.
    Symlink(String),
    /// A folder.
    Folder,
    /// A device, a pipe, or a hard link to nothing.
    Other,
}

impl ImageFiles {
    /// Puts the next layer on top.
    pub fn add_layer(&mut self, entries: impl IntoIterator<Item = LayerEntry>) {
        let layer = self.layers;
        self.layers += 1;
        let (mut rest, mut links) = (Vec::new(), Vec::new());
        for entry in entries {
            // What leads upwards is not written by engines, and ignored by them.
            let Some(path) = plain(&entry.path) else { continue };
            match parent(&path) {
                // The root itself.
                None => {}
                // What is below a whiteout is nowhere.
                Some((folder, _)) if folder.split('/').any(|part| part.starts_with(WHITEOUT)) => {}
                // A whiteout hides what is below it, wherever it stands in its own layer.
                Some((folder, OPAQUE)) => self.hide_below(&self.real_folder(folder), layer),
                Some((folder, name)) if name.starts_with(WHITEOUT) => {
                    let hidden = join(&self.real_folder(folder), &name[WHITEOUT.len()..]);
                    self.hide(&hidden, layer);
                    self.hide_below(&hidden, layer);
                }
                Some(_) => rest.push((path, entry)),
            }
        }
        for (path, LayerEntry { kind, owner, .. }) in rest {
            match kind {
                EntryKind::HardLink(target) => links.push((path, target)),
                kind => self.place(&path, owner, kind, layer),
            }
        }
        // A link may stand before the file that it is another name of.
        for (path, target) in links {
            self.link(&path, &target, layer);
        }
    }

    /// How many layers there are.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// Bytes of all files in all layers.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that no container sees.
    pub fn waste(&self) -> &Waste {
        &self.waste
    }

    /// Secrets in all layers, also where a later one deletes them.
    pub fn secrets(&self) -> &[LayerSecret] {
        &self.secrets
    }

    /// Paths of all that a container sees, without the leading slash.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    fn place(&mut self, path: &str, owner: Owner, kind: EntryKind, layer: usize) {
        let path = self.real_place(path, layer);
        let is_folder = matches!(kind, EntryKind::Folder);
        let was_folder = self
            .nodes
            .get(&path)
            .map(|node| matches!(node.kind, NodeKind::Folder));
        match was_folder {
            // A folder that is there is described anew, and keeps what is in it.
            Some(true) if is_folder => {}
            Some(true) => {
                self.lose_below(&path, layer, |_| true);
                self.lose(&path, layer);
            }
            Some(false) => self.lose(&path, layer),
            None => {}
        }
        let (kind, bytes) = match kind {
            EntryKind::File(facts) => self.take_file(&path, facts, layer),
            EntryKind::Symlink(target) => (NodeKind::Symlink(target), 0),
            EntryKind::Folder => (NodeKind::Folder, 0),
            EntryKind::Other | EntryKind::HardLink(_) => (NodeKind::Other, 0),
        };
        let node = Node {
            layer,
            owner,
            kind,
            bytes,
        };
        self.nodes.insert(path, node);
    }

    fn take_file(&mut self, path: &str, facts: FileFacts, layer: usize) -> (NodeKind, u64) {
        self.bytes += facts.size;
        let secrets = facts.secrets.into_iter().map(|sighting| LayerSecret {
            layer,
            path: path.to_owned(),
            sighting,
            gone_in: None,
        });
        self.secrets.extend(secrets);
        let kind = NodeKind::File {
            program: facts.program,
            text: facts.text.map(Arc::new),
        };
        (kind, facts.size)
    }

    fn link(&mut self, path: &str, target: &str, layer: usize) {
        let there = plain(target).and_then(|target| {
            let real = self.real_place(&target, layer);
            self.nodes.get(&real).cloned()
        });
        let is_file = there
            .as_ref()
            .is_some_and(|node| matches!(node.kind, NodeKind::File { .. } | NodeKind::Symlink(_)));
        let node = there.filter(|_| is_file).unwrap_or(Node {
            layer,
            owner: Owner::IMPLIED,
            kind: NodeKind::Other,
            bytes: 0,
        });
        self.place(path, node.owner, EntryKind::Other, layer);
        let path = self.real_place(path, layer);
        self.nodes.insert(
            path,
            Node {
                layer,
                bytes: 0,
                ..node
            },
        );
    }

    /// Where an engine writes an entry: folders on the way that are symbolic links are followed inside the image, and those
    /// that are not there are made.
    fn real_place(&mut self, path: &str, layer: usize) -> String {
        let Some((folder, name)) = parent(path) else {
            return String::new();
        };
        let folder = self.real_folder(folder);
        let mut at = String::new();
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            at = join(&at, part);
            let is_folder = self
                .nodes
                .get(&at)
                .is_some_and(|node| matches!(node.kind, NodeKind::Folder));
            if !is_folder {
                self.lose(&at, layer);
                let node = Node {
                    layer,
                    owner: Owner::IMPLIED,
                    kind: NodeKind::Folder,
                    bytes: 0,
                };
                self.nodes.insert(at.clone(), node);
            }
        }
        join(&folder, name)
    }

    /// The folder that a path of folders leads to, as far as there are any; the rest of it as it is.
    fn real_folder(&self, folder: &str) -> String {
        folder.split('/').fold(String::new(), |at, part| {
            let next = join(&at, part);
            self.resolve(&next).unwrap_or(next)
        })
    }

    /// A whiteout: what was there from lower layers is gone.
    fn hide(&mut self, path: &str, layer: usize) {
        if self.nodes.get(path).is_some_and(|node| node.layer < layer) {
            self.lose(path, layer);
        }
    }

    fn hide_below(&mut self, path: &str, layer: usize) {
        self.lose_below(path, layer, |node| node.layer < layer);
    }

    fn lose_below(&mut self, path: &str, layer: usize, which: impl Fn(&Node) -> bool) {
        let (begin, end) = if path.is_empty() {
            (String::new(), char::MAX.to_string())
        } else {
            // The zero is the letter after the slash.
            (format!("{path}/"), format!("{path}0"))
        };
        let below: Vec<String> = self
            .nodes
            .range(begin..end)
            .filter(|(_, node)| which(node))
            .map(|(path, _)| path.clone())
            .collect();
        for path in below {
            self.lose(&path, layer);
        }
    }

    /// Something is no longer seen since this layer.
    fn lose(&mut self, path: &str, by: usize) {
        let Some(node) = self.nodes.remove(path) else {
            return;
        };
        if node.layer < by {
            self.waste.add(path, node.bytes);
        }
        let lost =
            |secret: &&mut LayerSecret| secret.gone_in.is_none() && secret.path == path && secret.layer < by;
        for secret in self.secrets.iter_mut().filter(lost) {
            secret.gone_in = Some(by);
        }
    }
}
