//! What a push asks to find the best way: what is known of images and layers here, the best base, and the recipe against it.

use super::bases::best;
use super::exports::{Exports, staging};
use super::failure::ExportError;
use super::growth::{Extent, Growth};
use super::manifest::manifest_forms;
use super::parcel::{Label, Parcel, blocking};
use super::recipe::{Wanted, recipe};
use super::wrapping::Wrapping;
use crate::model::fleet::{SourceImage, StockedRecipe};
use crate::model::names::{Digest, ImageRef};
use crate::ops::layers::{ImageRecord, LayerStore};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

impl Exports {
    /// Takes an image in, unless all that a recipe is made of is kept; as [`Self::ingest`] otherwise.
    ///
    /// The layers are not read for it: what is wrong in one of them makes a recipe that the host refuses, and the archive that
    /// is sent then is of layers that were.
    pub async fn ingest_for_delta(
        &self,
        image: &SourceImage,
        reference: &ImageRef,
        progress: impl FnMut(u64) + Send,
        cancel: &CancellationToken,
    ) -> Result<(), ExportError> {
        let (store, kept) = (self.shared.store.clone(), image.clone());
        if !blocking(move || store.has_image(&kept.id, &kept.layers)).await? {
            self.ingest(image, reference, progress, cancel).await?;
        }
        Ok(())
    }

    /// Of images given by their layers, the best base for a delta of the `missing` layers, and how many uncompressed bytes of
    /// them it has not got; none when none of them was ever taken in here. The image itself must have been.
    pub async fn best_base(
        &self,
        image: &SourceImage,
        missing: &BTreeSet<Digest>,
        bases: Vec<Vec<Digest>>,
    ) -> Result<Option<(usize, u64)>, ExportError> {
        let (store, image, missing) = (self.shared.store.clone(), image.clone(), missing.clone());
        blocking(move || best(&store, &image, &missing, &bases)).await
    }

    /// The packed bytes of some layers; none when one of them is not kept.
    pub async fn packed_size(&self, layers: &BTreeSet<Digest>) -> Result<Option<u64>, ExportError> {
        let (store, layers) = (self.shared.store.clone(), layers.clone());
        blocking(move || {
            let sizes = layers
                .iter()
                .map(|layer| Some(store.layer(layer)?.facts().packed));
            sizes.sum()
        })
        .await
    }

    /// The uncompressed bytes of the images that were taken in here, by their layers.
    pub async fn image_sizes(&self) -> Result<HashMap<Vec<Digest>, u64>, ExportError> {
        let store = self.shared.store.clone();
        blocking(move || {
            let size = |record: ImageRecord| {
                let size = record.layers.iter().map(|layer| layer.size).sum();
                (record.layers.into_iter().map(|layer| layer.id).collect(), size)
            };
            store.images().into_iter().map(size).collect()
        })
        .await
    }

    /// The ids under which a containerd store knows the images that were taken in here, if it got their layers uncompressed.
    pub async fn plain_manifests(&self) -> Result<BTreeSet<Digest>, ExportError> {
        let store = self.shared.store.clone();
        blocking(move || {
            let records = store.images().into_iter();
            let forms = |record: ImageRecord| {
                manifest_forms(&record.config_digest, record.config_size(), &record.sizes())
            };
            records.flat_map(forms).collect()
        })
        .await
    }

    /// The recipe that makes the archive with the `missing` layers from the files of an image with the layers `base`; none
    /// when something of it is not kept here. Made once, however many hosts wait for it.
    pub async fn recipe(
        &self,
        image: &SourceImage,
        missing: &BTreeSet<Digest>,
        base: &[Digest],
        cancel: &CancellationToken,
    ) -> Result<Option<Arc<Parcel>>, ExportError> {
        let label = Label::new(image, missing, base, Wrapping::Recipe, staging(image)?);
        let made = async {
            let _turn = self.shared.cooking.lock().await;
            if let Some(parcel) = self.shared.table().parcel(image, &label) {
                return Ok(Some(parcel));
            }
            let ended = CancellationToken::new();
            let _ended_with_this = ended.clone().drop_guard();
            let wanted = Wanted {
                image: image.clone(),
                staging: label.staging.clone(),
                missing: missing.clone(),
                base: base.to_vec(),
            };
            let store = self.shared.store.clone();
            let growth = blocking(move || {
                let growth = recipe(&store, &wanted, &ended)?;
                note_cost(&store, wanted, growth.as_deref());
                Ok::<_, ExportError>(growth)
            })
            .await??;
            Ok(growth.map(|growth| {
                let mut table = self.shared.table();
                let parcel = table.keep(image, Parcel::of(label, growth, None));
                table.keep_recipe(parcel.clone());
                parcel
            }))
        };
        tokio::select! {
            made = made => made,
            () = cancel.cancelled() => Err(ExportError::Cancelled),
        }
    }
}

/// The next plan tells it.
fn note_cost(store: &LayerStore, wanted: Wanted, made: Option<&Growth>) {
    let Some(Extent::Whole(bytes, _)) = made.map(Growth::now) else {
        return;
    };
    let cost = StockedRecipe {
        base: wanted.base,
        target: wanted.missing,
        bytes,
        is_made: true,
    };
    if let Err(error) = store.keep_recipe_costs(&wanted.image.id, vec![cost]) {
        tracing::debug!(%error, "what a recipe costs is not kept");
    }
}
