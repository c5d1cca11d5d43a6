//! One change of a host that makes it a member, keeps it one, or ends that: a step of its own in the job.

use super::before::Before;
use super::piece::Piece;
use crate::model::job::{Step, StepKind};
use serde::{Deserialize, Serialize};

/// One change of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A piece is put there.
    Put {
        /// Which.
        piece: Piece,
        /// What is there when the plan is made: what is another thing by then is not replaced.
        before: Before,
    },
    /// A piece is taken off.
    Take {
        /// Which.
        piece: Piece,
        /// What is there when the plan is made.
        before: Before,
    },
    /// A file that interrupted work has left is removed.
    RemoveFile {
        /// Where.
        path: String,
        /// What it is.
        what: String,
    },
    /// The host takes up restarts that were interrupted.
    TakeUpRestarts {
        /// Their journals.
        journals: Vec<String>,
    },
}

impl Change {
    /// Its step.
    pub fn step(&self) -> Step {
        match self {
            Self::Put {
                piece: piece @ Piece::Enabled { .. },
                ..
            } => Step::about(StepKind::Enable, piece.name()),
            Self::Put { piece, .. } => Step::about(StepKind::Install, piece.name()),
            Self::Take {
                piece: piece @ Piece::Enabled { .. },
                ..
            } => Step::about(StepKind::Disable, piece.name()),
            Self::Take { piece, .. } => Step::about(StepKind::Remove, piece.name()),
            Self::RemoveFile { path, .. } => Step::about(StepKind::Remove, path),
            Self::TakeUpRestarts { .. } => Step::of(StepKind::TakeUp),
        }
    }

    /// What is there now.
    pub fn before(&self) -> &str {
        match self {
            Self::Put { piece, before } => before.words(piece),
            Self::Take { .. } | Self::RemoveFile { .. } => "there",
            Self::TakeUpRestarts { .. } => "interrupted",
        }
    }

    /// What is there then.
    pub fn after(&self) -> String {
        match self {
            Self::Put {
                piece: Piece::Enabled { .. },
                ..
            } => "enabled".to_owned(),
            Self::Put {
                piece: Piece::Directory { mode, .. } | Piece::File { mode, .. },
                ..
            } => {
                format!("root, {mode}")
            }
            Self::Take {
                piece: Piece::Enabled { .. },
                ..
            } => "disabled".to_owned(),
            Self::Take { .. } | Self::RemoveFile { .. } => "gone".to_owned(),
            Self::TakeUpRestarts { .. } => "ended".to_owned(),
        }
    }

    /// What it is about, and what for.
    pub fn note(&self) -> String {
        match self {
            Self::Put { piece, .. } | Self::Take { piece, .. } => {
                format!("{}: {}", piece.name(), piece.purpose().words())
            }
            Self::RemoveFile { path, what } => format!("{path}: {what}"),
            Self::TakeUpRestarts { journals } => format!(
                "the host finishes or undoes what was interrupted, and stops and starts containers for it: {}",
                journals.join(", ")
            ),
        }
    }
}
