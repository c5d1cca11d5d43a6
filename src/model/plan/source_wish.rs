//! Changes of the source that are wanted: what must be looked at before one of them can be planned, and the plan that came of it.

use super::{BuildWish, Plan, PublishIntent};
use crate::model::failure::Refusal;
use crate::model::names::RegistryTag;

/// What is wanted. The engine looks at the context, at the builder, at the source engine and at the registry, and plans it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceWish {
    /// An image from a context.
    Build {
        /// What is built.
        build: BuildWish,
        /// Whether a tag that is there may be moved.
        replace_tag: bool,
    },
    /// A version of a project.
    Release(Box<ReleaseWish>),
    /// An image in a registry.
    Publish(PublishIntent),
}

/// A version of a project that is to be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseWish {
    /// What is built; its tag is the version.
    pub build: BuildWish,
    /// The file that says the version; none for one of the context.
    pub version_from: Option<String>,
    /// Whether a tree that is not as committed is good enough.
    pub allow_dirty: bool,
    /// The contract that the image must meet, by its name.
    pub contract: Option<String>,
    /// Whether it is released all the same if it breaks some of it.
    pub allow_failing: bool,
    /// As what it is published; none to publish it nowhere.
    pub to: Option<RegistryTag>,
}

/// What came of a wish.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// What was wanted.
    pub wish: SourceWish,
    /// The plan, or why there is none.
    pub plan: Result<Plan, Refusal>,
}

impl std::fmt::Display for SourceWish {
    /// `release convocate:v1.2.0`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Build { build, .. } => write!(f, "build {}", build.reference),
            Self::Release(wish) => write!(f, "release {}", wish.build.reference),
            Self::Publish(intent) => write!(f, "publish {}", intent.reference),
        }
    }
}
