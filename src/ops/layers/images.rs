//! The records of images in the store.

use super::failure::StoreError;
use super::image_record::{Arrival, ImageRecord};
use super::store::{LayerStore, files_in};
use super::unfinished;
use crate::model::names::{Digest, ImageId};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

impl LayerStore {
    /// What is kept of an image; its layers may be gone.
    pub fn image(&self, image: &ImageId) -> Option<ImageRecord> {
        let record = read(&self.record_path(image))?;
        (record.image == *image).then_some(record)
    }

    /// Whether an image was taken in and each of its layers is kept with its index.
    pub fn has_image(&self, image: &ImageId, layers: &[Digest]) -> bool {
        let is_it = |record: &ImageRecord| record.layers.iter().map(|layer| &layer.id).eq(layers);
        let is_kept = |layer: &Digest| self.layer(layer).is_some() && self.has_index(layer);
        self.image(image).as_ref().is_some_and(is_it) && layers.iter().all(is_kept)
    }

    /// What is kept of all images.
    pub fn images(&self) -> Vec<ImageRecord> {
        let records = files_in(&self.images_folder(), ".json");
        records.iter().filter_map(|(_, path)| read(path)).collect()
    }

    /// The images that were taken in last, the latest first.
    pub fn newest_images(&self, count: usize) -> Vec<ImageRecord> {
        let mut records = files_in(&self.images_folder(), ".json");
        records.sort_by_key(|(_, path)| Reverse(fs::metadata(path).and_then(|facts| facts.modified()).ok()));
        let newest = records.iter().filter_map(|(_, path)| read(path));
        newest.take(count).collect()
    }

    /// Keeps what was learned of an image.
    pub fn keep_image(&self, record: &ImageRecord) -> Result<(), StoreError> {
        let path = self.record_path(&record.image);
        let text = serde_json::to_vec(record).map_err(|error| StoreError::new(&path, error))?;
        unfinished::write_whole(&path, &text)
    }

    /// The layers of all images by the path at which the engine delivered them.
    pub fn arrivals(&self) -> HashMap<String, Arrival> {
        let arrivals = self.images().into_iter().flat_map(|record| record.arrival);
        arrivals.map(|arrival| (arrival.path.clone(), arrival)).collect()
    }

    /// Forgets the images of which a path was another layer than it is now.
    pub fn forget_path(&self, wrong: &str) {
        for (_, path) in files_in(&self.images_folder(), ".json") {
            let has_it = |record: &ImageRecord| record.arrival.iter().any(|arrival| arrival.path == wrong);
            if read(&path).as_ref().is_some_and(has_it) {
                unfinished::remove(&path);
            }
        }
    }

    pub(super) fn images_folder(&self) -> PathBuf {
        self.folder().join("images")
    }

    fn record_path(&self, image: &ImageId) -> PathBuf {
        self.images_folder().join(format!("{}.json", image.0.hex()))
    }
}

pub(super) fn read(path: &std::path::Path) -> Option<ImageRecord> {
    let record: ImageRecord = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    record.is_sound().then_some(record)
}
