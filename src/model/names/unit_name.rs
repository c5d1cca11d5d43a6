//! The name of a systemd unit, which is the name of its file too.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// Such as `convocate-sessions.slice`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitName(String);

const RULE: &str =
    "letters, digits, '_', '-' and '.', with the ending .service, .slice, .timer, .path, .socket or .target";

/// The kinds of units that a host may be given.
const KINDS: [&str; 6] = [".service", ".slice", ".timer", ".path", ".socket", ".target"];

impl UnitName {
    /// Accepts a plain name of one of the kinds; those of tagboat itself are not for others.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let stem = KINDS.iter().find_map(|kind| text.strip_suffix(kind));
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let is_plain = stem.is_some_and(|stem| {
            stem.starts_with(|c: char| c.is_ascii_alphanumeric()) && stem.chars().all(allowed)
        });
        if is_plain && text.len() <= 200 && !text.starts_with("tagboat-") {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("unit name", text, RULE))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(UnitName);

#[cfg(test)]
mod tests {
    use super::UnitName;

    #[test]
    fn a_unit_is_named_plainly_and_by_its_kind() {
        for (name, fits) in [
            ("convocate-sessions.slice", true),
            ("agent.service", true),
            ("agent", false),
            (".service", false),
            ("../agent.service", false),
            ("a b.service", false),
            ("-.slice", false),
            ("agent@1.service", false),
            ("tagboat-restarts.service", false),
            ("agent.mount", false),
        ] {
            assert_eq!(UnitName::parse(name).is_ok(), fits, "{name}");
        }
    }
}
