//! Starts what watches the hosts, each by itself.

use crate::model::event::Event;
use crate::model::names::HostName;
use crate::model::profile::HostSettings;
use crate::ops::connector::Connector;
use crate::ops::ports::Clock;
use crate::ops::watch::{HostWatcher, LinkSlot, Watching};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};
use tokio_util::task::TaskTracker;

/// What every host watcher is started with.
pub(super) struct Watch<'a> {
    pub(super) connector: Arc<Connector>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) tasks: &'a TaskTracker,
}

impl Watch<'_> {
    /// Starts a watcher for each host; gives the slot of its link, and what makes it list at once.
    pub(super) fn all(
        self,
        hosts: Vec<HostSettings>,
        watching: Watching,
    ) -> (HashMap<HostName, LinkSlot>, HashMap<HostName, Arc<Notify>>) {
        let (mut links, mut refresh) = (HashMap::new(), HashMap::new());
        for settings in hosts {
            let name = settings.name.clone();
            let notify = Arc::new(Notify::new());
            let (watcher, slot) = HostWatcher::new(
                settings,
                self.connector.clone(),
                self.clock.clone(),
                self.events.clone(),
                notify.clone(),
                watching,
            );
            self.tasks.spawn(watcher.run());
            links.insert(name.clone(), slot);
            refresh.insert(name, notify);
        }
        (links, refresh)
    }
}
