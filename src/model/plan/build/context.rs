//! What an image is built from: a directory of a project, or the context that every tagboat carries.

use crate::model::amount::bytes;
use crate::model::names::Digest;
use serde::{Deserialize, Serialize};

/// Where a context comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", content = "path", rename_all = "snake_case")]
pub enum ContextFrom {
    /// The context of the convocate image that this tagboat carries.
    Embedded,
    /// A directory here, by its absolute path.
    Directory(String),
}

impl std::fmt::Display for ContextFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded => f.write_str("the context of this tagboat"),
            Self::Directory(path) => f.write_str(path),
        }
    }
}

/// A context as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildContext {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: ContextFrom,
    /// The Dockerfile, from the root of the context.
    pub dockerfile: String,
    /// The SHA-256 of all of it as it is given to the engine; what is another one when it is packed is not built.
    pub digest: Digest,
    /// Files in it.
    pub files: u64,
    /// Bytes of them.
    pub size: u64,
    /// Files and directories that `.dockerignore` leaves out; what is below such a directory is not counted.
    pub ignored: u64,
}

impl BuildContext {
    /// `1 file, 89 B`, `12 files, 34 kB`.
    pub fn amount(&self) -> String {
        let noun = if self.files == 1 { "file" } else { "files" };
        format!("{} {noun}, {}", self.files, bytes(self.size))
    }
}
