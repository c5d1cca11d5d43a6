//! Where images are built, and what becomes of them there at once.

use crate::ops::docker::source_address;

/// Where images are built.
#[derive(Debug, Clone)]
pub(crate) struct BuildPlace {
    /// Where the source engine is, for programs of this machine.
    pub(crate) engine: String,
    /// Whether what was built is taken in at once.
    pub(crate) takes_in: bool,
}

impl BuildPlace {
    /// The engine that `DOCKER_HOST` names.
    pub(crate) fn of(docker_host: Option<&str>, takes_in: bool) -> Self {
        Self {
            engine: source_address(docker_host).to_owned(),
            takes_in,
        }
    }
}
