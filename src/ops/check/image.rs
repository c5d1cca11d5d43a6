//! What is known of an image of the source engine: its config and the files of its layers, from the cache, where a push finds them
//! too. Nothing of it is run.

use super::error::CheckError;
use super::layer_files::{LayerReader, read_layer};
use crate::model::contract::{ImageFacts, ImageSettings};
use crate::model::fleet::SourceImage;
use crate::model::image_files::ImageFiles;
use crate::model::names::ImageRef;
use crate::ops::export::Exports;
use crate::ops::layers::{ImageRecord, LayerStore};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Takes an image in, unless it is here already, and reads it. `progress` is told the bytes of the engine's stream.
pub async fn image_facts(
    exports: &Exports,
    image: &SourceImage,
    reference: &ImageRef,
    progress: impl FnMut(u64) + Send,
    cancel: &CancellationToken,
) -> Result<ImageFacts, CheckError> {
    let (record, _) = exports.ingest(image, reference, progress, cancel).await?;
    let (store, stop) = (exports.store().clone(), cancel.clone());
    let read = tokio::task::spawn_blocking(move || facts_of_record(&store, &record, &stop));
    read.await.unwrap_or(Err(CheckError::Cancelled))
}

/// Reads an image that is in the store. Blocks.
pub fn facts_of_record(
    store: &LayerStore,
    record: &Arc<ImageRecord>,
    cancel: &CancellationToken,
) -> Result<ImageFacts, CheckError> {
    let settings = ImageSettings::read(&record.config).ok_or(CheckError::Config)?;
    let mut files = ImageFiles::default();
    for (index, layer) in record.layers.iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(CheckError::Cancelled);
        }
        let unreadable = |why: String| CheckError::Layer {
            number: index + 1,
            of: record.layers.len(),
            why,
        };
        let layer = store
            .layer(&layer.id)
            .ok_or_else(|| unreadable("it is not in the cache any more".to_owned()))?;
        files.add_layer(read_layer(LayerReader::new(layer)).map_err(|error| unreadable(error.to_string()))?);
    }
    Ok(ImageFacts { settings, files })
}
