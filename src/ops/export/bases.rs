//! Which image of a host a delta is best made against: the one that has most of the new files, by the indexes alone.

use crate::model::fleet::SourceImage;
use crate::model::names::Digest;
use crate::ops::layers::LayerStore;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use tagboat_recipe::{EntryKind, LayerIndex};

/// Indexes that were read, by their layers.
#[derive(Default)]
pub(super) struct Indexes(BTreeMap<Digest, Option<Arc<LayerIndex>>>);

impl Indexes {
    /// The index of a layer, read once; none when the store has none.
    pub(super) fn of(&mut self, store: &LayerStore, layer: &Digest) -> Option<Arc<LayerIndex>> {
        let known = self.0.entry(layer.clone());
        known.or_insert_with(|| store.index(layer).map(Arc::new)).clone()
    }

    /// The indexes of some layers; none when one of them has none.
    pub(super) fn all<'a>(
        &mut self,
        store: &LayerStore,
        layers: impl IntoIterator<Item = &'a Digest>,
    ) -> Option<Vec<Arc<LayerIndex>>> {
        layers.into_iter().map(|layer| self.of(store, layer)).collect()
    }
}

/// Of some images, given by their layers, the one that leaves the fewest bytes of the missing layers to be sent, and how many
/// those are uncompressed. None when no image can be a base, because a layer of it was never indexed here. Blocks.
pub(super) fn best(
    store: &LayerStore,
    image: &SourceImage,
    missing: &BTreeSet<Digest>,
    bases: &[Vec<Digest>],
) -> Option<(usize, u64)> {
    let mut indexes = Indexes::default();
    let wanted = indexes.all(store, image.layers.iter().filter(|layer| missing.contains(layer)))?;
    let bodies: Vec<_> = wanted.iter().flat_map(|layer| bodies(layer)).collect();
    let mut seen = BTreeSet::new();
    let mut left = |number: usize, base: &Vec<Digest>| {
        // Tags of the same image are the same base.
        if !seen.insert(base.clone()) {
            return None;
        }
        let layers = indexes.all(store, base)?;
        let has: HashSet<_> = layers
            .iter()
            .flat_map(|layer| bodies_of(layer))
            .map(|(sha256, _)| sha256)
            .collect();
        let left = bodies.iter().filter(|(sha256, _)| !has.contains(sha256));
        Some((number, left.map(|(_, size)| size).sum()))
    };
    let choices = bases
        .iter()
        .enumerate()
        .filter_map(|(number, base)| left(number, base));
    choices.min_by_key(|(_, left)| *left)
}

fn bodies(layer: &LayerIndex) -> Vec<([u8; 32], u64)> {
    bodies_of(layer).collect()
}

/// What is in the files of a layer: digests and bytes.
pub(super) fn bodies_of(layer: &LayerIndex) -> impl Iterator<Item = ([u8; 32], u64)> {
    layer.entries.iter().filter_map(|entry| match entry.kind {
        EntryKind::File { size, sha256, .. } => Some((sha256, size)),
        _ => None,
    })
}
