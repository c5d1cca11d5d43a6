//! Finds things in an image as a process in a container would: through symbolic links, along PATH, and never outside.

use super::entry::Owner;
use super::path::join;
use super::program::Program;
use super::tree::{ImageFiles, Node, NodeKind};

/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;

/// A program that was found.
pub struct ProgramFound<'a> {
    /// Where it was found, as a container names it.
    pub path: String,
    /// The file that it leads to.
    pub node: &'a Node,
    /// How it would be run.
    pub program: &'a Program,
}

impl ImageFiles {
    /// The plain path of what a path leads to, all links followed; none where that is nothing, or a loop.
    pub fn resolve(&self, path: &str) -> Option<String> {
        let mut waiting: Vec<&str> = path.split('/').rev().collect();
        let mut at = String::new();
        let mut links = 0;
        while let Some(part) = waiting.pop() {
            match part {
                "" | "." => continue,
                // The root is its own parent.
                ".." => {
                    at = at.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                    continue;
                }
                _ => {}
            }
            let next = join(&at, part);
            match &self.nodes.get(&next)?.kind {
                NodeKind::Symlink(target) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return None;
                    }
                    if target.starts_with('/') {
                        at.clear();
                    }
                    waiting.extend(target.split('/').rev());
                }
                NodeKind::Folder => at = next,
                NodeKind::File { .. } | NodeKind::Other => {
                    let is_last = waiting.iter().all(|part| part.is_empty());
                    return is_last.then_some(next);
                }
            }
        }
        Some(at)
    }

    /// What a path leads to, all links followed.
    pub fn at(&self, path: &str) -> Option<&Node> {
        self.nodes.get(&self.resolve(path)?)
    }

    /// What is at a path itself; a link is not followed.
    pub fn entry(&self, path: &str) -> Option<&Node> {
        let path = path.trim_matches('/');
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.nodes.get(&join(&self.resolve(folder)?, name))
    }

    /// The text of a file, where it was kept.
    pub fn text(&self, path: &str) -> Option<&str> {
        match &self.at(path)?.kind {
            NodeKind::File { text, .. } => text.as_ref().map(|text| text.look()),
            _ => None,
        }
    }

    /// The program that a name means with this PATH: the first file of that name that somebody may run.
    pub fn program(&self, name: &str, path: &str) -> Option<ProgramFound<'_>> {
        let places: Vec<String> = if name.contains('/') {
            vec![name.to_owned()]
        } else {
            path.split(':')
                .filter(|folder| folder.starts_with('/'))
                .map(|folder| format!("{}/{name}", folder.trim_end_matches('/')))
                .collect()
        };
        places.into_iter().find_map(|path| {
            let node = self.at(&path)?;
            match &node.kind {
                NodeKind::File { program, .. } if node.owner.mode & 0o111 != 0 => {
                    Some(ProgramFound { path, node, program })
                }
                _ => None,
            }
        })
    }
}

impl Owner {
    /// Whether this user may run what has this owner.
    pub fn lets_run(&self, uid: u64, groups: &[u64]) -> bool {
        self.lets(uid, groups, 0o1)
    }

    /// Whether this user may make files in a folder that has this owner.
    pub fn lets_write(&self, uid: u64, groups: &[u64]) -> bool {
        self.lets(uid, groups, 0o3)
    }

    fn lets(&self, uid: u64, groups: &[u64], wanted: u32) -> bool {
        let bits = if uid == 0 {
            self.mode | self.mode >> 3 | self.mode >> 6 | 0o6
        } else if uid == self.uid {
            self.mode >> 6
        } else if groups.contains(&self.gid) {
            self.mode >> 3
        } else {
            self.mode
        };
        bits & wanted == wanted
    }
}
