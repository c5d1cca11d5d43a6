//! The simulated engine before a registry: there is none.

use super::SimulatedEngine;
use crate::model::names::{Digest, RegistryDigest, RegistryTag};
use crate::ops::ports::{EngineError, Heard, Insecure, RegistryAccess};
use crate::ops::registry::Login;
use async_trait::async_trait;

fn no_registry() -> EngineError {
    EngineError::NotUnderstood("no registry is simulated".to_owned())
}

#[async_trait]
impl RegistryAccess for SimulatedEngine {
    async fn tagged_digest(&self, _: &RegistryTag, _: &Login) -> Result<Option<Digest>, EngineError> {
        Err(no_registry())
    }

    async fn publish(&self, _: &RegistryTag, _: &Login, _: Heard<'_>) -> Result<Digest, EngineError> {
        Err(no_registry())
    }

    async fn pull(&self, _: &RegistryDigest, _: &Login, _: Heard<'_>) -> Result<(), EngineError> {
        Err(no_registry())
    }

    async fn name_for(&self, _: &str, _: &RegistryTag) -> Result<(), EngineError> {
        Err(no_registry())
    }

    async fn insecure(&self) -> Result<Insecure, EngineError> {
        Ok(Insecure::default())
    }
}
