//! The whole state of the console.

use super::{Details, Dirty, Lists, Messages, Overlay, Place, RowId, Screen, Severity, Shown, Size};
use crate::model::fleet::Fleet;
use crate::model::job::{Job, Track};
use crate::model::names::{JobId, Operator};
use crate::model::plan::PushOptions;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Everything that the console knows and shows.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The hosts and what is on them.
    pub fleet: Fleet,
    /// The jobs that the journal knows, oldest first.
    pub jobs: BTreeMap<JobId, Job>,
    /// Who uses the console, and with what defaults.
    pub desk: Desk,
    /// What time it is.
    pub clock: Clock,
    /// The size of the window.
    pub size: Size,
    /// The screen that is shown.
    pub screen: Screen,
    /// The list of each screen.
    pub lists: Lists,
    /// The details that lie over the list.
    pub details: Option<Details>,
    /// What lies over that; the last one gets the keys.
    pub overlays: Vec<Overlay>,
    /// What was said.
    pub messages: Messages,
    /// What the last frame showed.
    pub shown: Shown,
    /// What the next frame needs.
    pub frame: FrameNeeds,
}

/// Who uses a console, and what their config says about changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Who it is.
    pub operator: Operator,
    /// How pushes that begin here are sent.
    pub push: PushOptions,
    /// Their ssh config, where it is not in its usual place.
    pub ssh_config: Option<String>,
}

impl From<Operator> for Desk {
    /// With the usual defaults.
    fn from(operator: Operator) -> Self {
        Self {
            operator,
            push: PushOptions::default(),
            ssh_config: None,
        }
    }
}

/// What time it is, as far as the console was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The last time that was told.
    pub now: Timestamp,
    /// The time at which ages on the screen were last brought up to date.
    pub ages_at: Timestamp,
    /// Makes job ids differ that start at one moment; another number in each console.
    pub salt: u16,
    /// Counts what is begun and needs a name of its own.
    pub serial: u32,
}

/// What must be done before the next frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrameNeeds {
    /// How much is out of date.
    pub dirty: Dirty,
    /// Whether rows came, went or changed since the lists were ordered.
    pub is_order_stale: bool,
    /// The window title that was set last.
    pub title: String,
}

impl State {
    /// The console before anything was heard, ready to be drawn.
    pub fn new(fleet: Fleet, desk: impl Into<Desk>, now: Timestamp, salt: u16, size: Size) -> Self {
        let mut state = Self {
            fleet,
            jobs: BTreeMap::new(),
            desk: desk.into(),
            clock: Clock {
                now,
                ages_at: now,
                salt,
                serial: 0,
            },
            size,
            screen: Screen::Sessions,
            lists: Lists::default(),
            details: None,
            overlays: Vec::new(),
            messages: Messages::default(),
            shown: Shown::default(),
            frame: FrameNeeds {
                dirty: Dirty::Full,
                is_order_stale: true,
                title: String::new(),
            },
        };
        state.settle();
        state
    }

    /// Where the keys go.
    pub fn place(&self) -> Place {
        if !self.size.is_enough() {
            return Place::TooSmall;
        }
        match (self.overlays.last(), &self.details) {
            (Some(overlay), _) => overlay.place(),
            (None, Some(_)) if self.rollout().is_some() => Place::Rollout,
            (None, Some(details)) => Place::Details(details.row.screen()),
            (None, None) => Place::List(self.screen),
        }
    }

    /// What an action acts on: the row of the details, or the marked rows, or the row under the cursor.
    pub fn targets(&self) -> Vec<RowId> {
        match &self.details {
            Some(details) => vec![details.row.clone()],
            None => self.lists.of(self.screen).targets(),
        }
    }

    /// The one row that is looked at, whatever is marked: that of the details, or that under the cursor.
    pub fn pointed(&self) -> Option<&RowId> {
        match &self.details {
            Some(details) => Some(&details.row),
            None => self.lists.of(self.screen).cursor.as_ref(),
        }
    }

    /// The screen that the targets are from.
    pub fn screen_of_targets(&self) -> Screen {
        self.details
            .as_ref()
            .map_or(self.screen, |details| details.row.screen())
    }

    /// The rollout that is looked at: a job that restarts more than one session.
    pub fn rollout(&self) -> Option<&Job> {
        let details = self.details.as_ref()?;
        let RowId::Job(id) = &details.row else {
            return None;
        };
        let job = self.jobs.get(id)?;
        (job.tracks.len() > 1 && job.plan.rollout().is_some()).then_some(job)
    }

    /// The session under the cursor of the rollout that is looked at.
    pub fn chosen_session(&self) -> Option<&Track> {
        let job = self.rollout()?;
        let chosen = self.details.as_ref()?.chosen.as_ref();
        let found = chosen.and_then(|target| job.track(target));
        found.or_else(|| job.tracks.first())
    }

    /// The jobs that somebody works on now, in this console.
    pub fn live_jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values().filter(|job| job.is_live())
    }

    /// Notes that something must be drawn again.
    pub fn touch(&mut self, dirty: Dirty) {
        self.frame.dirty = self.frame.dirty.max(dirty);
    }

    /// Notes that rows came, went or changed.
    pub(super) fn touch_rows(&mut self) {
        self.frame.is_order_stale = true;
        self.touch(Dirty::Normal);
    }

    /// Says something to the operator.
    pub(super) fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.messages.say(self.clock.now, severity, text);
        self.touch(Dirty::Normal);
    }
}
