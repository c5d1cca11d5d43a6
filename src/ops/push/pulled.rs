//! What a host pulls by its digest: whether its store has all of it, and how the name goes that the pull leaves.

use crate::model::fleet::Store;
use crate::model::names::{ImageId, RegistryDigest};
use crate::ops::ports::{ContainerEngine, EngineError, Removal};
use std::time::Duration;
use tokio::time::timeout;

/// How long the name that a pull has left may take to go.
const UNNAME: Duration = Duration::from_secs(30);

/// What a host is to pull, or has pulled.
pub(in crate::ops) struct Pulled {
    /// By its digest.
    pub(in crate::ops) name: String,
    /// Whether the host had it under that name before.
    is_of_host: bool,
}

impl Pulled {
    /// Looks at what the host has before it pulls.
    pub(in crate::ops) async fn before(
        engine: &dyn ContainerEngine,
        image: &RegistryDigest,
    ) -> Result<Self, EngineError> {
        let name = image.to_string();
        let is_of_host = engine.image(&name).await?.is_some();
        Ok(Self { name, is_of_host })
    }

    /// Whether a store has the bytes of all layers. A containerd store pulls no layer that it has unpacked, from wherever that came,
    /// and does not list, save or publish an image that lacks one.
    pub(in crate::ops) async fn is_whole(
        &self,
        engine: &dyn ContainerEngine,
        id: &ImageId,
    ) -> Result<bool, EngineError> {
        if let Some(told) = engine.is_complete(&self.name).await? {
            return Ok(told);
        }
        if engine.facts().await?.store == Store::Classic {
            return Ok(true);
        }
        Ok(engine.images().await?.iter().any(|listed| listed.id == *id))
    }

    /// Takes the name off; the image keeps its other ones. Why it stays, if it does: one that the host had before is not tagboat's.
    ///
    /// Nobody else would: a containerd store does not list what it has not whole, so no prune finds it.
    pub(in crate::ops) async fn unname(&self, engine: &dyn ContainerEngine) -> Option<String> {
        if self.is_of_host {
            return Some("the host had it before".to_owned());
        }
        match timeout(UNNAME, engine.remove_image(&self.name)).await {
            Ok(Ok(Removal::Removed | Removal::WasGone)) => None,
            Ok(Ok(Removal::InUse(why))) => Some(why),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the engine does not answer".to_owned()),
        }
    }
}
