//! One thing that tagboat puts on a host: a directory, a file, or a unit that starts at boot.

use super::before::FileSum;
use serde::{Deserialize, Serialize};

/// One thing of tagboat on a host. All of them belong to root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "piece", rename_all = "snake_case")]
pub enum Piece {
    /// A directory.
    Directory {
        /// Where.
        path: String,
        /// Who may do what.
        mode: Mode,
        /// What it is for.
        purpose: Purpose,
    },
    /// A file.
    File {
        /// Where.
        path: String,
        /// Who may do what.
        mode: Mode,
        /// What it is for.
        purpose: Purpose,
        /// The SHA-256 of its content.
        sum: FileSum,
    },
    /// A unit that the service manager starts at boot.
    Enabled {
        /// Its name.
        unit: String,
        /// Whether it is started at once, too.
        now: bool,
        /// What it is for.
        purpose: Purpose,
    },
}

impl Piece {
    /// Its path, or the name of its unit.
    pub fn name(&self) -> &str {
        match self {
            Self::Directory { path, .. } | Self::File { path, .. } => path,
            Self::Enabled { unit, .. } => unit,
        }
    }

    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::Directory { purpose, .. } | Self::File { purpose, .. } | Self::Enabled { purpose, .. } => {
                *purpose
            }
        }
    }

    /// How an examination is asked about it.
    pub fn question(&self) -> String {
        match self {
            Self::Directory { path, .. } | Self::File { path, .. } => path.clone(),
            Self::Enabled { unit, .. } => format!("unit:{unit}"),
        }
    }
}

/// What a piece is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It holds the stamp, its history and the labels of sessions.
    Stamp,
    /// It holds journals, leases and logs.
    State,
    /// It removes tags that nobody needs, every day.
    Prune,
    /// It has the prune run where no cron does.
    PruneTimer,
    /// It takes up restarts that a boot has interrupted.
    Recovery,
    /// A unit of the profile.
    ProfileUnit,
}

impl Purpose {
    /// In the words of the interface.
    pub fn words(self) -> &'static str {
        match self {
            Self::Stamp => "the stamp and its history",
            Self::State => "journals and leases",
            Self::Prune => "removes tags that nobody needs, daily",
            Self::PruneTimer => "has the prune run daily; there is no cron",
            Self::Recovery => "takes up restarts that a boot has interrupted",
            Self::ProfileUnit => "a unit of the profile",
        }
    }
}

/// The permission bits of a file, such as 0755.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mode(pub u16);

impl std::fmt::Display for Mode {
    /// As `stat` and `chmod` write it: `755`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:o}", self.0)
    }
}
