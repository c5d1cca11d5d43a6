//! What a delta of an image costs at most against each image that a host may have: told by the indexes of files alone.

use super::bases::{Indexes, bodies_of};
use crate::model::fleet::StockedRecipe;
use crate::model::names::{Digest, ImageId};
use crate::ops::layers::{ImageRecord, LayerStore};
use std::collections::{BTreeSet, HashSet};

/// Images that are looked at as bases, the newest. One with 130 000 files takes 0.1 s.
const BASES: usize = 8;

/// Of the newest images that were taken in here, at most how long a recipe of `image` against each of them would be. Blocks.
pub(super) fn weigh(store: &LayerStore, image: &ImageId) -> Vec<StockedRecipe> {
    let Some(record) = store.image(image) else {
        return Vec::new();
    };
    let mut indexes = Indexes::default();
    let wanted = layers(&record);
    let others = store.newest_images(BASES + 1).into_iter();
    let others = others.filter(|other| other.image != *image);
    others
        .filter_map(|other| against(store, &mut indexes, &wanted, layers(&other)))
        .collect()
}

fn against(
    store: &LayerStore,
    indexes: &mut Indexes,
    wanted: &[Digest],
    base: Vec<Digest>,
) -> Option<StockedRecipe> {
    let there: HashSet<_> = {
        let layers = indexes.all(store, &base)?;
        let bodies = layers.iter().flat_map(|layer| bodies_of(layer));
        bodies.map(|(sha256, _)| sha256).collect()
    };
    let target: BTreeSet<_> = wanted
        .iter()
        .filter(|layer| !base.contains(layer))
        .cloned()
        .collect();
    let mut bytes = 0;
    for layer in indexes.all(store, &target)? {
        let new = bodies_of(&layer).filter(|(sha256, _)| !there.contains(sha256));
        bytes += new.map(|(_, size)| size).sum::<u64>() + layer.meta_size() as u64;
    }
    Some(StockedRecipe {
        base,
        target,
        bytes,
        is_made: false,
    })
}

fn layers(record: &ImageRecord) -> Vec<Digest> {
    record.layers.iter().map(|layer| layer.id.clone()).collect()
}
