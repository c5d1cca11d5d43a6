//! The words of a Compose project: they come from the labels of its containers, so from a host, and are checked like any data.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// A Compose project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectName(String);

impl ProjectName {
    /// Accepts Compose's grammar `[a-z0-9][a-z0-9_-]*`.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let rule = "up to 200 lower-case letters, digits, '_' or '-', starting with a letter or digit";
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        let starts_well = !text.starts_with(['_', '-']);
        if starts_well && (1..=200).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("Compose project", text, rule))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(ProjectName);

/// A service of a Compose project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceName(String);

impl ServiceName {
    /// Accepts Compose's grammar `[a-zA-Z0-9._-]+`, but nothing that a command would take for an option.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let rule = "up to 200 letters, digits, '_', '.' or '-', not starting with '-'";
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if !text.starts_with('-') && (1..=200).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("Compose service", text, rule))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(ServiceName);

/// The variable that pins the image of a project's services, such as `AGENTS_IMAGE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PinKey(String);

impl PinKey {
    /// Accepts the name of an environment variable.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let rule = "up to 100 letters, digits or '_', not starting with a digit";
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let starts_well = !text.starts_with(|c: char| c.is_ascii_digit());
        if starts_well && (1..=100).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("variable", text, rule))
        }
    }

    /// The variable of projects that say nothing else.
    pub fn agents_image() -> Self {
        Self("AGENTS_IMAGE".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(PinKey);

/// A file or folder of a Compose project on its host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectPath(String);

impl ProjectPath {
    /// Accepts an absolute path that does not climb and holds no control character.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let rule = "an absolute path of at most 1000 bytes, without '..' and control characters";
        let is_absolute = text.starts_with('/') && text.len() > 1 && text.len() <= 1000;
        let is_plain = !text.chars().any(char::is_control) && text.split('/').all(|part| part != "..");
        if is_absolute && is_plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("path", text, rule))
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(ProjectPath);

#[cfg(test)]
mod tests {
    use super::{PinKey, ProjectName, ProjectPath, ServiceName};

    #[test]
    fn what_no_command_would_misread_is_a_name() {
        for (text, project, service, key) in [
            ("agents", true, true, true),
            ("agents-2", true, true, false),
            ("Agents_X", false, true, true),
            ("a.b", false, true, false),
            ("2x", true, true, false),
            ("-f", false, false, false),
            ("a b", false, false, false),
            ("a;b", false, false, false),
            ("", false, false, false),
        ] {
            assert_eq!(ProjectName::parse(text).is_ok(), project, "{text:?}");
            assert_eq!(ServiceName::parse(text).is_ok(), service, "{text:?}");
            assert_eq!(PinKey::parse(text).is_ok(), key, "{text:?}");
        }
    }

    #[test]
    fn a_path_is_absolute_and_does_not_climb() {
        for (text, fits) in [
            ("/srv/factory/docker compose.yml", true),
            ("compose.yml", false),
            ("-", false),
            ("/", false),
            ("/srv/../etc/shadow", false),
            ("/srv/a\nb", false),
        ] {
            assert_eq!(ProjectPath::parse(text).is_ok(), fits, "{text:?}");
        }
    }
}
