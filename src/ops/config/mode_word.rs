//! The mode of a push as a word of the config.

use crate::model::plan::{Mode, ModeChoice};
use serde::{Deserialize, Serialize};

/// A mode, or the best that a host allows. An enum of its own, so that a wrong word is answered with the nearest right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ModeWord {
    Best,
    Full,
    Layers,
    Delta,
}

impl From<ModeWord> for ModeChoice {
    fn from(word: ModeWord) -> Self {
        match word {
            ModeWord::Best => Self::Best,
            ModeWord::Full => Self::Only(Mode::Full),
            ModeWord::Layers => Self::Only(Mode::Layers),
            ModeWord::Delta => Self::Only(Mode::Delta),
        }
    }
}

impl From<ModeChoice> for ModeWord {
    fn from(choice: ModeChoice) -> Self {
        match choice {
            ModeChoice::Best => Self::Best,
            ModeChoice::Only(Mode::Full) => Self::Full,
            ModeChoice::Only(Mode::Layers) => Self::Layers,
            ModeChoice::Only(Mode::Delta) => Self::Delta,
        }
    }
}
