//! The fleet as `--json` prints it; the tables are made from the same values, so that both say the same.

use crate::model::clean::clean;
use crate::model::fleet::{Fleet, Freshness, Host, RunsOn, Session};
use crate::model::names::ImageRef;
use crate::ui::cli::print::amounts::span;
use jiff::Timestamp;
use serde::Serialize;

/// The version of every JSON object that the command line prints.
pub(super) const VERSION: u8 = 1;

/// `status --json`.
#[derive(Debug, Serialize)]
pub(super) struct FleetReport {
    /// [`VERSION`].
    pub(super) v: u8,
    /// The hosts in the order of their names.
    pub(super) hosts: Vec<HostReport>,
}

/// One host.
#[derive(Debug, Serialize)]
pub(super) struct HostReport {
    /// What the operator calls it.
    pub(super) name: String,
    /// How it can be reached, as one word.
    pub(super) state: String,
    /// Why it cannot be used.
    pub(super) reason: Option<String>,
    /// The active tag.
    pub(super) active_tag: Option<String>,
    /// The engine's image store.
    pub(super) store: Option<String>,
    /// The engine's version.
    pub(super) engine: Option<String>,
    /// The tags of the profile's image.
    pub(super) tags: Vec<TagReport>,
    /// The sessions.
    pub(super) sessions: Vec<SessionReport>,
    /// Who changes it now, or left it without giving it back.
    pub(super) lease: Option<LeaseReport>,
    /// Seconds by which its clock is ahead of this machine's, behind where negative; absent where that is too little to matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clock_off_seconds: Option<i64>,
    /// Other hosts that are names of the same machine; absent where none is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) same_machine_as: Vec<String>,
    /// Why there is no active tag, for the table alone.
    #[serde(skip)]
    pub(super) stamp_problem: Option<String>,
}

/// Who changes a host, by the host's own clock.
#[derive(Debug, Serialize)]
pub(super) struct LeaseReport {
    /// Who, in words.
    pub(super) holder: String,
    /// With which job.
    pub(super) job: String,
    /// What that does.
    pub(super) what: String,
    /// Since so many seconds.
    pub(super) held_seconds: i64,
    /// Seconds that it is good for without being renewed; 0 where it has run out.
    pub(super) seconds_left: u64,
    /// All of that in words, for the table alone.
    #[serde(skip)]
    pub(super) words: String,
}

impl LeaseReport {
    fn of(host: &Host, now: Timestamp) -> Option<Self> {
        let (lease, told_at) = (host.moment.lease.as_ref()?, host.listed_at?);
        let left = lease.left_at(told_at, now);
        let held = lease.held_at(told_at, now);
        let words = match left {
            Some(left) => format!(
                "{}, for {}; its lease is good for {left} s",
                lease.cause(),
                span(held)
            ),
            None => format!(
                "{} left it ({}): the lease is over, the next change takes the host",
                lease.holder,
                lease.doing()
            ),
        };
        Some(Self {
            holder: lease.holder.to_string(),
            job: lease.job.clone(),
            what: lease.what.clone(),
            held_seconds: held.as_secs(),
            seconds_left: left.unwrap_or(0),
            words,
        })
    }
}

/// One tag on a host.
#[derive(Debug, Serialize)]
pub(super) struct TagReport {
    /// The tag.
    pub(super) tag: String,
    /// The image that it names.
    pub(super) image_id: String,
    /// Its size in bytes.
    pub(super) size: u64,
    /// How many sessions run it or are pinned to it.
    pub(super) in_use: usize,
}

/// One session on a host.
#[derive(Debug, Serialize)]
pub(super) struct SessionReport {
    /// Its name.
    pub(super) name: String,
    /// What an operator calls it.
    pub(super) label: Option<String>,
    /// What its container does.
    pub(super) state: String,
    /// The tag that it is pinned to; the whole reference where it is another image than the profile's.
    pub(super) pinned_tag: Option<String>,
    /// The image that it runs.
    pub(super) image_id: String,
    /// Whether its pinned tag is not the active tag; none where either is not known.
    pub(super) behind: Option<bool>,
    /// Whether its tag now names another image.
    pub(super) moved: bool,
    /// The Compose project and service that own it; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compose: Option<String>,
    /// Whether its tag is gone from the host, for the table alone.
    #[serde(skip)]
    pub(super) is_missing: bool,
}

