//! How a Dockerfile is written: each guideline has a name for good, and words for what it asks and what mends it.

use serde::Serialize;

/// One guideline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Guideline {
    /// The base image has a tag other than `latest`, or a digest.
    BasePinned {
        /// Images that are made on this machine and need none.
        allow: Vec<String>,
    },
    /// Packages are installed as root.
    RootInstalls,
    /// apt installs no recommended packages.
    NoRecommends,
    /// Lists and caches of packages are removed in the `RUN` that made them.
    ListsRemoved,
    /// Packages are installed by one `RUN`, not by several in a row.
    CombinedInstalls,
    /// Nothing is installed when a container starts.
    BakedIn,
    /// sudo is neither installed nor used.
    NoSudo,
    /// `CMD` is not set, because nothing runs it.
    NoCommand,
    /// Working directories are absolute.
    AbsoluteWorkdir,
    /// No marks of unfinished work are left.
    NoMarks {
        /// The marks.
        marks: Vec<String>,
    },
}

impl Guideline {
    /// The guidelines by their names, those with a list with an empty one.
    pub const NAMES: [&str; 10] = [
        "base-pinned",
        "root-installs",
        "no-recommends",
        "lists-removed",
        "combined-installs",
        "baked-in",
        "no-sudo",
        "no-command",
        "absolute-workdir",
        "no-marks",
    ];

    /// The guideline of this name; `words` is the list of those that have one.
    pub fn named(name: &str, words: &[String]) -> Option<Self> {
        Some(match name {
            "base-pinned" => Self::BasePinned {
                allow: words.to_vec(),
            },
            "root-installs" => Self::RootInstalls,
            "no-recommends" => Self::NoRecommends,
            "lists-removed" => Self::ListsRemoved,
            "combined-installs" => Self::CombinedInstalls,
            "baked-in" => Self::BakedIn,
            "no-sudo" => Self::NoSudo,
            "no-command" => Self::NoCommand,
            "absolute-workdir" => Self::AbsoluteWorkdir,
            "no-marks" => Self::NoMarks {
                marks: words.to_vec(),
            },
            _ => return None,
        })
    }

    /// What it asks.
    pub fn words(&self) -> &'static str {
        match self {
            Self::BasePinned { .. } => "the base image is pinned",
            Self::RootInstalls => "packages are installed as root",
            Self::NoRecommends => "apt installs with --no-install-recommends",
            Self::ListsRemoved => "lists and caches of packages are removed in the same RUN",
            Self::CombinedInstalls => "packages are installed by one RUN",
            Self::BakedIn => "nothing is installed when a container starts",
            Self::NoSudo => "no sudo",
            Self::NoCommand => "no CMD",
            Self::AbsoluteWorkdir => "WORKDIR is absolute",
            Self::NoMarks { .. } => "no marks of unfinished work",
        }
    }

    /// What mends it.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::BasePinned { .. } => "name a tag other than latest, or a digest: FROM name:tag@sha256:…",
            Self::RootInstalls => "put USER root before it, and the other user back behind it",
            Self::NoRecommends => "apt-get install -y --no-install-recommends …",
            Self::ListsRemoved => {
                "end that RUN with && rm -rf /var/lib/apt/lists/* (apk: --no-cache; dnf: && dnf clean all)"
            }
            Self::CombinedInstalls => {
                "join them: each RUN is a layer, and a list of packages that one leaves is in it for good"
            }
            Self::BakedIn => {
                "install it with RUN: at run time the network may be shut, and it takes its time at each start"
            }
            Self::NoSudo => "switch with USER root and back; what runs in the container needs no sudo",
            Self::NoCommand => "leave it out",
            Self::AbsoluteWorkdir => "begin it with a slash",
            Self::NoMarks { .. } => "finish it and remove the mark",
        }
    }
}
