//! What a host has of images: their layers need not be sent, and a delta can be made against their files.

use super::context::Push;
use crate::model::names::{Digest, ImageId, ImageRef};
use crate::ops::ports::EngineError;
use crate::ops::report::StepError;
use futures_util::{StreamExt, TryStreamExt, stream};

/// Inspects of one host that may be under way at the same time.
const ASKING: usize = 4;

/// An image of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) id: ImageId,
    pub(super) references: Vec<ImageRef>,
    pub(super) layers: Vec<Digest>,
}

impl Held {
    /// What it is called where it is told: its first reference, or its id.
    pub(super) fn name(&self) -> String {
        match self.references.first() {
            Some(reference) => reference.to_string(),
            None => self.id.short().to_owned(),
        }
    }
}

/// Every image of the host with its layers, those of other names and untagged ones too.
pub(super) async fn inventory(push: &Push<'_>) -> Result<Vec<Held>, StepError> {
    let engine = &push.link.engine;
    let failed = |error: EngineError| push.engine_failed(&error, push.nothing_sent());
    let listed = engine.images().await.map_err(failed)?;
    stream::iter(listed)
        .map(|image| async move {
            let details = engine.image(image.id.as_str()).await?;
            // An image that is gone since the list cannot be relied on.
            Ok(details.map(|details| Held {
                id: image.id,
                references: image.references,
                layers: details.layers,
            }))
        })
        .buffered(ASKING)
        .try_filter_map(|held| async move { Ok(held) })
        .try_collect()
        .await
        .map_err(failed)
}
