//! How a rollout is to go, chosen before its plan is made: the tag, the canaries, the waves, how many may fail, which sessions wait
//! or are left out.

use crate::model::names::{HostName, SessionName, Tag};
use crate::model::plan::Conditions;
use crate::model::rollout::{Canary, RolloutOrder};
use std::num::NonZeroUsize;
use std::time::Duration;

/// The choice of an order. Its sessions are frozen when it opens, so that none comes in unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutDialog {
    /// The sessions in the order of the list.
    pub sessions: Vec<(HostName, SessionName)>,
    /// The tags that the hosts have, newest first.
    pub tags: Vec<Tag>,
    /// The chosen one; none for the active tag of each host.
    pub onto: Option<Tag>,
    /// The order so far.
    pub order: RolloutOrder,
    /// What must hold before a session is touched.
    pub conditions: Conditions,
    /// The line under the cursor.
    pub cursor: usize,
}

/// One line of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolloutField {
    /// The tag.
    Onto,
    /// How many go first.
    Canaries,
    /// Whether the operator is asked after them.
    Approval,
    /// How many at the same time.
    Wave,
    /// How many may fail.
    Failures,
    /// Whether it waits for sessions to be quiet.
    Quiet,
    /// Whether sessions with files of their own are left out.
    Clean,
}

/// The times of quiet that can be chosen, in minutes; none is the first choice.
const QUIET: [u64; 4] = [1, 5, 15, 60];

impl RolloutField {
    /// The lines from top to bottom.
    pub const ALL: [Self; 7] = [
        Self::Onto,
        Self::Canaries,
        Self::Approval,
        Self::Wave,
        Self::Failures,
        Self::Quiet,
        Self::Clean,
    ];

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Onto => "onto",
            Self::Canaries => "canaries",
            Self::Approval => "approval",
            Self::Wave => "wave",
            Self::Failures => "may fail",
            Self::Quiet => "quiet",
            Self::Clean => "clean",
        }
    }

    /// What it means.
    pub fn help(self) -> &'static str {
        match self {
            Self::Onto => "the tag that the sessions get",
            Self::Canaries => "sessions that go first; if one fails, no other is touched",
            Self::Approval => "whether it waits for your word after the canaries",
            Self::Wave => "sessions at the same time; the next wave waits for all of them",
            Self::Failures => "failures after which it still goes on",
            Self::Quiet => "how long nothing may have happened in a session that is taken",
            Self::Clean => "whether sessions with files outside their volumes are left out",
        }
    }
}

impl RolloutDialog {
    /// One canary, then one after the other, and the first failure ends it.
    pub fn new(sessions: Vec<(HostName, SessionName)>, tags: Vec<Tag>) -> Self {
        let order = RolloutOrder {
            canary: Some(Canary {
                sessions: NonZeroUsize::MIN,
                approval: false,
            }),
            ..RolloutOrder::default()
        };
        Self {
            sessions,
            tags,
            onto: None,
            order,
            conditions: Conditions::default(),
            cursor: 0,
        }
    }

    /// The value of a line.
    pub fn value(&self, field: RolloutField) -> String {
        match field {
            RolloutField::Onto => self
                .onto
                .as_ref()
                .map_or_else(|| "the active tag of each host".to_owned(), ToString::to_string),
            RolloutField::Canaries => self
                .order
                .canary
                .map_or(0, |canary| canary.sessions.get())
                .to_string(),
            RolloutField::Approval => match self.order.canary {
                Some(canary) if canary.approval => "yes".to_owned(),
                Some(_) => "no".to_owned(),
                None => "no canaries".to_owned(),
            },
            RolloutField::Wave => self.order.wave.to_string(),
            RolloutField::Failures => self.order.max_failures.to_string(),
            RolloutField::Quiet => match self.conditions.when_idle {
                Some(quiet) => format!("{} min", quiet.as_secs() / 60),
                None => "does not matter".to_owned(),
            },
            RolloutField::Clean if self.conditions.require_clean => "only clean sessions".to_owned(),
            RolloutField::Clean => "does not matter".to_owned(),
        }
    }

