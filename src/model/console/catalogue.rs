//! All managed image tags of the fleet and of the source engine, merged by their reference.

use crate::model::contract::ContractState;
use crate::model::fleet::{ContentId, Fleet, Host, HostImage, Publication, SourceImage};
use crate::model::names::ImageRef;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One image tag with everywhere it is.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueEntry<'a> {
    /// The tag.
    pub reference: &'a ImageRef,
    /// The image at the source, if it is there: only then it can be pushed.
    pub source: Option<&'a SourceImage>,
    /// The hosts that have it, with their image.
    pub on: Vec<(&'a Host, &'a HostImage)>,
}

/// How an image tag stands to the fleet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImageStanding {
    /// It is at the source and on no host.
    pub is_only_here: bool,
    /// On how many hosts it is the active tag.
    pub active_on: usize,
    /// How many sessions use it.
    pub sessions: usize,
    /// It names different contents in different places.
    pub differs: bool,
}

impl ImageStanding {
    /// Whether neither a session nor a stamp needs it.
    pub fn is_unused(&self) -> bool {
        self.active_on == 0 && self.sessions == 0 && !self.is_only_here
    }
}

/// How an image tag stands on one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Sessions that start there now get it.
    Active,
    /// It is there.
    There,
    /// It names another content there than here.
    Differs,
    /// It is not there.
    Absent,
    /// The host was never listed, so nobody knows.
    Unknown,
}

/// The catalogue in the order of references.
pub fn catalogue(fleet: &Fleet) -> Vec<CatalogueEntry<'_>> {
    let managed: BTreeSet<_> = fleet.hosts().map(|host| &host.settings.profile.image).collect();
    let mut entries = BTreeMap::new();
    for (reference, image) in &fleet.source().images {
        if managed.contains(&reference.image) {
            entry_of(&mut entries, reference).source = Some(image);
        }
    }
    for host in fleet.hosts() {
        for image in host.images() {
            let own = image
                .references
                .iter()
                .filter(|reference| reference.image == host.settings.profile.image);
            for reference in own {
                entry_of(&mut entries, reference).on.push((host, image));
            }
        }
    }
    entries.into_values().collect()
}

fn entry_of<'a, 'e>(
    entries: &'e mut BTreeMap<&'a ImageRef, CatalogueEntry<'a>>,
    reference: &'a ImageRef,
) -> &'e mut CatalogueEntry<'a> {
    entries.entry(reference).or_insert_with(|| CatalogueEntry {
        reference,
        source: None,
        on: Vec::new(),
    })
}

impl<'a> CatalogueEntry<'a> {
    /// The entry of one tag; empty if it is nowhere.
    pub fn of(fleet: &'a Fleet, reference: &'a ImageRef) -> Self {
        Self {
            reference,
            source: fleet.source().images.get(reference),
            on: fleet
                .hosts()
                .filter_map(|host| host.image(reference).map(|image| (host, image)))
                .collect(),
        }
    }

    /// Whether it is nowhere.
    pub fn is_gone(&self) -> bool {
        self.source.is_none() && self.on.is_empty()
    }

    /// How it stands to each of the contracts that it must meet: none where nothing is asked of it, or it is not here.
    pub fn contracts(&self, fleet: &'a Fleet) -> Vec<(&'a str, ContractState<'a>)> {
        let Some(image) = self.source else {
            return Vec::new();
        };
        let names = fleet.contracts_of(&self.reference.image).into_iter();
        let stock = &fleet.source().stock;
        names
            .map(|name| (name, stock.contract_state(name, &image.id)))
            .collect()
    }

    /// Whether it was checked and fails one of them.
    pub fn is_failing(&self, fleet: &'a Fleet) -> bool {
        let mut known = self.contracts(fleet).into_iter();
        known.any(|(_, state)| matches!(state, ContractState::Checked(verdict) if !verdict.is_met()))
    }

    /// Where what it names, here or on a host, was published to from this machine, the last one first.
    pub fn publications(&self, fleet: &'a Fleet) -> Vec<&'a Publication> {
        let contents = self.contents();
        let published = fleet.source().published.iter();
        published.filter(|one| contents.contains(&one.content)).collect()
    }

    /// The contents that it names in all places where that is known.
    fn contents(&self) -> BTreeSet<&'a ContentId> {
        let here = self.source.map(|image| &image.content);
        let there = self.on.iter().filter_map(|(_, image)| image.content.as_ref());
        here.into_iter().chain(there).collect()
    }

    /// How it stands to the fleet.
    pub fn standing(&self) -> ImageStanding {
        ImageStanding {
            is_only_here: self.on.is_empty() && self.source.is_some(),
            active_on: self
                .on
                .iter()
                .filter(|(host, _)| host.stamp.active() == Some(self.reference))
                .count(),
            sessions: self
                .on
                .iter()
                .map(|(host, _)| host.sessions_using(self.reference))
                .sum(),
            differs: self.contents().len() > 1,
        }
    }

    /// How it stands on each host, in the order of the fleet.
    pub fn places(&self, fleet: &'a Fleet) -> impl Iterator<Item = (&'a Host, Whereabouts)> {
        fleet.hosts().map(|host| (host, self.place(host)))
    }

    fn place(&self, host: &Host) -> Whereabouts {
        if host.listed_at.is_none() {
            return Whereabouts::Unknown;
        }
        let Some(image) = host.image(self.reference) else {
            return Whereabouts::Absent;
        };
        let differs = |here: &SourceImage| image.content.as_ref().is_some_and(|there| *there != here.content);
        if self.source.is_some_and(differs) {
            return Whereabouts::Differs;
        }
        if host.stamp.active() == Some(self.reference) {
            return Whereabouts::Active;
        }
        Whereabouts::There
    }

    /// The short ids that it has, each once; the two image stores name one content differently.
    pub fn ids(&self) -> Vec<&'a str> {
        let here = self.source.iter().map(|image| image.id.short());
        let there = self.on.iter().map(|(_, image)| image.id.short());
        let mut ids = Vec::new();
        for id in here.chain(there) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Its size in bytes: the source's count, or the largest that a host has.
    pub fn size(&self) -> u64 {
        let there = self.on.iter().map(|(_, image)| image.size).max();
        self.source.map_or(there.unwrap_or_default(), |image| image.size)
    }

    /// When it was built.
    pub fn created_at(&self) -> Option<Timestamp> {
        let there = self.on.iter().filter_map(|(_, image)| image.created_at).max();
        self.source.and_then(|image| image.created_at).or(there)
    }
}
