//! Registries: engines publish and pull, tagboat brings the login and reads what comes of it. Nothing of a login is kept.

mod asking;
#[cfg(test)]
mod asking_tests;
mod docker_config;
mod keychain;
mod layer_bytes;
mod login;
mod look;
mod problem;
mod publications;
mod publish;
mod secret;

pub(crate) use asking::{Asking, LOOKS, Question, TRIES};
pub use docker_config::NoLogin;
pub use keychain::Keychain;
pub(crate) use layer_bytes::LayerBytes;
pub use login::Login;
pub(crate) use look::Eyes;
pub use problem::{Problem, RegistryError};
pub use publications::Publications;
pub(crate) use publish::{Publishing, publish};
pub use secret::Secret;

use crate::model::names::RegistryRepository;
use crate::ops::report::StepError;

/// What an error of a registry means in a step.
pub(crate) fn failed(
    error: &RegistryError,
    repository: &RegistryRepository,
    publishes: bool,
    state: String,
    again: &str,
) -> StepError {
    let advice = format!("{}; then {again}", error.advice(repository, publishes));
    if error.is_passing() {
        StepError::passing(error.to_string(), state, advice)
    } else {
        StepError::trouble(error.to_string(), state, advice)
    }
}
