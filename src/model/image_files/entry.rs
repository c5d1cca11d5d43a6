//! One entry of a layer: what an archive tells of it, and what its first bytes tell.

use super::program::Program;
use crate::model::secret::{Hidden, Sighting, is_sample_place, secret_file, secrets_in};

/// Whose something is, and who may do what with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Permission bits, with those for set-user-id and the like.
    pub mode: u32,
    /// User.
    pub uid: u64,
    /// Group.
    pub gid: u64,
}

impl Owner {
    /// What a folder has that nobody described.
    pub const IMPLIED: Self = Self {
        mode: 0o755,
        uid: 0,
        gid: 0,
    };
}

/// One entry of a layer.
pub struct LayerEntry {
    /// Its path as the archive has it.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Whose it is.
    pub owner: Owner,
}

/// What an entry is.
pub enum EntryKind {
    /// A file.
    File(FileFacts),
    /// Another name of a file.
    HardLink(String),
    /// A symbolic link.
    Symlink(String),
    /// A folder.
    Folder,
    /// A device, a pipe.
    Other,
}

/// What is known of a file's content.
pub struct FileFacts {
    /// Its length in bytes.
    pub(super) size: u64,
    /// How it would be run.
    pub(super) program: Program,
    /// Its text, of the few files that say who may do what.
    pub(super) text: Option<Hidden>,
    /// Secrets in it.
    pub(super) secrets: Vec<Sighting>,
}

impl LayerEntry {
    /// Bytes of the begin of a file that are looked at: in a longer one, nothing behind them is found.
    pub const LOOKED_AT: usize = 256 << 10;

    /// A file of `size` bytes, of which `begin` are the first ones.
    pub fn file(path: impl Into<String>, owner: Owner, size: u64, begin: &[u8]) -> Self {
        let path = path.into();
        let plain = path.trim_start_matches("./").trim_start_matches('/');
        let facts = FileFacts {
            size,
            program: Program::read(&begin[..begin.len().min(4096)]),
            text: tells_rights(plain).then(|| Hidden::new(String::from_utf8_lossy(begin))),
            secrets: secrets(plain, size, begin),
        };
        Self {
            path,
            kind: EntryKind::File(facts),
            owner,
        }
    }

    /// Anything but a file.
    pub fn other(path: impl Into<String>, owner: Owner, kind: EntryKind) -> Self {
        Self {
            path: path.into(),
            kind,
            owner,
        }
    }
}

fn tells_rights(path: &str) -> bool {
    matches!(path, "etc/passwd" | "etc/group" | "etc/sudoers") || path.starts_with("etc/sudoers.d/")
}

/// The secrets in a file: known by its name, where it is not empty, or by its content.
fn secrets(path: &str, size: u64, begin: &[u8]) -> Vec<Sighting> {
    if size == 0 || is_sample_place(path) {
        return Vec::new();
    }
    match secret_file(path).filter(|file| file.by_name_alone) {
        Some(file) => vec![Sighting {
            kind: file.kind,
            line: 1,
        }],
        None => secrets_in(path, begin),
    }
}
