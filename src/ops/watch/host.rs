//! One task per host: connect, list, follow its events, list again, and start over when it goes away.

use super::Watching;
use super::backoff::Backoff;
use crate::model::clean::clean;
use crate::model::event::Event;
use crate::model::fleet::{Connection, ConnectionProblem, Delta, Host, HostChange, Listing};
use crate::model::names::HostName;
use crate::model::profile::HostSettings;
use crate::ops::connector::{Connected, Connector};
use crate::ops::host_link::HostLink;
use crate::ops::lister::Lister;
use crate::ops::ports::{Clock, EngineError, EngineEvent};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// A burst of events is one list: a restart makes a dozen of them.
const SETTLE: Duration = Duration::from_millis(200);

/// The link to a host while there is one; jobs take it from here.
pub type LinkSlot = watch::Receiver<Option<HostLink>>;

/// Watches one host.
pub struct HostWatcher {
    settings: HostSettings,
    connector: Arc<Connector>,
    clock: Arc<dyn Clock>,
    events: mpsc::Sender<Event>,
    refresh: Arc<Notify>,
    slot: watch::Sender<Option<HostLink>>,
    watching: Watching,
}

/// Why following a host ended.
enum Ending {
    /// It went away.
    Lost(ConnectionProblem),
    /// Nobody listens any more.
    Over,
}

type EngineEvents = BoxStream<'static, Result<EngineEvent, EngineError>>;

/// The next event of an engine; its stream ends only with the connection.
fn event_or_end(event: Option<Result<EngineEvent, EngineError>>) -> Result<EngineEvent, ConnectionProblem> {
    match event {
        Some(Ok(event)) => Ok(event),
        Some(Err(error)) => Err(ConnectionProblem::Lost(error.to_string())),
        None => Err(ConnectionProblem::Lost("its engine ended the events".to_owned())),
    }
}

impl HostWatcher {
    /// A watcher of one host, and the slot in which its link appears. `refresh` makes it list, or try, at once.
    pub fn new(
        settings: HostSettings,
        connector: Arc<Connector>,
        clock: Arc<dyn Clock>,
        events: mpsc::Sender<Event>,
        refresh: Arc<Notify>,
        watching: Watching,
    ) -> (Self, LinkSlot) {
        let (slot, receiver) = watch::channel(None);
        (
            Self {
                settings,
                connector,
                clock,
                events,
                refresh,
                slot,
                watching,
            },
            receiver,
        )
    }

    /// Watches until nobody listens. When asked to watch once: gives up at a first failure, lists once, and from then on
    /// only keeps the link up.
    pub async fn run(self) {
        let mut gives_up = self.watching == Watching::Once;
        let mut backoff = Backoff::default();
        let mut known = Listing::default();
        loop {
            if !self.tell(HostChange::Connection(Connection::Connecting)).await {
                return;
            }
            let problem = match self.follow(&mut known, &mut backoff).await {
                Ending::Lost(problem) => problem,
                Ending::Over => return,
            };
            let was_connected = self.slot.send_replace(None).is_some();
            let wait = backoff.next();
            let is_passing = problem.is_passing();
            let wait_span = SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
            let retry_at = is_passing.then(|| self.clock.now() + wait_span);
            let told = self
                .tell(HostChange::Connection(Connection::Failed { problem, retry_at }))
                .await;
            gives_up &= !was_connected;
            if !told || gives_up {
                return;
            }
            tokio::select! {
                () = sleep(wait), if is_passing => {}
                () = self.refresh.notified() => {}
                () = self.events.closed() => return,
            }
        }
    }

    /// Connects and follows the host until it goes away.
    async fn follow(&self, known: &mut Listing, backoff: &mut Backoff) -> Ending {
        let connected = match self.connector.connect(&self.settings).await {
            Ok(connected) => connected,
            Err(problem) => return Ending::Lost(problem),
        };
        let jump = connected.jump.clone();
        match self.follow_connected(connected, known, backoff).await {
            Ending::Lost(ConnectionProblem::Lost(why)) => Ending::Lost(ConnectionProblem::Lost(match jump {
                Some(jump) if !why.contains(&jump) => format!("{why} (through jump host {})", clean(&jump)),
                _ => why,
            })),
            ending => ending,
        }
    }

    /// Follows a host that was just connected until it goes away.
    async fn follow_connected(
        &self,
        connected: Connected,
        known: &mut Listing,
        backoff: &mut Backoff,
    ) -> Ending {
        let mut lister = match Lister::new(connected).await {
            Ok(lister) => lister,
            Err(problem) => return Ending::Lost(problem),
        };
        // Events first: what happens during the first list is not missed.
        let mut engine_events = lister.link().engine.events();
        let mut next_list = Instant::now();
        let mut is_first = true;
        loop {
            tokio::select! {
                () = sleep_until(next_list) => {}
                () = self.refresh.notified() => {}
                event = engine_events.next(), if !is_first => match event_or_end(event) {
                    Ok(_) => {
                        next_list = next_list.min(Instant::now() + SETTLE);
                        continue;
                    }
                    Err(problem) => return Ending::Lost(problem),
                },
                () = self.events.closed() => return Ending::Over,
            }
            let listing = match lister.list().await {
                Ok(listing) => listing,
                Err(problem) => return Ending::Lost(problem),
            };
            next_list = Instant::now() + Duration::try_from(Host::LIST_INTERVAL).unwrap_or(SETTLE);
            if is_first {
                self.slot.send_replace(Some(lister.link().clone()));
            }
            if !self.tell_listing(&listing, known, is_first).await {
                return Ending::Over;
            }
            *known = listing;
            is_first = false;
            backoff.reset();
            if self.watching == Watching::Once {
                return self.keep(engine_events).await;
            }
        }
    }

    /// Keeps the link for the jobs of this run, and notices when it breaks; nothing is listed any more.
    async fn keep(&self, mut engine_events: EngineEvents) -> Ending {
        loop {
            tokio::select! {
                event = engine_events.next() => if let Err(problem) = event_or_end(event) {
                    return Ending::Lost(problem);
                },
                () = self.events.closed() => return Ending::Over,
            }
        }
    }

    async fn tell_listing(&self, listing: &Listing, known: &Listing, is_first: bool) -> bool {
        for change in listing.changes_since(known) {
            if !self.tell(change).await {
                return false;
            }
        }
        if is_first && !self.tell(HostChange::Connection(Connection::Connected)).await {
            return false;
        }
        self.tell(HostChange::Listed(self.clock.now())).await
    }

    /// Tells a change; false when nobody listens.
    async fn tell(&self, change: HostChange) -> bool {
        let host: HostName = self.settings.name.clone();
        self.events
            .send(Event::Fleet(Delta::Host { host, change }))
            .await
            .is_ok()
    }
}
