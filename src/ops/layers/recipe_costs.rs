//! What recipes of an image cost, beside its record: it is told in the plan of a push, before a recipe is made.

use super::failure::StoreError;
use super::store::LayerStore;
use super::unfinished;
use crate::model::fleet::StockedRecipe;
use crate::model::names::ImageId;
use std::fs;
use std::path::PathBuf;

/// Costs that are kept for each image; the oldest go. A fleet has few different images as bases.
const COSTS: usize = 32;

impl LayerStore {
    /// What is known of the recipes of an image, the latest last.
    pub fn recipe_costs(&self, image: &ImageId) -> Vec<StockedRecipe> {
        let bytes = fs::read(self.costs_path(image)).ok();
        let costs = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        costs.unwrap_or_default()
    }

    /// Keeps what recipes of an image cost. Of the same layers against the same base, one that was made counts.
    ///
    /// # Errors
    /// When it cannot be written; earlier costs stay then.
    pub fn keep_recipe_costs(&self, image: &ImageId, new: Vec<StockedRecipe>) -> Result<(), StoreError> {
        let path = self.costs_path(image);
        let mut costs = self.recipe_costs(image);
        for cost in new {
            let is_same = |one: &StockedRecipe| one.base == cost.base && one.target == cost.target;
            if costs
                .iter()
                .any(|one| is_same(one) && one.is_made && !cost.is_made)
            {
                continue;
            }
            costs.retain(|one| !is_same(one));
            costs.push(cost);
        }
        costs.drain(..costs.len().saturating_sub(COSTS));
        let text = serde_json::to_vec(&costs).map_err(|error| StoreError::new(&path, error))?;
        unfinished::write_whole(&path, &text)
    }

    pub(super) fn costs_path(&self, image: &ImageId) -> PathBuf {
        self.images_folder().join(format!("{}.costs", image.0.hex()))
    }
}
