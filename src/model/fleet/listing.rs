//! Everything a host listed at one moment, and the changes from an earlier listing to it.

use super::{Container, HostChange, HostFacts, HostImage, HostLease, Stamp, StampRecord};
use crate::model::names::{ContainerId, ImageId, SessionLabel, SessionName};
use std::collections::BTreeMap;

/// One full list of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// What the host told about itself.
    pub facts: Option<HostFacts>,
    /// Its stamp.
    pub stamp: Stamp,
    /// What was stamped before, newest last.
    pub history: Vec<StampRecord>,
    /// All its images, those of other names too.
    pub images: BTreeMap<ImageId, HostImage>,
    /// All its containers, those that are no sessions too.
    pub containers: BTreeMap<ContainerId, Container>,
    /// The labels that operators gave to its sessions.
    pub labels: BTreeMap<SessionName, SessionLabel>,
    /// Who changes it.
    pub lease: Option<HostLease>,
    /// Seconds by which its clock is ahead of this machine's; behind where negative.
    pub clock_off: i64,
}

impl Listing {
    /// The changes that turn `earlier` into this listing; none when nothing changed.
    pub fn changes_since(&self, earlier: &Self) -> Vec<HostChange> {
        let mut changes = Vec::new();
        if self.facts != earlier.facts
            && let Some(facts) = &self.facts
        {
            changes.push(HostChange::Facts(facts.clone()));
        }
        if self.stamp != earlier.stamp || self.history != earlier.history {
            changes.push(HostChange::Stamp {
                stamp: self.stamp.clone(),
                history: self.history.clone(),
            });
        }
        if self.labels != earlier.labels {
            changes.push(HostChange::Labels(self.labels.clone()));
        }
        if self.lease != earlier.lease {
            changes.push(HostChange::Lease(self.lease.clone()));
        }
        if self.clock_off != earlier.clock_off {
            changes.push(HostChange::ClockOff(self.clock_off));
        }
        changes.extend(upserts(&self.images, &earlier.images).map(HostChange::Image));
        changes.extend(gone(&self.images, &earlier.images).map(HostChange::ImageGone));
        changes.extend(upserts(&self.containers, &earlier.containers).map(HostChange::Container));
        changes.extend(gone(&self.containers, &earlier.containers).map(HostChange::ContainerGone));
        changes
    }
}

fn upserts<'a, K: Ord, V: PartialEq + Clone>(
    now: &'a BTreeMap<K, V>,
    earlier: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = V> + 'a {
    now.iter()
        .filter(|(key, value)| earlier.get(key) != Some(value))
        .map(|(_, value)| value.clone())
}

fn gone<'a, K: Ord + Clone, V>(
    now: &'a BTreeMap<K, V>,
    earlier: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = K> + 'a {
    earlier.keys().filter(|key| !now.contains_key(key)).cloned()
}
