//! The recipe of an image against one that a host has: made once for each pair, however many hosts get it.

use super::bases::Indexes;
use super::documents::layer_path;
use super::failure::ExportError;
use super::growth::Growth;
use super::tape::{Ending, ending, head, padding};
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageRef};
use crate::ops::layers::{Layer, LayerStore, StoreError};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;
use tagboat_recipe::{Base, BaseView, MakeError, Part, ReadAt, make};
use tokio_util::sync::CancellationToken;

/// What a recipe is made of.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) image: SourceImage,
    pub(super) staging: ImageRef,
    /// The layers that it rebuilds.
    pub(super) missing: BTreeSet<Digest>,
    /// The layers of the base, base first.
    pub(super) base: Vec<Digest>,
}

impl ReadAt for Layer {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        Self::read_at(self, offset, buffer)
    }
}

/// Makes a recipe; none when the store lacks an index or a layer that must be read. Blocks.
///
/// It goes to a file without a name: from the indexes it is made again in less time than a kept one would be checked.
pub(super) fn recipe(
    store: &LayerStore,
    wanted: &Wanted,
    cancel: &CancellationToken,
) -> Result<Option<Arc<Growth>>, ExportError> {
    let Some(record) = store.image(&wanted.image.id) else {
        return Ok(None);
    };
    let Ending { rest, contents } = ending(&record, &wanted.staging)?;
    let Some(sources) = Sources::find(store, wanted) else {
        return Ok(None);
    };
    let failed = |error| StoreError::new(store.folder(), error);
    let file = tempfile::tempfile_in(store.folder()).map_err(failed)?;
    let order = record.arrival.iter().map(|arrival| &arrival.layer);
    let size = sources.write(order, rest, &file, cancel)?;
    let growth = Arc::new(Growth::new());
    growth.push_file(&Arc::new(file), 0, size);
    growth.finish(contents);
    Ok(Some(growth))
}

/// Everything that a recipe is made from.
struct Sources<'a> {
    wanted: &'a Wanted,
    indexes: Indexes,
    store: &'a LayerStore,
    view: BaseView,
    layers: Vec<Layer>,
    base: Vec<Option<Layer>>,
}

impl<'a> Sources<'a> {
    fn find(store: &'a LayerStore, wanted: &'a Wanted) -> Option<Self> {
        let mut indexes = Indexes::default();
        let of_base = indexes.all(store, &wanted.base)?;
        indexes.all(store, &wanted.missing)?;
        let view = BaseView::of(&of_base.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        Some(Self {
            wanted,
            indexes,
            store,
            view,
            layers: wanted
                .missing
                .iter()
                .map(|layer| store.layer(layer))
                .collect::<Option<_>>()?,
            // What was evicted of the base cannot be patched from, but its files can still be named.
            base: wanted.base.iter().map(|layer| store.layer(layer)).collect(),
        })
    }

    fn write<'l>(
        mut self,
        order: impl Iterator<Item = &'l Digest>,
        rest: Vec<u8>,
        file: &File,
        cancel: &CancellationToken,
    ) -> Result<u64, ExportError> {
        let mut parts = Vec::new();
        let mut indexes = Vec::new();
        for (number, layer) in (1..).zip(order) {
            if self.wanted.missing.contains(layer)
                && let Some(index) = self.indexes.of(self.store, layer)
            {
                indexes.push((number, layer, index));
            }
        }
        for (number, id, index) in &indexes {
            let Some(bytes) = self.layers.iter().find(|layer| layer.id() == *id) else {
                continue;
            };
            let head = head(&layer_path(&self.wanted.staging, *number), index.size)
                .map_err(|error| ExportError::Broken(error.to_string()))?;
            parts.push(Part::Bytes(head.to_vec()));
            parts.push(Part::Layer { index, bytes });
            parts.push(Part::Bytes(vec![0; padding(index.size)]));
        }
        parts.push(Part::Bytes(rest));
        let base = Base {
            view: &self.view,
            layers: self
                .base
                .iter()
                .map(|layer| layer.as_ref().map(|layer| layer as &dyn ReadAt))
                .collect(),
        };
        match make(&parts, &base, BufWriter::new(file), || cancel.is_cancelled()) {
            Ok(summary) => Ok(summary.size),
            Err(MakeError::Cancelled) => Err(ExportError::Cancelled),
            Err(error @ MakeError::Io(_)) => Err(ExportError::Unreadable(error.to_string())),
        }
    }
}
