//! The archives of this console: one export and one compression for each image, however many hosts wait for it.

use super::assemble::assemble;
use super::codec::Codec;
use super::derived::derive;
use super::export_run::ExportRun;
use super::failure::ExportError;
use super::growth::{Extent, Growth};
use super::parcel::{Label, Parcel, blocking};
use super::pass::Expected;
use super::running::{Interest, Origin, Run, Running};
use super::staging::staging_reference;
use super::weigh::weigh;
use super::wrapping::Wrapping;
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageId, ImageRef};
use crate::ops::layers::{ImageRecord, LayerStore, Priority};
use crate::ops::ports::ContainerEngine;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio_util::sync::CancellationToken;

/// A parcel and where its bytes come from.
pub type Exported = (Arc<Parcel>, Origin);

/// Recipes that are kept: hosts of a fleet have few different images as bases.
const RECIPES: usize = 8;

/// The exports of one console. Clones share them.
#[derive(Clone)]
pub struct Exports {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) source: Arc<dyn ContainerEngine>,
    pub(super) store: LayerStore,
    pub(super) table: Mutex<Table>,
    /// gzip takes all of a processor, so one archive after the other is made for it.
    deriving: tokio::sync::Mutex<()>,
    /// Images are prepared one after the other.
    preparing: tokio::sync::Mutex<()>,
    /// Recipes are made one after the other: each takes a processor, and hosts with the same base wait for the same one.
    pub(super) cooking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
pub(super) struct Table {
    running: HashMap<ImageId, Arc<Running>>,
    parcels: HashMap<(ImageId, String), Weak<Parcel>>,
    /// The last recipes, for the hosts whose turn comes later.
    recipes: VecDeque<Arc<Parcel>>,
}

impl Table {
    /// A parcel that somebody holds and that can still be read.
    pub(super) fn parcel(&self, image: &SourceImage, label: &Label) -> Option<Arc<Parcel>> {
        let key = (image.id.clone(), label.name.clone());
        let parcel = self.parcels.get(&key)?.upgrade()?;
        (!parcel.has_failed()).then_some(parcel)
    }

    pub(super) fn keep_recipe(&mut self, recipe: Arc<Parcel>) {
        self.recipes.truncate(RECIPES - 1);
        self.recipes.push_front(recipe);
    }

    pub(super) fn keep(&mut self, image: &SourceImage, parcel: Parcel) -> Arc<Parcel> {
        let parcel = Arc::new(parcel);
        self.parcels.retain(|_, parcel| parcel.strong_count() > 0);
        let key = (image.id.clone(), parcel.name().to_owned());
        self.parcels.insert(key, Arc::downgrade(&parcel));
        parcel
    }
}