    /// Makes the value under the cursor one more, or one less; goes no further than there are sessions.
    pub fn change(&mut self, more: bool) {
        let most = self.sessions.len();
        let step = |n: usize| {
            if more {
                (n + 1).min(most)
            } else {
                n.saturating_sub(1)
            }
        };
        match RolloutField::ALL[self.cursor.min(RolloutField::ALL.len() - 1)] {
            RolloutField::Onto => self.onto = self.other_tag(more),
            RolloutField::Canaries => {
                let (now, approval) = self
                    .order
                    .canary
                    .map_or((0, false), |canary| (canary.sessions.get(), canary.approval));
                self.order.canary =
                    NonZeroUsize::new(step(now)).map(|sessions| Canary { sessions, approval });
            }
            RolloutField::Approval => {
                if let Some(canary) = &mut self.order.canary {
                    canary.approval = !canary.approval;
                }
            }
            RolloutField::Wave => {
                self.order.wave = NonZeroUsize::new(step(self.order.wave.get())).unwrap_or(NonZeroUsize::MIN);
            }
            RolloutField::Failures => self.order.max_failures = step(self.order.max_failures),
            RolloutField::Quiet => self.conditions.when_idle = self.other_quiet(more),
            RolloutField::Clean => self.conditions.require_clean = !self.conditions.require_clean,
        }
    }

    fn other_quiet(&self, more: bool) -> Option<Duration> {
        let minutes = self.conditions.when_idle.map(|quiet| quiet.as_secs() / 60);
        let now = QUIET.iter().position(|known| Some(*known) == minutes);
        let next = match (now, more) {
            (None, true) => Some(0),
            (None, false) => None,
            (Some(place), true) => Some((place + 1).min(QUIET.len() - 1)),
            (Some(place), false) => place.checked_sub(1),
        };
        next.map(|place| Duration::from_secs(QUIET[place] * 60))
    }

    /// The next tag of: the active one, then all that there are.
    fn other_tag(&self, more: bool) -> Option<Tag> {
        let all: Vec<Option<&Tag>> = std::iter::once(None).chain(self.tags.iter().map(Some)).collect();
        let now = all.iter().position(|tag| *tag == self.onto.as_ref()).unwrap_or(0);
        let next = if more {
            (now + 1) % all.len()
        } else {
            (now + all.len() - 1) % all.len()
        };
        all[next].cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::{RolloutDialog, RolloutField};
    use crate::model::names::{HostName, SessionName, Tag};

    fn dialog() -> RolloutDialog {
        let sessions = ["aa", "bb", "cc"].map(|name| (HostName::local(), SessionName::parse(name).unwrap()));
        let tags = ["v2", "v1"].map(|tag| Tag::parse(tag).unwrap());
        RolloutDialog::new(sessions.to_vec(), tags.to_vec())
    }

    fn turn(dialog: &mut RolloutDialog, field: RolloutField, more: bool, times: usize) -> String {
        dialog.cursor = RolloutField::ALL.iter().position(|one| *one == field).unwrap();
        (0..times).for_each(|_| dialog.change(more));
        dialog.value(field)
    }

    #[test]
    fn a_value_stays_between_its_least_and_the_number_of_sessions() {
        let mut dialog = dialog();
        assert_eq!(turn(&mut dialog, RolloutField::Wave, true, 9), "3");
        assert_eq!(turn(&mut dialog, RolloutField::Wave, false, 9), "1");
        assert_eq!(turn(&mut dialog, RolloutField::Failures, true, 2), "2");
        assert_eq!(turn(&mut dialog, RolloutField::Canaries, false, 5), "0");
        assert_eq!(turn(&mut dialog, RolloutField::Approval, true, 1), "no canaries");
        assert_eq!(turn(&mut dialog, RolloutField::Canaries, true, 2), "2");
        assert_eq!(turn(&mut dialog, RolloutField::Approval, true, 1), "yes");
        assert_eq!(turn(&mut dialog, RolloutField::Quiet, true, 2), "5 min");
        assert_eq!(turn(&mut dialog, RolloutField::Quiet, true, 9), "60 min");
        assert_eq!(
            turn(&mut dialog, RolloutField::Quiet, false, 9),
            "does not matter"
        );
        assert_eq!(
            turn(&mut dialog, RolloutField::Clean, true, 1),
            "only clean sessions"
        );
        assert_eq!(turn(&mut dialog, RolloutField::Clean, true, 1), "does not matter");
    }

    #[test]
    fn the_tag_goes_around_from_the_active_one_through_all_that_the_hosts_have() {
        let mut dialog = dialog();
        for expected in ["v2", "v1", "the active tag of each host"] {
            assert_eq!(turn(&mut dialog, RolloutField::Onto, true, 1), expected);
        }
        assert_eq!(turn(&mut dialog, RolloutField::Onto, false, 1), "v1");
    }
}
