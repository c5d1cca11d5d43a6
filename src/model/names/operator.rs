//! Who acts, and from where: the name that leases, stamps and journals carry.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// `user@machine`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Operator(String);

impl Operator {
    /// Accepts 1 to 100 of `[A-Za-z0-9._@-]`: the history file is tab-separated and read by shell scripts.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
        if (1..=100).contains(&text.len()) && text.chars().all(allowed) && !text.starts_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new(
                "operator",
                text,
                "1 to 100 letters, digits, '.', '_', '-' or '@'",
            ))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(Operator);
