//! Image names, tags, and the reference that joins them: `convocate:v3.1.0`.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// The repository name that sessions run, such as `convocate` or `ghcr.io/team/agents`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageName(String);

const NAME_RULE: &str = "lower-case letters, digits and '.', '_', '-', '/' between them, at most 200 characters; \
                         a registry host may come first";

impl ImageName {
    /// Accepts the distribution grammar: path components of `[a-z0-9]` with separators, optionally behind `host[:port]/`.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let (registry, path) = split_registry(text);
        let registry_ok = registry.is_none_or(|r| {
            r.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'))
                && r.starts_with(|c: char| c.is_ascii_alphanumeric())
        });
        if text.len() <= 200 && registry_ok && path.split('/').all(is_path_component) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("image name", text, NAME_RULE))
        }
    }

    /// The image of the default profile.
    pub fn convocate() -> Self {
        Self("convocate".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How its archives begin in a staging directory: `convocate-image-`.
    pub fn staged_prefix(&self) -> String {
        format!("{}-image-", self.0.replace(['/', ':'], "-"))
    }

    /// The reference to one tag of this image.
    pub fn with_tag(&self, tag: Tag) -> ImageRef {
        ImageRef {
            image: self.clone(),
            tag,
        }
    }
}

text_form!(ImageName);

/// `host[:port]` is a registry only where it looks like one: a dot, a port, or `localhost`.
fn split_registry(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
        _ => (None, text),
    }
}

fn is_path_component(part: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let inner = |c: char| edge(c) || matches!(c, '.' | '_' | '-');
    part.starts_with(edge) && part.ends_with(edge) && part.chars().all(inner)
}

/// The version label of an image: `v3.1.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

const TAG_RULE: &str = "1 to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-'";

impl Tag {
    /// Accepts Docker's tag grammar `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if starts_well && text.len() <= 128 && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("tag", text, TAG_RULE))
        }
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(Tag);

/// An image name and a tag; the whole of what a stamp holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageRef {
    /// The repository name.
    pub image: ImageName,
    /// The version label.
    pub tag: Tag,
}

impl ImageRef {
    /// Accepts `name:tag`; a name without a tag is refused, because what it would mean changes over time.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName::new("image reference", text, "an image name, ':' and a tag");
        let (name, tag) = text.rsplit_once(':').ok_or_else(invalid)?;
        if tag.contains('/') {
            return Err(invalid());
        }
        Ok(Self {
            image: ImageName::parse(name)?,
            tag: Tag::parse(tag)?,
        })
    }
}

impl std::fmt::Display for ImageRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.image, self.tag)
    }
}

impl std::str::FromStr for ImageRef {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ImageRef {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::parse(&text)
    }
}

impl From<ImageRef> for String {
    fn from(reference: ImageRef) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageName, ImageRef, Tag};

    #[test]
    fn a_reference_splits_into_its_name_and_its_tag() {
        for (text, name, tag) in [
            ("convocate:v3.1.0", "convocate", "v3.1.0"),
            ("ghcr.io/team/agents:v0.1.1", "ghcr.io/team/agents", "v0.1.1"),
            ("localhost:5000/convocate:dev", "localhost:5000/convocate", "dev"),
        ] {
            let reference = ImageRef::parse(text).unwrap();
            assert_eq!((reference.image.as_str(), reference.tag.as_str()), (name, tag));
            assert_eq!(reference.to_string(), text);
        }
    }

    #[test]
    fn a_reference_without_a_tag_is_refused_instead_of_meaning_latest() {
        for bad in [
            "convocate",
            "localhost:5000/convocate",
            "convocate:",
            ":v1",
            "convocate:v1:v2",
        ] {
            assert!(ImageRef::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_and_tags_that_a_shell_or_an_engine_would_misread_are_refused() {
        for bad in ["Convocate", "-x", "a//b", "a b", "a;rm", "", "a-", "../x"] {
            assert!(ImageName::parse(bad).is_err(), "{bad}");
        }
        for bad in ["", ".v1", "-v1", "v 1", "v1;x", "v/1", &"v".repeat(129)] {
            assert!(Tag::parse(bad).is_err(), "{bad}");
        }
    }
}
