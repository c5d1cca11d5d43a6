//! The id that an engine gives to one container; a session outlives many of them.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContainerId(String);

impl ContainerId {
    /// Accepts a full container id, never a prefix of one: two containers may share a prefix.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        if text.len() == 64
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("container id", text, "64 hex digits"))
        }
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, as Docker shows it.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

text_form!(ContainerId);
