//! The reference under which an image is loaded until it is confirmed.

use crate::model::fleet::{STAGING_IMAGE, SourceImage};
use crate::model::names::{ImageName, ImageRef, Tag};

/// The reference that an image is loaded under until it is confirmed: `tagboat-staging:<first 12 hex of its id>`.
pub fn staging_reference(image: &SourceImage) -> Option<ImageRef> {
    // Neither can fail; there is no way to say so without a panic.
    let name = ImageName::parse(STAGING_IMAGE).ok()?;
    Some(name.with_tag(Tag::parse(image.id.short()).ok()?))
}
