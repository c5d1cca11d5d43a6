//! What has a tag at the source already, and what its labels say that it was built from.

use crate::model::names::ImageRef;
use crate::model::plan::BuiltImage;
use crate::ops::ports::{ContainerEngine, EngineError};
use serde_json::Value;

/// The image that has a tag; none where nothing has it.
pub async fn built_image(
    engine: &dyn ContainerEngine,
    reference: &ImageRef,
) -> Result<Option<BuiltImage>, EngineError> {
    let image = engine.image(&reference.to_string()).await?;
    Ok(image.map(|image| {
        let label = |name: &str| {
            let key = format!("/Config/Labels/org.opencontainers.image.{name}");
            image.raw.pointer(&key).and_then(Value::as_str).map(str::to_owned)
        };
        BuiltImage {
            version: label("version"),
            revision: label("revision"),
            image: image.into(),
        }
    }))
}