impl FleetReport {
    /// The fleet as it was seen.
    pub(super) fn of(fleet: &Fleet, now: Timestamp) -> Self {
        Self {
            v: VERSION,
            hosts: fleet
                .hosts()
                .map(|host| HostReport::of(host, fleet, now))
                .collect(),
        }
    }
}

impl HostReport {
    fn of(host: &Host, fleet: &Fleet, now: Timestamp) -> Self {
        let is_never_listed = host.connection.is_usable() && host.freshness(now) == Freshness::Never;
        let reason = host.connection.reason().map(|reason| clean(&reason));
        let is_listed = host.listed_at.is_some();
        Self {
            name: host.name.to_string(),
            state: host.connection.word().to_owned(),
            reason: reason.or_else(|| is_never_listed.then(|| "it did not answer in time".to_owned())),
            active_tag: host.stamp.active().map(|active| label(host, active)),
            store: host.facts.as_ref().map(|facts| facts.store.word().to_owned()),
            engine: host.facts.as_ref().map(|facts| clean(&facts.engine)),
            tags: tags(host),
            sessions: host
                .sessions()
                .map(|session| SessionReport::of(host, session))
                .collect(),
            lease: LeaseReport::of(host, now),
            clock_off_seconds: Some(host.moment.clock_off).filter(|off| *off != 0),
            same_machine_as: fleet.twins(host).map(|twin| twin.name.to_string()).collect(),
            stamp_problem: is_listed
                .then(|| host.stamp.problem())
                .flatten()
                .map(|text| clean(&text)),
        }
    }
}

impl SessionReport {
    fn of(host: &Host, session: Session<'_>) -> Self {
        let standing = session.standing();
        let container = session.container();
        Self {
            name: session.name().to_string(),
            label: session.label().map(ToString::to_string),
            state: container.state.word().to_owned(),
            pinned_tag: match &container.runs_on {
                RunsOn::Reference(reference) => Some(label(host, reference)),
                RunsOn::Other(_) => None,
            },
            image_id: container.image_id.to_string(),
            behind: standing.behind,
            moved: standing.moved,
            compose: container.compose.as_ref().map(|owner| owner.name.clone()),
            is_missing: standing.missing,
        }
    }

    /// How it stands to the tags of its host, in words.
    pub(super) fn standing(&self) -> String {
        let words = [
            (self.pinned_tag.is_none(), "no tag"),
            (self.behind == Some(true), "behind"),
            (self.moved, "moved"),
            (self.is_missing, "tag gone"),
        ];
        let said: Vec<_> = words
            .iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, word)| *word)
            .collect();
        let stands = match said.as_slice() {
            [] if self.behind == Some(false) => "at active tag".to_owned(),
            [] => "-".to_owned(),
            words => words.join(", "),
        };
        match &self.compose {
            Some(owner) => format!("{stands}, compose {owner}"),
            None => stands,
        }
    }
}

fn tags(host: &Host) -> Vec<TagReport> {
    let image_name = &host.settings.profile.image;
    let mut tags: Vec<_> = host
        .images()
        .flat_map(|image| image.references.iter().map(move |reference| (reference, image)))
        .filter(|(reference, _)| reference.image == *image_name)
        .map(|(reference, image)| TagReport {
            tag: reference.tag.to_string(),
            image_id: image.id.to_string(),
            size: image.size,
            in_use: host.sessions_using(reference),
        })
        .collect();
    tags.sort_by(|a, b| a.tag.cmp(&b.tag));
    tags
}

/// The tag alone, where the image is the profile's.
fn label(host: &Host, reference: &ImageRef) -> String {
    if reference.image == host.settings.profile.image {
        reference.tag.to_string()
    } else {
        reference.to_string()
    }
}
