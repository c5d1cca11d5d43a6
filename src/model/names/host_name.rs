//! The name of an agent host: what the operator calls it in the config, on the screen and on the command line.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// A host as the operator names it; its SSH address is a setting of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

const RULE: &str = "1 to 63 letters, digits, '.', '_' or '-', starting with a letter or digit";

impl HostName {
    /// The name of the engine on the operator's own machine when no host is configured.
    pub const LOCAL: &'static str = "local";

    /// Accepts 1 to 63 of `[A-Za-z0-9._-]`, the first a letter or digit, so that a name can never be an option of ssh.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if starts_well && text.len() <= 63 && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("host name", text, RULE))
        }
    }

    /// The host `local`: the engine on the operator's own machine.
    pub fn local() -> Self {
        Self(Self::LOCAL.to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(HostName);

#[cfg(test)]
mod tests {
    use super::HostName;

    #[test]
    fn a_host_name_can_never_be_read_as_an_option_or_a_path() {
        for bad in [
            "",
            "-oProxyCommand=x",
            ".hidden",
            "a/b",
            "a b",
            "a;b",
            "a\nb",
            &"x".repeat(64),
        ] {
            assert!(HostName::parse(bad).is_err(), "{bad:?} was accepted");
        }
        for good in ["eu-01", "lab-1", "10.0.0.7", "a_b.example"] {
            assert_eq!(HostName::parse(good).unwrap().as_str(), good);
        }
    }
}
