//! Watching the engine that pushes start from.

use super::Watching;
use super::backoff::Backoff;
use crate::model::event::Event;
use crate::model::fleet::{Delta, Host, SourceImage};
use crate::model::names::{ImageId, ImageName, ImageRef};
use crate::ops::docker::connect_source;
use crate::ops::ports::{ContainerEngine, EngineError, EngineEvent};
use futures_util::StreamExt;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// A burst of image events is one list.
const SETTLE: Duration = Duration::from_millis(200);

/// The source engine while it answers; pushes take it from here.
pub type SourceSlot = watch::Receiver<Option<Arc<dyn ContainerEngine>>>;

/// Watches the source engine.
pub struct SourceWatcher {
    docker_host: Option<String>,
    images: Vec<ImageName>,
    events: mpsc::Sender<Event>,
    refresh: Arc<Notify>,
    slot: watch::Sender<Option<Arc<dyn ContainerEngine>>>,
    watching: Watching,
    fresh: Option<mpsc::Sender<FreshTag>>,
    /// What the tags named when they were last listed; none before the first list.
    seen: Option<BTreeMap<ImageRef, ImageId>>,
}

/// A tag that was given to an image while the source was watched.
pub type FreshTag = (ImageRef, SourceImage);

impl SourceWatcher {
    /// A watcher of the images named `images`, and the slot in which the engine appears.
    pub fn new(
        docker_host: Option<String>,
        images: Vec<ImageName>,
        events: mpsc::Sender<Event>,
        refresh: Arc<Notify>,
        watching: Watching,
    ) -> (Self, SourceSlot) {
        let (slot, receiver) = watch::channel(None);
        (
            Self {
                docker_host,
                images,
                events,
                refresh,
                slot,
                watching,
                fresh: None,
                seen: None,
            },
            receiver,
        )
    }

    /// Tells of tags that are given to images from now on. One that nobody takes in time is not told again.
    #[must_use]
    pub fn telling(mut self, fresh: Option<mpsc::Sender<FreshTag>>) -> Self {
        self.fresh = fresh;
        self
    }

    /// Watches until nobody listens, or once.
    pub async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let Err(error) = self.follow(&mut backoff).await else {
                return;
            };
            self.slot.send_replace(None);
            let told = self.tell(Some(error.to_string()), BTreeMap::new()).await;
            if !told || self.watching == Watching::Once {
                return;
            }
            tokio::select! {
                () = sleep(backoff.next()) => {}
                () = self.refresh.notified() => {}
                () = self.events.closed() => return,
            }
        }
    }

    /// Follows the engine until it goes away (an error) or nobody listens.
    async fn follow(&mut self, backoff: &mut Backoff) -> Result<(), EngineError> {
        let engine = connect_source(self.docker_host.as_deref()).await?;
        let mut known = HashMap::new();
        let mut engine_events = engine.events();
        loop {
            let images = self.list(engine.as_ref(), &mut known).await?;
            backoff.reset();
            self.slot
                .send_if_modified(|slot| slot.replace(engine.clone()).is_none());
            self.tell_fresh(&images);
            if !self.tell(None, images).await {
                return Ok(());
            }
            if self.watching == Watching::Once {
                self.events.closed().await;
                return Ok(());
            }
            let mut next_list = Instant::now() + Duration::try_from(Host::LIST_INTERVAL).unwrap_or(SETTLE);
            loop {
                tokio::select! {
                    () = sleep_until(next_list) => break,
                    () = self.refresh.notified() => break,
                    event = engine_events.next() => match event {
                        Some(Ok(EngineEvent::Image)) => next_list = next_list.min(Instant::now() + SETTLE),
                        Some(Ok(EngineEvent::Container)) => {}
                        Some(Err(error)) => return Err(error),
                        None => return Err(EngineError::Unreachable("it ended the events".to_owned())),
                    },
                    () = self.events.closed() => return Ok(()),
                }
            }
        }
    }

    async fn list(
        &self,
        engine: &dyn ContainerEngine,
        known: &mut HashMap<ImageId, SourceImage>,
    ) -> Result<BTreeMap<ImageRef, SourceImage>, EngineError> {
        let mut listed = BTreeMap::new();
        for image in engine.images().await? {
            for reference in image
                .references
                .into_iter()
                .filter(|one| self.images.contains(&one.image))
            {
                if let Some(known) = known.get(&image.id) {
                    listed.insert(reference, known.clone());
                } else if let Some(details) = engine.image(image.id.as_str()).await? {
                    let source = SourceImage::from(details);
                    known.insert(image.id.clone(), source.clone());
                    listed.insert(reference, source);
                }
            }
        }
        Ok(listed)
    }

    fn tell_fresh(&mut self, images: &BTreeMap<ImageRef, SourceImage>) {
        let now = images
            .iter()
            .map(|(reference, image)| (reference.clone(), image.id.clone()));
        let before = self.seen.replace(now.collect());
        let (Some(before), Some(fresh)) = (before, &self.fresh) else {
            return;
        };
        for (reference, image) in images {
            if before.get(reference) != Some(&image.id)
                && fresh.try_send((reference.clone(), image.clone())).is_err()
            {
                tracing::info!(%reference, "a new tag is not prepared, because too many wait");
            }
        }
    }

    async fn tell(&self, problem: Option<String>, images: BTreeMap<ImageRef, SourceImage>) -> bool {
        self.events
            .send(Event::Fleet(Delta::Source { problem, images }))
            .await
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, ImageRef, SourceImage, SourceWatcher, Watching};
    use crate::ops::export::fixture::{Fixture, Layout};
    use std::sync::Arc;
    use tokio::sync::{Notify, mpsc};

    #[tokio::test]
    async fn tags_are_fresh_when_they_come_or_move_after_the_first_list() {
        let (events, _told) = mpsc::channel(1);
        let refresh = Arc::new(Notify::new());
        let (watcher, _slot) = SourceWatcher::new(None, Vec::new(), events, refresh, Watching::Live);
        let (sender, mut fresh) = mpsc::channel(8);
        let mut watcher = watcher.telling(Some(sender));
        let [old, new] =
            [Layout::Legacy, Layout::Containerd].map(|layout| Fixture::new(layout).expected.image);
        let listed = |tags: &[(&str, &SourceImage)]| -> BTreeMap<ImageRef, SourceImage> {
            let reference = |tag: &str| ImageRef::parse(&format!("convocate:{tag}")).unwrap();
            tags.iter()
                .map(|(tag, image)| (reference(tag), (*image).clone()))
                .collect()
        };
        watcher.tell_fresh(&listed(&[("v1", &old), ("v2", &old)]));
        watcher.tell_fresh(&listed(&[("v1", &old), ("v2", &new), ("v3", &old)]));
        watcher.tell_fresh(&listed(&[("v3", &old)]));
        drop(watcher);
        let mut told = Vec::new();
        while let Some((reference, image)) = fresh.recv().await {
            told.push((reference.to_string(), image.id));
        }
        assert_eq!(
            told,
            [
                ("convocate:v2".to_owned(), new.id),
                ("convocate:v3".to_owned(), old.id)
            ]
        );
    }
}
