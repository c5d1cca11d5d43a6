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
}

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
            },
            receiver,
        )
    }

    /// Watches until nobody listens, or once.
    pub async fn run(self) {
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
    async fn follow(&self, backoff: &mut Backoff) -> Result<(), EngineError> {
        let engine = connect_source(self.docker_host.as_deref()).await?;
        let mut known = HashMap::new();
        let mut engine_events = engine.events();
        loop {
            let images = self.list(engine.as_ref(), &mut known).await?;
            backoff.reset();
            self.slot
                .send_if_modified(|slot| slot.replace(engine.clone()).is_none());
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
                    let source = SourceImage {
                        id: details.id,
                        content: details.content,
                        platform: details.platform,
                        size: details.size,
                        layers: details.layers,
                        created_at: details.created_at,
                    };
                    known.insert(image.id.clone(), source.clone());
                    listed.insert(reference, source);
                }
            }
        }
        Ok(listed)
    }

    async fn tell(&self, problem: Option<String>, images: BTreeMap<ImageRef, SourceImage>) -> bool {
        self.events
            .send(Event::Fleet(Delta::Source { problem, images }))
            .await
            .is_ok()
    }
}
