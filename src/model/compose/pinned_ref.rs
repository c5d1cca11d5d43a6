//! What a pin names: an image by its tag, and by its digest where a registry gave it one.

use crate::model::names::{Digest, ImageName, ImageRef, InvalidName, Tag};
use serde::{Deserialize, Serialize};

/// `NAME:TAG` or `NAME:TAG@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PinnedRef {
    /// The name and the tag.
    pub reference: ImageRef,
    /// The digest that a registry knows it by; an image that was loaded has none.
    pub digest: Option<Digest>,
}

impl PinnedRef {
    /// Accepts a name with a tag, with or without a digest behind it.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(Digest::parse(digest)?)),
            None => (text, None),
        };
        Ok(Self {
            reference: ImageRef::parse(name)?,
            digest,
        })
    }

    /// The same, and a tag alone, which is one of `image`: engines would take it for the name of a repository.
    pub fn expand(text: &str, image: &ImageName) -> Result<Self, InvalidName> {
        if is_bare_tag(text) && text != image.as_str() {
            return Ok(image.with_tag(Tag::parse(text)?).into());
        }
        Self::parse(text)
    }
}

/// Whether engines would read a text as the repository of that name, though it has the form of a tag.
pub fn is_bare_tag(text: &str) -> bool {
    !text.contains(['/', ':', '@']) && Tag::parse(text).is_ok()
}

impl From<ImageRef> for PinnedRef {
    fn from(reference: ImageRef) -> Self {
        Self {
            reference,
            digest: None,
        }
    }
}

impl std::fmt::Display for PinnedRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.reference)?;
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for PinnedRef {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::parse(&text)
    }
}

impl From<PinnedRef> for String {
    fn from(pinned: PinnedRef) -> Self {
        pinned.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{PinnedRef, is_bare_tag};
    use crate::model::names::ImageName;

    #[test]
    fn a_bare_tag_is_a_tag_of_the_projects_image_and_never_a_repository() {
        let image = ImageName::parse("ghcr.io/o/agents").unwrap();
        let digest = format!("ghcr.io/o/agents:v1@sha256:{}", "ab".repeat(32));
        for (text, full) in [
            ("v0.1.1", "ghcr.io/o/agents:v0.1.1"),
            ("latest", "ghcr.io/o/agents:latest"),
            ("other:v1", "other:v1"),
            (digest.as_str(), digest.as_str()),
        ] {
            assert_eq!(PinnedRef::expand(text, &image).unwrap().to_string(), full);
        }
        for bad in [
            "",
            "ghcr.io/o/agents",
            "a:b:c",
            "x:v1@sha256:12",
            "x:v1@",
            "-v1",
            "v 1",
            "x:v1\n",
        ] {
            assert!(PinnedRef::expand(bad, &image).is_err(), "{bad:?}");
        }
        let convocate = ImageName::convocate();
        assert!(
            PinnedRef::expand("convocate", &convocate).is_err(),
            "the name without a tag"
        );
    }

    #[test]
    fn what_engines_take_for_a_repository_is_told_apart() {
        for (text, is_bare) in [
            ("v0.1.1", true),
            ("agents", true),
            ("a/b", false),
            ("a:v1", false),
            ("", false),
        ] {
            assert_eq!(is_bare_tag(text), is_bare, "{text:?}");
        }
    }
}
