//! A text of a template with placeholders in it, read once and filled in for each session.

use super::Bindings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text such as `/home/claude/{id}`. `{{` and `}}` stand for the braces themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Filled(Placeholder),
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// `{id}`: what is the session's own in its name.
    Id,
    /// `{short}`: the first 8 characters of it.
    Short,
    /// `{name}`: the name of the session.
    Name,
    /// `{host}`: what the operator calls the host.
    Host,
    /// `{host_ipv4}`: the host's first address that is not its own loop.
    HostIpv4,
    /// `{uid_of:USER}`: the number of a user of the host.
    UidOf(String),
    /// `{gid_of:USER}`: the number of that user's group.
    GidOf(String),
    /// Any other word: a value of the template.
    Value(String),
}

/// What a host told for the placeholders that only it can fill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(pub BTreeMap<Placeholder, String>);

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// A brace without its other one.
    #[error(
        "{0:?} has a brace that is not closed or not opened; write {{{{ and }}}} for braces that mean themselves"
    )]
    Brace(String),
    /// A word in braces that is no name.
    #[error(
        "{{{0}}} is no placeholder: it is a word of lower-case letters, digits and '_', or uid_of:USER or gid_of:USER"
    )]
    Word(String),
    /// A control character.
    #[error("{0:?} holds a control character")]
    Control(String),
}

impl Placeholder {
    fn read(word: &str) -> Option<Self> {
        let is_user = |user: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            (1..=32).contains(&user.len()) && !user.starts_with('-') && user.chars().all(allowed)
        };
        Some(match (word, word.split_once(':')) {
            ("id", _) => Self::Id,
            ("short", _) => Self::Short,
            ("name", _) => Self::Name,
            ("host", _) => Self::Host,
            ("host_ipv4", _) => Self::HostIpv4,
            (_, Some(("uid_of", user))) if is_user(user) => Self::UidOf(user.to_owned()),
            (_, Some(("gid_of", user))) if is_user(user) => Self::GidOf(user.to_owned()),
            (key, None) if is_key(key) => Self::Value(key.to_owned()),
            _ => return None,
        })
    }

    /// Whether only the host can tell it.
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::HostIpv4 | Self::UidOf(_) | Self::GidOf(_))
    }
}

impl std::fmt::Display for Placeholder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id => f.write_str("{id}"),
            Self::Short => f.write_str("{short}"),
            Self::Name => f.write_str("{name}"),
            Self::Host => f.write_str("{host}"),
            Self::HostIpv4 => f.write_str("{host_ipv4}"),
            Self::UidOf(user) => write!(f, "{{uid_of:{user}}}"),
            Self::GidOf(user) => write!(f, "{{gid_of:{user}}}"),
            Self::Value(key) => write!(f, "{{{key}}}"),
        }
    }
}

/// Whether a word can name a value of a template: `[a-z][a-z0-9_]*`.
pub fn is_key(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.len() <= 32
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl Pattern {
    /// Reads a text with placeholders.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        if text.chars().any(char::is_control) {
            return Err(BadPattern::Control(text.to_owned()));
        }
        let brace = || BadPattern::Brace(text.to_owned());
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                plain.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let (word, after) = from
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or_else(brace)?;
            let filled = Placeholder::read(word).ok_or_else(|| BadPattern::Word(word.to_owned()))?;
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Filled(filled));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self {
            text: text.to_owned(),
            pieces,
        })
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is to be filled in.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Filled(placeholder) => Some(placeholder),
            Piece::Text(_) => None,
        })
    }

    /// What stands before the first placeholder.
    pub fn beginning(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// What stands behind the last placeholder; empty where there is none.
    pub fn ending(&self) -> &str {
        match self.pieces.as_slice() {
            [_, .., Piece::Text(text)] => text,
            _ => "",
        }
    }

    /// The text with everything filled in, or the placeholder that nothing is known for.
    pub fn fill(&self, bindings: &Bindings, answers: &Answers) -> Result<String, Placeholder> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Filled(placeholder) => {
                    let found = bindings
                        .value(placeholder)
                        .or_else(|| answers.0.get(placeholder).cloned());
                    filled.push_str(&found.ok_or_else(|| placeholder.clone())?);
                }
            }
        }
        Ok(filled)
    }
}

impl TryFrom<String> for Pattern {
    type Error = BadPattern;

    fn try_from(text: String) -> Result<Self, BadPattern> {
        Self::parse(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

#[cfg(test)]
mod tests {
    use super::{Answers, Pattern, Placeholder};
    use crate::model::names::{HostName, SessionName};
    use crate::model::template::Bindings;
    use std::collections::BTreeMap;

    fn bindings() -> Bindings {
        Bindings {
            id: "0123456789ab".to_owned(),
            name: SessionName::parse("agent-0123456789ab").unwrap(),
            host: HostName::parse("eu-01").unwrap(),
            values: BTreeMap::from([("project".to_owned(), "{id}".to_owned())]),
        }
    }

    fn filled(text: &str) -> Result<String, Placeholder> {
        let answers = Answers(BTreeMap::from([(
            Placeholder::UidOf("claude".into()),
            "1337".into(),
        )]));
        Pattern::parse(text).unwrap().fill(&bindings(), &answers)
    }

    #[test]
    fn placeholders_are_filled_and_what_was_filled_in_is_not_read_again() {
        for (text, expected) in [
            ("/home/{id}/x", "/home/0123456789ab/x"),
            ("c-{short}@{host}", "c-01234567@eu-01"),
            ("{name}", "agent-0123456789ab"),
            ("{project}", "{id}"),
            ("{uid_of:claude}", "1337"),
            ("a{{b}}", "a{b}"),
            ("", ""),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_nothing_is_known_for_is_named() {
        assert_eq!(filled("{host_ipv4}"), Err(Placeholder::HostIpv4));
        assert_eq!(filled("{nothing}").unwrap_err().to_string(), "{nothing}");
    }

    #[test]
    fn a_brace_or_a_word_that_means_nothing_is_refused() {
        for bad in [
            "{",
            "}",
            "{id",
            "{Id}",
            "{uid_of:}",
            "{uid_of:-x}",
            "{a b}",
            "a\nb",
            "{}",
            "{a:b}",
        ] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
