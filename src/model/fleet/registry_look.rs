//! What a registry has under a tag, beside what the source engine has, as it was when it was asked for a plan.

use super::SourceImage;
use crate::model::failure::Refusal;
use crate::model::names::{Digest, ImageId, ImageRef, RegistryTag};
use serde::{Deserialize, Serialize};

/// One look at a registry for one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegistryLook {
    /// The tag at the source.
    pub reference: ImageRef,
    /// The image that this names there; none where there is no such tag.
    pub image: Option<SourceImage>,
    /// What it is, or would be, published as.
    pub to: RegistryTag,
    /// What the source engine has under that name.
    pub name_here: Option<ImageId>,
    /// What the registry has under that name, or why that is not known.
    pub there: Result<There, Refusal>,
}

/// What a registry has under a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "has", content = "digest", rename_all = "snake_case")]
pub enum There {
    /// Nothing.
    Nothing,
    /// The image itself, under this digest.
    Same(Digest),
    /// Another image, or one of which nothing is known here.
    Other(Digest),
    /// It does not tell: some registries say of a repository that is not there yet that nobody may look at it.
    Untold,
}

impl There {
    /// The digest of the image itself, where it is there.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Same(digest) => Some(digest),
            Self::Nothing | Self::Other(_) | Self::Untold => None,
        }
    }
}
