//! How an image goes to a host (DESIGN section 5).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What of an image is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// All of it.
    Full,
    /// The layers that the host lacks.
    Layers,
    /// What changed in those layers, against an image that the host has.
    Delta,
}

impl Mode {
    /// The mode as one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Layers => "layers",
            Self::Delta => "delta",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Which mode the operator wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeChoice {
    /// The best that a host allows; where one fails, the next.
    #[default]
    Best,
    /// This one and no other.
    Only(Mode),
}

impl fmt::Display for ModeChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Best => f.pad("best"),
            Self::Only(mode) => mode.fmt(f),
        }
    }
}

/// A word that is no mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no mode: best, full, layers or delta")]
pub struct UnknownMode(String);

impl FromStr for ModeChoice {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "best" => Ok(Self::Best),
            "full" => Ok(Self::Only(Mode::Full)),
            "layers" => Ok(Self::Only(Mode::Layers)),
            "delta" => Ok(Self::Only(Mode::Delta)),
            other => Err(UnknownMode(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ModeChoice;

    #[test]
    fn a_choice_is_read_as_it_is_shown() {
        for word in ["best", "full", "layers", "delta"] {
            assert_eq!(word.parse::<ModeChoice>().unwrap().to_string(), word);
        }
        assert!("fast".parse::<ModeChoice>().is_err());
    }
}
