//! How an image is built: by whom, with which arguments, up to which stage.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Builder {
    /// BuildKit, by `docker buildx`.
    Buildkit,
    /// The builder that every engine has, by its API.
    Classic,
}

impl Builder {
    /// The builder on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Buildkit => "buildkit",
            Self::Classic => "classic",
        }
    }
}

/// A word that names no builder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no builder: write buildkit or classic")]
pub struct UnknownBuilder(String);

impl std::str::FromStr for Builder {
    type Err = UnknownBuilder;

    fn from_str(text: &str) -> Result<Self, UnknownBuilder> {
        [Self::Buildkit, Self::Classic]
            .into_iter()
            .find(|one| one.word() == text)
            .ok_or_else(|| UnknownBuilder(text.to_owned()))
    }
}

/// How an image is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildSettings {
    /// Who builds.
    pub builder: Builder,
    /// The build arguments; none of them is a secret.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// The stage at which it ends; none for the last.
    #[serde(default)]
    pub target: Option<String>,
    /// Whether nothing of earlier builds is used again.
    #[serde(default)]
    pub no_cache: bool,
    /// The network of its steps; none for the engine's usual one.
    #[serde(default)]
    pub network: Option<String>,
    /// The moment that everything in the image is given, in seconds since 1970; none where nobody said one.
    #[serde(default)]
    pub epoch: Option<i64>,
}