impl Exports {
    /// Exports from `source`, whose layers are kept in `store`.
    pub fn new(source: Arc<dyn ContainerEngine>, store: LayerStore) -> Self {
        let shared = Shared {
            source,
            store,
            table: Mutex::default(),
            deriving: tokio::sync::Mutex::default(),
            preparing: tokio::sync::Mutex::default(),
            cooking: tokio::sync::Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The engine that images come from.
    pub fn source(&self) -> &dyn ContainerEngine {
        self.shared.source.as_ref()
    }

    /// Where layers are kept.
    pub fn store(&self) -> &LayerStore {
        &self.shared.store
    }

    /// Takes an image in, unless the store has all of it.
    ///
    /// `progress` is told the bytes of the engine's uncompressed stream. Cancelling leaves the export to the others who
    /// wait for it; when nobody does any more, it ends. A failure is not kept.
    pub async fn ingest(
        &self,
        image: &SourceImage,
        reference: &ImageRef,
        progress: impl FnMut(u64) + Send,
        cancel: &CancellationToken,
    ) -> Result<(Arc<ImageRecord>, Origin), ExportError> {
        let (interest, _) = self.join(image, reference, Priority::Urgent)?;
        wait(interest, progress, cancel).await
    }

    /// Takes an image in while nobody waits for it, after those that are being prepared, and weighs its deltas; a push that
    /// needs it joins.
    pub async fn prepare(&self, image: &SourceImage, reference: &ImageRef) -> Result<Origin, ExportError> {
        let _turn = self.shared.preparing.lock().await;
        let (interest, _) = self.join(image, reference, Priority::Background)?;
        let (_, origin) = wait(interest, |_| {}, &CancellationToken::new()).await?;
        let (store, image) = (self.shared.store.clone(), image.id.clone());
        blocking(move || store.keep_recipe_costs(&image, weigh(&store, &image))).await??;
        Ok(origin)
    }

    /// The archive of an image with only these of its layers.
    ///
    /// With all of them and zstd it is there as soon as its first bytes can be read, while the export goes on; else when the
    /// image was taken in. `progress` is told the bytes of the engine's uncompressed stream until then. Cancelling is as
    /// for [`Self::ingest`], and so is letting go of the parcel.
    pub async fn archive(
        &self,
        image: &SourceImage,
        reference: &ImageRef,
        layers: &BTreeSet<Digest>,
        codec: Codec,
        progress: impl FnMut(u64) + Send,
        cancel: &CancellationToken,
    ) -> Result<Exported, ExportError> {
        let label = Label::new(image, layers, &[], Wrapping::Archive(codec), staging(image)?);
        let is_whole = image.layers.iter().all(|layer| layers.contains(layer));
        if codec == Codec::Zstd && is_whole {
            return self.whole(image, reference, label, progress, cancel).await;
        }
        if let Some(parcel) = self.shared.table().parcel(image, &label) {
            return Ok((parcel, Origin::Reused));
        }
        let made = async {
            // What the store lacks it has after one export.
            let mut origin = Origin::Reused;
            let growth = match self.assembled(image, layers).await? {
                Some(growth) => growth,
                None => {
                    origin = self.ingest(image, reference, progress, cancel).await?.1;
                    let growth = self.assembled(image, layers).await?;
                    growth.ok_or_else(|| ExportError::Unreadable("a layer went away again".to_owned()))?
                }
            };
            let growth = match codec {
                Codec::Zstd => growth,
                Codec::Gzip => self.derived(&label, growth).await?,
            };
            let mut table = self.shared.table();
            // Somebody else may have been quicker.
            let there = table.parcel(image, &label);
            Ok((
                there.unwrap_or_else(|| table.keep(image, Parcel::of(label, growth, None))),
                origin,
            ))
        };
        tokio::select! {
            made = made => made,
            () = cancel.cancelled() => Err(ExportError::Cancelled),
        }
    }

    async fn whole(
        &self,
        image: &SourceImage,
        reference: &ImageRef,
        label: Label,
        mut progress: impl FnMut(u64) + Send,
        cancel: &CancellationToken,
    ) -> Result<Exported, ExportError> {
        let known = self.shared.table().parcel(image, &label);
        if let Some(parcel) = known {
            let origin = if parcel.size().is_some() {
                Origin::Reused
            } else {
                Origin::Made
            };
            return Ok((parcel, origin));
        }
        let (mut interest, running) = self.join(image, reference, Priority::Urgent)?;
        let mut extent = running.growth.extent();
        loop {
            match &*extent.borrow_and_update() {
                // What is put together from the store is whole a moment later, and then it is known by its name on hosts.
                Extent::Growing(available) if *available == 0 || running.origin() == Origin::Reused => {}
                Extent::Growing(_) | Extent::Whole(..) => break,
                Extent::Failed(error) => return Err(error.clone()),
            }
            tokio::select! {
                changed = extent.changed() => changed.map_err(|_| gone())?,
                changed = interest.changed() => {
                    changed.map_err(|_| gone())?;
                    if let Run::Under(done) = &*interest.borrow_and_update() {
                        progress(*done);
                    }
                }
                () = cancel.cancelled() => return Err(ExportError::Cancelled),
            }
        }
        let mut table = self.shared.table();
        let origin = running.origin();
        let there = table.parcel(image, &label);
        let make = || Parcel::of(label, running.growth.clone(), Some(interest));
        Ok((there.unwrap_or_else(|| table.keep(image, make())), origin))
    }

    /// The archive with these layers, if all of them are in the store.
    async fn assembled(
        &self,
        image: &SourceImage,
        layers: &BTreeSet<Digest>,
    ) -> Result<Option<Arc<Growth>>, ExportError> {
        let ended = CancellationToken::new();
        let _ended_with_this = ended.clone().drop_guard();
        let (store, image, layers) = (self.shared.store.clone(), image.clone(), layers.clone());
        let staging = staging(&image)?;
        blocking(move || {
            let growth = Arc::new(Growth::new());
            let record = assemble(&store, &image, &layers, &staging, &growth, &ended)?;
            Ok(record.map(|_| growth))
        })
        .await?
    }

    async fn derived(&self, label: &Label, whole: Arc<Growth>) -> Result<Arc<Growth>, ExportError> {
        let Extent::Whole(_, contents) = whole.now() else {
            return Err(ExportError::Broken("an archive is not whole".to_owned()));
        };
        let _turn = self.shared.deriving.lock().await;
        let ended = CancellationToken::new();
        let _ended_with_this = ended.clone().drop_guard();
        let (store, name) = (self.shared.store.clone(), label.name.clone());
        let growth = blocking(move || {
            let growth = derive(&store, &name, &whole, &contents, &ended);
            store.evict();
            growth
        });
        Ok(Arc::new(growth.await??))
    }

    /// Whether nothing is being taken in.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        self.shared.table().running.is_empty()
    }

    /// Joins the running export of an image, or begins one.
    fn join(
        &self,
        image: &SourceImage,
        reference: &ImageRef,
        priority: Priority,
    ) -> Result<(Interest, Arc<Running>), ExportError> {
        let expected = Expected {
            staging: staging(image)?,
            image: image.clone(),
            reference: reference.clone(),
        };
        let mut table = self.shared.table();
        if let Some(running) = table.running.get(&image.id) {
            return Ok((running.join(), running.clone()));
        }
        let running = Arc::new(Running::new());
        let interest = running.join();
        table.running.insert(image.id.clone(), running.clone());
        let run = ExportRun {
            source: self.shared.source.clone(),
            store: self.shared.store.clone(),
            expected: Arc::new(expected),
            priority,
            running: running.clone(),
        };
        tokio::spawn(self.shared.clone().run(run));
        Ok((interest, running))
    }
}

impl Shared {
    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one archive as long as somebody waits for it.
    async fn run(self: Arc<Self>, run: ExportRun) {
        let (key, running) = (run.expected.image.id.clone(), run.running.clone());
        let work = run.work();
        tokio::pin!(work);
        let result = loop {
            tokio::select! {
                result = &mut work => break result,
                () = running.abandoned() => {
                    if matches!(running.growth.now(), Extent::Whole(..)) {
                        // All was sent; what is left is to keep it.
                        break work.await;
                    }
                    let mut table = self.table();
                    // Somebody may have joined since.
                    if running.is_abandoned() {
                        table.running.remove(&key);
                        return;
                    }
                }
            }
        };
        self.table().running.remove(&key);
        running.end(result);
    }
}

/// Waits for the end of an export.
async fn wait(
    mut interest: Interest,
    mut progress: impl FnMut(u64) + Send,
    cancel: &CancellationToken,
) -> Result<(Arc<ImageRecord>, Origin), ExportError> {
    loop {
        match &*interest.borrow_and_update() {
            Run::Under(done) => progress(*done),
            Run::Over(result) => return result.clone(),
        }
        tokio::select! {
            changed = interest.changed() => changed.map_err(|_| gone())?,
            () = cancel.cancelled() => return Err(ExportError::Cancelled),
        }
    }
}

fn gone() -> ExportError {
    ExportError::Broken("its task is gone".to_owned())
}

pub(super) fn staging(image: &SourceImage) -> Result<ImageRef, ExportError> {
    staging_reference(image)
        .ok_or_else(|| ExportError::Broken("the image's id gives no staging tag".to_owned()))
}
