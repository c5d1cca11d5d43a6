//! What has a tag at the source already, and what uses it.

use crate::model::names::ImageRef;
use crate::model::plan::TagThere;
use crate::ops::ports::{ContainerEngine, EngineError};

/// What has a tag; none where nothing has it.
pub async fn tag_there(
    engine: &dyn ContainerEngine,
    reference: &ImageRef,
) -> Result<Option<TagThere>, EngineError> {
    let Some(image) = engine.image(&reference.to_string()).await? else {
        return Ok(None);
    };
    let containers = engine.containers().await?;
    let of_it = containers
        .into_iter()
        .filter(|container| container.image_id == image.id);
    let names = of_it.map(|container| container.name).collect();
    Ok(Some(TagThere {
        image_id: image.id,
        created_at: image.created_at,
        containers: names,
    }))
}
