//! The env file of a project as its operator gave it. It may hold secrets.

use crate::model::secret::Hidden;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An env file that is given along. Its text goes to the host and nowhere else: of a plan that was kept or printed, only that there
/// was one is left.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenEnv {
    #[serde(skip)]
    text: Option<Hidden>,
}

impl GivenEnv {
    /// One with this text.
    pub fn new(text: String) -> Self {
        Self {
            text: Some(Hidden::new(text)),
        }
    }

    /// Its text; none after it was kept with a plan.
    pub fn look(&self) -> Option<&str> {
        self.text.as_ref().map(Hidden::look)
    }
}

impl fmt::Debug for GivenEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenEnv")
    }
}
