//! The stamp of a host, the file that holds its active tag, and the history of what was stamped.

use crate::model::names::{ImageName, ImageRef, InvalidName, Tag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is known of a host's stamp.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stamp", content = "value", rename_all = "snake_case")]
pub enum Stamp {
    /// Not read yet.
    #[default]
    Unknown,
    /// There is no such file.
    Missing,
    /// The file is there and cannot be used; nothing is pruned on such a host.
    Unreadable(String),
    /// The active tag.
    Active(ImageRef),
}

impl Stamp {
    /// Reads the content of a stamp file: a full reference, or a bare tag of `image`.
    pub fn read(content: &str, image: &ImageName) -> Self {
        let line = content.trim();
        let parsed = if line.contains(':') {
            ImageRef::parse(line)
        } else {
            Tag::parse(line).map(|tag| image.with_tag(tag))
        };
        match parsed {
            Ok(reference) => Self::Active(reference),
            Err(InvalidName { rule, .. }) => {
                Self::Unreadable(format!("it holds {line:?}, which is not {rule}"))
            }
        }
    }

    /// The active tag, where it is known.
    pub fn active(&self) -> Option<&ImageRef> {
        match self {
            Self::Active(reference) => Some(reference),
            _ => None,
        }
    }

    /// Why there is no active tag, in one line.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Active(_) => None,
            Self::Unknown => Some("the stamp was not read yet".to_owned()),
            Self::Missing => Some("there is no stamp file".to_owned()),
            Self::Unreadable(why) => Some(format!("the stamp cannot be read: {why}")),
        }
    }
}

/// One line of a host's image history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampRecord {
    /// When it was stamped, by the host's clock.
    pub at: Timestamp,
    /// Who stamped it.
    pub operator: String,
    /// What was stamped.
    pub reference: ImageRef,
    /// The image that it named then.
    pub image_id: String,
    /// The job that did it.
    pub job: String,
}

impl StampRecord {
    /// Reads one tab-separated line of the history file; a line that it does not understand is skipped by the caller.
    pub fn read(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        Some(Self {
            at: fields.next()?.parse().ok()?,
            operator: fields.next()?.to_owned(),
            reference: ImageRef::parse(fields.next()?).ok()?,
            image_id: fields.next()?.to_owned(),
            job: fields.next()?.trim_end().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Stamp, StampRecord};
    use crate::model::names::ImageName;

    #[test]
    fn a_stamp_is_a_full_reference_or_a_bare_tag() {
        let image = ImageName::parse("convocate").unwrap();
        for content in ["convocate:v3.1.0\n", "v3.1.0\n", "  v3.1.0 "] {
            assert_eq!(
                Stamp::read(content, &image).active().unwrap().to_string(),
                "convocate:v3.1.0"
            );
        }
    }

    #[test]
    fn a_stamp_that_is_not_a_tag_is_unreadable_and_says_what_it_holds() {
        let image = ImageName::parse("convocate").unwrap();
        for content in ["", "two words", "a:b:c", "\u{1b}[31m"] {
            assert!(
                matches!(Stamp::read(content, &image), Stamp::Unreadable(_)),
                "{content:?}"
            );
        }
    }

    #[test]
    fn a_history_line_reads_back_and_a_damaged_one_is_skipped() {
        let line = "2026-11-20T10:00:00Z\tme@desk\tconvocate:v1.0.0\tsha256:ab\t20261120-100000-0001";
        assert_eq!(
            StampRecord::read(line).unwrap().reference.to_string(),
            "convocate:v1.0.0"
        );
        assert_eq!(StampRecord::read("2026-11-20T10:00:00Z\tme"), None);
    }
}
