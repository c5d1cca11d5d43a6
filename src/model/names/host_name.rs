//! The name of an agent host: what the operator calls it in the config, on the screen and on the command line.

use super::{InvalidName, text_form};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// A host as the operator names it; its SSH address is a setting of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

const RULE: &str = "1 to 63 letters, digits, '.', '_' or '-', starting with a letter or digit";

/// How the source is written. It is no host name.
const SOURCE: &str = "(source)";

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

    /// The source, as what a job works on: the engine that images come from, which is no host. No host can be configured by this
    /// name, because parsing refuses it.
    pub fn source() -> Self {
        Self(SOURCE.to_owned())
    }

    /// Whether it stands for the source.
    pub fn is_source(&self) -> bool {
        self.0 == SOURCE
    }

    /// The host; none where it stands for the source, as a failure says where it was.
    pub fn unless_source(&self) -> Option<Self> {
        (!self.is_source()).then(|| self.clone())
    }

    /// Reads a name that tagboat wrote itself, in a journal or to another process: there the source is one, too.
    pub fn deserialize_or_source<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == SOURCE {
            Ok(Self::source())
        } else {
            Self::parse(&text).map_err(D::Error::custom)
        }
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
    fn no_host_can_be_called_as_the_source_is_written() {
        let source = HostName::source();
        assert!(source.is_source() && !HostName::local().is_source());
        assert!(HostName::parse(source.as_str()).is_err());
        let text = serde_json::to_string(&source).unwrap();
        assert!(serde_json::from_str::<HostName>(&text).is_err());
        assert_eq!(
            (source.unless_source(), HostName::local().unless_source()),
            (None, Some(HostName::local()))
        );
    }

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
