//! An archive from what is in the store, without the engine and without packing anything again.

use super::failure::ExportError;
use super::growth::Growth;
use super::tape::Tape;
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageRef};
use crate::ops::layers::{ImageRecord, Layer, LayerStore};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Puts the archive with the layers `wanted` into `growth`; none, and nothing is put there, when the store lacks something.
/// Blocks: layers that this console has not sent before are hashed first.
pub(super) fn assemble(
    store: &LayerStore,
    image: &SourceImage,
    wanted: &BTreeSet<Digest>,
    staging: &ImageRef,
    growth: &Arc<Growth>,
    cancel: &CancellationToken,
) -> Result<Option<ImageRecord>, ExportError> {
    let Some(record) = store.image(&image.id) else {
        return Ok(None);
    };
    let has_layers = record.layers.iter().map(|layer| &layer.id).eq(&image.layers);
    let found: Option<BTreeMap<&Digest, Layer>> = wanted
        .iter()
        .map(|id| Some((id, store.sound_layer(id, cancel)?)))
        .collect();
    let Some(layers) = found.filter(|_| has_layers) else {
        return Ok(None);
    };
    let mut tape = Tape::new(growth.clone(), staging)?;
    for (number, arrival) in (1..).zip(&record.arrival) {
        if let Some(layer) = layers.get(&arrival.layer) {
            tape.layer(number, layer.id(), layer.facts(), layer.file())?;
            growth.hold(layer.clone());
        }
    }
    tape.finish(&record)?;
    Ok(Some(record))
}
