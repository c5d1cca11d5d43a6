//! What is kept of images on the operator's machine: the layers that need no export, and what a delta can be made from.

use super::Platform;
use crate::model::contract::{ContractState, Verdict};
use crate::model::names::{Digest, ImageId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is kept on the operator's machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// The layers of images that were taken in, by their `DiffID`.
    pub layers: BTreeMap<Digest, StockedLayer>,
    /// What is known of recipes: those that were made, and at most how long others will be.
    pub recipes: Vec<StockedRecipe>,
    /// The ids under which a containerd store knows these images when it has their layers uncompressed, as a push sends them.
    /// Of other images there it has compressed layers, which a push cannot build on.
    pub plain_manifests: BTreeSet<Digest>,
    /// The helper that rebuilds layers on a host.
    pub helper: Option<StockedHelper>,
    /// Bytes on the disk, archives that were made of layers among them.
    pub bytes: u64,
    /// Bytes at which the layers go that were not used for the longest time.
    pub limit: Option<u64>,
    /// The contracts of the hosts' profiles by their names, and what is known of images that were checked against them.
    #[serde(default)]
    pub contracts: BTreeMap<String, StockedContract>,
}

/// A contract, and the images that were checked against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockedContract {
    /// The digest of all that it requires; or why it cannot be used.
    pub digest: Result<Digest, String>,
    /// What came of the images that were checked against it as it is now.
    pub verdicts: BTreeMap<ImageId, Verdict>,
}

/// The helper that rebuilds layers on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockedHelper {
    /// What it was built for.
    pub platform: Platform,
    /// Bytes that go to a host once.
    pub bytes: u64,
}

/// A layer that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockedLayer {
    /// Its uncompressed length in bytes.
    pub size: u64,
    /// The length of its bytes as they are kept and sent; none when only the index of its files is left.
    pub packed: Option<u64>,
    /// Whether it is known which files are in it, as a delta needs it.
    pub has_index: bool,
}

/// A recipe: what rebuilds layers from the files of an image that has other layers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockedRecipe {
    /// The layers of that image, base first.
    pub base: Vec<Digest>,
    /// The layers that it rebuilds.
    pub target: BTreeSet<Digest>,
    /// Its length in bytes; the most that it can be, where it was not made yet.
    pub bytes: u64,
    /// Whether it was made.
    pub is_made: bool,
}

impl StockedRecipe {
    /// Whether it tells what rebuilding these layers costs. Layers of the base cost nothing but their names.
    fn is_about(&self, base: &[Digest], target: &BTreeSet<Digest>) -> bool {
        let is_covered = |layer: &Digest| self.target.contains(layer) || self.base.contains(layer);
        self.base == base
            && if self.is_made {
                self.target == *target
            } else {
                target.iter().all(is_covered)
            }
    }
}

impl Stock {
    /// How an image stands to a contract.
    pub fn contract_state(&self, contract: &str, image: &ImageId) -> ContractState<'_> {
        let Some(known) = self.contracts.get(contract) else {
            return ContractState::Unchecked;
        };
        match &known.digest {
            Err(why) => ContractState::Unusable(why),
            Ok(_) => match known.verdicts.get(image) {
                Some(verdict) => ContractState::Checked(verdict),
                None => ContractState::Unchecked,
            },
        }
    }

    /// The bytes of these layers as they are sent; none when one of them is not kept.
    pub fn packed<'a>(&self, layers: impl IntoIterator<Item = &'a Digest>) -> Option<u64> {
        layers
            .into_iter()
            .map(|layer| self.layers.get(layer)?.packed)
            .sum()
    }

    /// The uncompressed bytes of these layers; none when one of them was never taken in.
    pub fn size<'a>(&self, layers: impl IntoIterator<Item = &'a Digest>) -> Option<u64> {
        let size = |layer| Some(self.layers.get(layer)?.size);
        layers.into_iter().map(size).sum()
    }

    /// Whether a delta can be made against an image with these layers.
    pub fn is_base(&self, layers: &[Digest]) -> bool {
        let is_known = |layer| self.layers.get(layer).is_some_and(|layer| layer.has_index);
        !layers.is_empty() && layers.iter().all(is_known)
    }

    /// What is known of the recipe that makes these layers against an image with the layers `base`.
    pub fn recipe(&self, base: &[Digest], target: &BTreeSet<Digest>) -> Option<&StockedRecipe> {
        let about = self.recipes.iter().filter(|recipe| recipe.is_about(base, target));
        about.max_by_key(|recipe| recipe.is_made)
    }
}
