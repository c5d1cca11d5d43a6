//! The words of the domain as types: each is validated where it is parsed and never holds anything else.

mod compose;
mod container;
mod digest;
mod host_name;
mod image_ref;
mod job_id;
mod operator;
mod registry;
mod session_label;
mod session_name;
mod unit_name;

pub use compose::{PinKey, ProjectName, ProjectPath, ServiceName};
pub use container::ContainerId;
pub use digest::{Digest, ImageId};
pub use host_name::HostName;
pub use image_ref::{ImageName, ImageRef, Tag};
pub use job_id::JobId;
pub use operator::Operator;
pub use registry::{RegistryDigest, RegistryHost, RegistryRepository, RegistryTag};
pub use session_label::SessionLabel;
pub use session_name::{ContainerRole, SessionName};
pub use unit_name::UnitName;

/// Why a text is not the name it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a valid {kind}: {rule}")]
pub struct InvalidName {
    /// What the text was taken for, in the words of the interface.
    pub kind: &'static str,
    /// The text, as it was given.
    pub text: String,
    /// The rule that it breaks.
    pub rule: &'static str,
}

impl InvalidName {
    fn new(kind: &'static str, text: &str, rule: &'static str) -> Self {
        Self {
            kind,
            text: text.to_owned(),
            rule,
        }
    }
}

/// Gives a newtype over `String` its text forms: `Display`, `FromStr` by its `parse`, and serde as that text.
macro_rules! text_form {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::model::names::InvalidName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::model::names::InvalidName;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.as_str().to_owned()
            }
        }
    };
}
use text_form;
