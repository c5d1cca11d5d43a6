//! Images: on a host, and at the source of a push.

use super::Platform;
use crate::model::names::{Digest, ImageId, ImageRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A digest over an image's layers and the part of its config that a container gets: the same in every image store.
///
/// Engines name one image differently on the classic and the containerd store; this does not differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentId(pub Digest);

/// What an image is called on a host from its load until it is confirmed.
pub const STAGING_IMAGE: &str = "tagboat-staging";

/// An image on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostImage {
    /// The host engine's id of it.
    pub id: ImageId,
    /// What is in it; none when it could not be inspected.
    pub content: Option<ContentId>,
    /// The digests of its uncompressed layers, base first; empty when they are not known.
    #[serde(default)]
    pub layers: Vec<Digest>,
    /// All references of it, of whatever image name, sorted; empty for an untagged leftover.
    pub references: Vec<ImageRef>,
    /// Size in bytes, as the engine counts it.
    pub size: u64,
    /// When it was built.
    pub created_at: Option<Timestamp>,
    /// Whether it was an image of this profile before it lost its tag; only then may a prune remove it untagged.
    pub is_managed_leftover: bool,
}

impl HostImage {
    /// Whether only the tag of a push that did not come to its end names it: it may be half an image.
    pub fn is_unconfirmed(&self) -> bool {
        let mut references = self.references.iter();
        !self.references.is_empty() && references.all(|one| one.image.as_str() == STAGING_IMAGE)
    }
}

/// A tagged image at the source engine, with what a push plan must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceImage {
    /// The source engine's id of it.
    pub id: ImageId,
    /// What is in it.
    pub content: ContentId,
    /// What it runs on.
    pub platform: Platform,
    /// Uncompressed size in bytes.
    pub size: u64,
    /// The digests of its uncompressed layers, base first.
    pub layers: Vec<Digest>,
    /// When it was built.
    pub created_at: Option<Timestamp>,
}
