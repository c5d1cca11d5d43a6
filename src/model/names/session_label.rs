//! The label that an operator gives to a session: what is shown beside its name, and nothing else hangs on it.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// 1 to 64 letters, digits, spaces, `_`, `.` or `-`, not blank: the rule of the agents' own session names (research/seeds.md 1.6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionLabel(String);

const RULE: &str = "1 to 64 letters, digits, spaces, '_', '.' or '-', with one that is no space at each end";

impl SessionLabel {
    /// Accepts a label; spaces around it are no part of it and are refused, so that two labels that look alike are alike.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | '-');
        if (1..=64).contains(&text.len()) && text.trim() == text && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("session label", text, RULE))
        }
    }

    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(SessionLabel);

#[cfg(test)]
mod tests {
    use super::SessionLabel;

    #[test]
    fn a_label_is_one_readable_line_without_anything_that_a_file_or_a_shell_would_misread() {
        for good in ["web", "Web worker 7", "a.b_c-d"] {
            assert_eq!(SessionLabel::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            " ",
            " web",
            "web ",
            "a\tb",
            "a\nb",
            "a;b",
            "ü",
            &"x".repeat(65),
        ] {
            assert!(SessionLabel::parse(bad).is_err(), "{bad:?}");
        }
    }
}
