//! A finished archive: a file here, and what is known of it.

use super::codec::Codec;
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageName, ImageRef, Tag};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The archive of one image, compressed, checked, and complete on this machine's disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Where it is.
    pub path: PathBuf,
    /// What is known of it.
    pub facts: ArchiveFacts,
}

/// What is known of an archive; kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFacts {
    /// The version of the form that [`super::rewrite`] writes; an archive of another form is made anew.
    pub form: u32,
    /// Its compression.
    pub codec: Codec,
    /// Its length in bytes.
    pub size: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// The image's config digest: its id on a classic store.
    pub config: Digest,
    /// The image's manifest digest: its id on a containerd store.
    pub manifest: Digest,
    /// The image's layers, base first.
    pub layers: Vec<Digest>,
    /// The reference that it loads under.
    pub staging: ImageRef,
}

impl ArchiveFacts {
    /// The form that this version writes.
    pub const FORM: u32 = 1;
}

/// The reference that an image is loaded under until it is confirmed: `tagboat-staging:<first 12 hex of its id>`.
pub fn staging_reference(image: &SourceImage) -> Option<ImageRef> {
    // Neither can fail; there is no way to say so without a panic.
    let name = ImageName::parse("tagboat-staging").ok()?;
    Some(name.with_tag(Tag::parse(image.id.short()).ok()?))
}
