//! What was published to registries from this machine: which image, under which tag and digest, and when.

use super::{ContentId, Fleet};
use crate::model::names::{Digest, ImageId, ImageRef, JobId, RegistryTag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// When.
    pub time: Timestamp,
    /// By which job.
    pub job: JobId,
    /// The tag at the source.
    pub reference: ImageRef,
    /// What the source engine calls the image.
    pub image_id: ImageId,
    /// What is in it.
    pub content: ContentId,
    /// Under which tag it was published.
    pub published: RegistryTag,
    /// The digest that the registry has it under.
    pub digest: Digest,
}

impl Fleet {
    /// Whether the tag of a publication was given to another image since, from here. Its digest stays what it was.
    pub fn is_tag_moved(&self, publication: &Publication) -> bool {
        let mut under_tag = self.source.published.iter();
        let last = under_tag.find(|one| one.published == publication.published);
        last.is_some_and(|last| last.content != publication.content)
    }
}
