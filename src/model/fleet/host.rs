//! One host of the fleet: how it is reached, what is on it, and how fresh that knowledge is.

use super::{
    Connection, Container, HostChange, HostFacts, HostImage, HostLease, Session, Stamp, StampRecord,
};
use crate::model::names::{ContainerId, HostName, ImageId, ImageRef, SessionLabel, SessionName};
use crate::model::profile::HostSettings;
use crate::model::setup::Examined;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// An agent host as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// What the operator calls it.
    pub name: HostName,
    /// How it is configured.
    pub settings: HostSettings,
    /// How it can be reached.
    pub connection: Connection,
    /// What it told about itself; none before the first connection.
    pub facts: Option<HostFacts>,
    /// Its stamp.
    pub stamp: Stamp,
    /// What was stamped before, newest last.
    pub history: Vec<StampRecord>,
    /// When all of this was last true; none before the first full list.
    pub listed_at: Option<Timestamp>,
    /// What its last examination came to; none where it was not examined.
    pub examined: Option<Examined>,
    /// Who changed it when it was listed, and what its clock said.
    pub moment: Moment,
    images: BTreeMap<ImageId, HostImage>,
    containers: BTreeMap<ContainerId, Container>,
    labels: BTreeMap<SessionName, SessionLabel>,
}

/// What a host told about the moment of its last list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// Who changed it.
    pub lease: Option<HostLease>,
    /// Seconds by which its clock was ahead of this machine's, behind where negative; none where that is too little to matter.
    pub clock_off: i64,
}

/// How far what is shown can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Never listed.
    Never,
    /// Listed within three list intervals.
    Fresh(SignedDuration),
    /// Older than that.
    Stale(SignedDuration),
}

impl Host {
    /// Seconds between two full lists of a host (DESIGN section 4).
    pub const LIST_INTERVAL: SignedDuration = SignedDuration::from_secs(30);

    /// A configured host of which nothing is known yet.
    pub fn new(settings: HostSettings) -> Self {
        Self {
            name: settings.name.clone(),
            settings,
            connection: Connection::Waiting,
            facts: None,
            stamp: Stamp::Unknown,
            history: Vec::new(),
            listed_at: None,
            examined: None,
            moment: Moment::default(),
            images: BTreeMap::new(),
            containers: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    }

    /// Whether both are names of one machine, by which its sessions are told twice.
    pub fn is_twin_of(&self, other: &Self) -> bool {
        let machine = |host: &Self| host.facts.as_ref().and_then(|facts| facts.machine.clone());
        machine(self).is_some_and(|own| Some(own) == machine(other))
            && self.settings.profile.image == other.settings.profile.image
    }

    /// All images, those of other names too.
    pub fn images(&self) -> impl Iterator<Item = &HostImage> {
        self.images.values()
    }

    /// The image that a reference names on this host now.
    pub fn image(&self, reference: &ImageRef) -> Option<&HostImage> {
        self.images
            .values()
            .find(|image| image.references.contains(reference))
    }

    /// The image that the active tag names.
    pub fn active_image(&self) -> Option<&HostImage> {
        self.stamp.active().and_then(|active| self.image(active))
    }

    /// All containers, those that are no sessions too.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.containers.values()
    }

    /// The sessions, in the order of their names.
    pub fn sessions(&self) -> impl Iterator<Item = Session<'_>> {
        let mut sessions: Vec<_> = self
            .containers
            .values()
            .filter_map(|container| Session::of(self, container))
            .collect();
        sessions.sort_by(|a, b| a.name().cmp(b.name()));
        sessions.into_iter()
    }

    /// One session.
    pub fn session(&self, name: &SessionName) -> Option<Session<'_>> {
        self.containers
            .values()
            .filter_map(|container| Session::of(self, container))
            .find(|s| s.name() == name)
    }

    /// The label that an operator gave to a session.
    pub fn label(&self, session: &SessionName) -> Option<&SessionLabel> {
        self.labels.get(session)
    }

    /// How many sessions run the image that a reference names, or are pinned to the reference.
    pub fn sessions_using(&self, reference: &ImageRef) -> usize {
        let id = self.image(reference).map(|image| &image.id);
        self.sessions()
            .filter(|s| s.pinned() == Some(reference) || id.is_some_and(|id| *id == s.container().image_id))
            .count()
    }

    /// The tags that were active before the present one, newest first, each once.
    pub fn previous_tags(&self) -> Vec<&ImageRef> {
        let mut tags: Vec<&ImageRef> = Vec::new();
        for record in self.history.iter().rev() {
            let is_active = self.stamp.active() == Some(&record.reference);
            if !is_active && !tags.contains(&&record.reference) {
                tags.push(&record.reference);
            }
        }
        tags
    }

    /// The tag that was active before the active one came: a stamp that leads back to an earlier tag takes back what came
    /// between, so that going back again never leads forward.
    pub fn tag_before(&self) -> Option<&ImageRef> {
        let mut path: Vec<&ImageRef> = Vec::new();
        let recorded = self.history.iter().map(|record| &record.reference);
        for reference in recorded.chain(self.stamp.active()) {
            match path.iter().position(|earlier| *earlier == reference) {
                Some(place) => path.truncate(place + 1),
                None => path.push(reference),
            }
        }
        if self.stamp.active().is_some() {
            path.pop();
        }
        path.pop()
    }

    /// How fresh all of this is at `now`.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let Some(listed_at) = self.listed_at else {
            return Freshness::Never;
        };
        let age = now.duration_since(listed_at).max(SignedDuration::ZERO);
        if age > Self::LIST_INTERVAL * 3 {
            Freshness::Stale(age)
        } else {
            Freshness::Fresh(age)
        }
    }

    /// Applies one change; tells whether anything is different now.
    pub(super) fn apply(&mut self, change: HostChange) -> bool {
        match change {
            HostChange::Connection(connection) => replace(&mut self.connection, connection),
            HostChange::Facts(facts) => replace(&mut self.facts, Some(facts)),
            HostChange::Stamp { stamp, history } => {
                let stamp_changed = replace(&mut self.stamp, stamp);
                replace(&mut self.history, history) || stamp_changed
            }
            HostChange::Image(image) => self
                .images
                .insert(image.id.clone(), image.clone())
                .is_none_or(|earlier| earlier != image),
            HostChange::ImageGone(id) => self.images.remove(&id).is_some(),
            HostChange::Container(container) => self
                .containers
                .insert(container.id.clone(), container.clone())
                .is_none_or(|earlier| earlier != container),
            HostChange::ContainerGone(id) => self.containers.remove(&id).is_some(),
            HostChange::Labels(labels) => replace(&mut self.labels, labels),
            HostChange::Examined(told) => replace(&mut self.examined, Some(*told)),
            HostChange::Lease(lease) => replace(&mut self.moment.lease, lease),
            HostChange::ClockOff(seconds) => replace(&mut self.moment.clock_off, seconds),
            HostChange::Listed(at) => replace(&mut self.listed_at, Some(at)),
        }
    }
}

fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}
