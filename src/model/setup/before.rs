//! What is at the place of a piece now, compared with what is to be there.

use super::piece::{Mode, Piece, Purpose};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What an examination found at the place of a piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", content = "as", rename_all = "snake_case")]
pub enum Before {
    /// Nothing.
    Missing,
    /// A directory.
    Directory(Owned),
    /// A file with this content.
    File {
        /// Whose it is.
        owned: Owned,
        /// Its content.
        sum: FileSum,
    },
    /// A unit, as the service manager calls its state: `enabled`, `disabled`, or nothing when it knows none; `stopped` is a timer
    /// that is enabled and does not count.
    Unit(String),
    /// A link, a device, or whatever else is no place for a piece.
    Other,
}

/// Whose something is, and who may do what with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// `UID:GID`.
    pub owner: String,
    /// The permission bits.
    pub mode: Mode,
}

impl Owned {
    fn is_roots(&self, mode: Mode) -> bool {
        self.owner == "0:0" && self.mode == mode
    }

    /// Whether root has it and others may do no more with it than `mode` says: a directory that is closed further is the operator's
    /// will.
    fn is_roots_within(&self, mode: Mode) -> bool {
        self.owner.starts_with("0:") && self.mode.0 & !mode.0 == 0
    }
}

impl Before {
    /// Whether it is the piece already.
    pub fn is(&self, piece: &Piece) -> bool {
        match (self, piece) {
            // Where the stamp is may be a directory of somebody else, whose it stays.
            (
                Self::Directory(_),
                Piece::Directory {
                    purpose: Purpose::Stamp,
                    ..
                },
            ) => true,
            (Self::Directory(owned), Piece::Directory { mode, .. }) => owned.is_roots_within(*mode),
            (
                Self::File { owned, sum },
                Piece::File {
                    mode, sum: wanted, ..
                },
            ) => owned.is_roots(*mode) && sum == wanted,
            (Self::Unit(state), Piece::Enabled { .. }) => state == "enabled",
            _ => false,
        }
    }

    /// Whether others than root own it, or may do more with it than they are to.
    pub fn is_open_to_others(&self, piece: &Piece) -> bool {
        match (self, piece) {
            (Self::Directory(owned), Piece::Directory { mode, .. })
            | (Self::File { owned, .. }, Piece::File { mode, .. }) => !owned.is_roots_within(*mode),
            _ => false,
        }
    }

    /// Whether a piece can be put there: nothing of another kind is in the way.
    pub fn takes(&self, piece: &Piece) -> bool {
        match self {
            Self::Missing => true,
            Self::Directory(_) => matches!(piece, Piece::Directory { .. }),
            Self::File { .. } => matches!(piece, Piece::File { .. }),
            Self::Unit(_) => matches!(piece, Piece::Enabled { .. }),
            Self::Other => false,
        }
    }

    /// How it stands to the piece, in one or two words.
    pub fn words(&self, piece: &Piece) -> &'static str {
        match (self, piece) {
            _ if self.is(piece) => "there",
            (Self::Missing, _) => "missing",
            (Self::Unit(state), Piece::Enabled { .. }) if state == "stopped" => "not started",
            (Self::Unit(_), Piece::Enabled { .. }) => "not enabled",
            (Self::File { sum, .. }, Piece::File { sum: wanted, .. }) if sum != wanted => "another version",
            (Self::Directory(_), Piece::Directory { .. }) | (Self::File { .. }, Piece::File { .. }) => {
                "wrong owner or mode"
            }
            _ => "something else",
        }
    }
}

/// The SHA-256 of a file's content, in hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileSum(String);

impl FileSum {
    /// That of a text.
    pub fn of(text: &str) -> Self {
        use std::fmt::Write as _;
        let mut hex = String::new();
        for byte in Sha256::digest(text.as_bytes()) {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }

    /// One that a host told; none where it is none.
    pub(super) fn told(text: &str) -> Option<Self> {
        let is_hex = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        (text.len() == 64 && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    /// The 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
