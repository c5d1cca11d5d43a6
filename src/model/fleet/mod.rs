//! The fleet: all configured hosts and what is on them, changed only by deltas.

mod connection;
mod container;
mod delta;
mod facts;
mod host;
mod image;
mod image_look;
mod lease;
mod listing;
mod publication;
mod registry_look;
mod session;
mod stamp;
mod stock;

pub use connection::{Connection, ConnectionProblem};
pub use container::{Container, ContainerState, Health, RunsOn, Storage};
pub use delta::{Delta, HostChange};
pub use facts::{HostFacts, MachineId, Platform, Privilege, Space, Store};
pub use host::{Freshness, Host, Moment};
pub use image::{ContentId, HostImage, STAGING_IMAGE, SourceImage};
pub use image_look::{ImageLook, ImageLookState};
pub use lease::{Holder, HostLease};
pub use listing::Listing;
pub use publication::Publication;
pub use registry_look::{RegistryLook, There};
pub use session::{Session, Standing};
pub use stamp::{Stamp, StampRecord};
pub use stock::{Stock, StockedContract, StockedHelper, StockedLayer, StockedRecipe};

use crate::model::names::{HostName, ImageName, ImageRef, SessionName};
use std::collections::{BTreeMap, BTreeSet};

/// All configured hosts, and the images of the engine that pushes start from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fleet {
    hosts: BTreeMap<HostName, Host>,
    source: Source,
}

/// What is known of the engine on the operator's machine, the source of every push.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Source {
    /// Why it cannot be asked, when it cannot.
    pub problem: Option<String>,
    /// Tagged images there.
    pub images: BTreeMap<ImageRef, SourceImage>,
    /// What is kept here of images, these and earlier ones.
    pub stock: Stock,
    /// What was published from here, the last one first: each image once under each tag.
    pub published: Vec<Publication>,
    /// What was found in images that somebody asked to be checked, the last one first.
    pub looks: Vec<ImageLook>,
}

impl Fleet {
    /// A fleet of hosts of which nothing is known yet.
    pub fn new(hosts: impl IntoIterator<Item = Host>) -> Self {
        let hosts = hosts.into_iter().map(|host| (host.name.clone(), host)).collect();
        Self {
            hosts,
            source: Source::default(),
        }
    }

    /// The hosts in the order of their names.
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = &Host> {
        self.hosts.values()
    }

    /// One host.
    pub fn host(&self, name: &HostName) -> Option<&Host> {
        self.hosts.get(name)
    }

    /// The other hosts that are only further names of this one: the same engine, and sessions of the same image.
    pub fn twins(&self, host: &Host) -> impl Iterator<Item = &Host> {
        self.hosts
            .values()
            .filter(|other| other.name != host.name && other.is_twin_of(host))
    }

    /// The contracts that an image must meet by its name: those of the hosts whose sessions run it, each once.
    pub fn contracts_of(&self, image: &ImageName) -> BTreeSet<&str> {
        let profiles = self.hosts.values().map(|host| &host.settings.profile);
        let of_image = profiles.filter(|profile| profile.image == *image);
        of_image
            .filter_map(|profile| profile.contract.as_deref())
            .collect()
    }

    /// The engine that pushes start from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Every session of every host, in the order of host and session names.
    pub fn sessions(&self) -> impl Iterator<Item = (&Host, Session<'_>)> {
        self.hosts
            .values()
            .flat_map(|host| host.sessions().map(move |session| (host, session)))
    }

    /// Finds a session by its name; names may repeat across hosts, so all that match are returned.
    pub fn sessions_named<'a>(
        &'a self,
        name: &'a SessionName,
    ) -> impl Iterator<Item = (&'a Host, Session<'a>)> {
        self.sessions().filter(move |(_, session)| session.name() == name)
    }

    /// Applies one delta; tells whether anything that can be seen changed. A delta for an unknown host changes nothing.
    pub fn apply(&mut self, delta: Delta) -> bool {
        match delta {
            Delta::Host { host, change } => self.hosts.get_mut(&host).is_some_and(|host| host.apply(change)),
            Delta::Source { problem, images } => {
                let changed = self.source.problem != problem || self.source.images != images;
                (self.source.problem, self.source.images) = (problem, images);
                changed
            }
            Delta::Stock(stock) => {
                let changed = self.source.stock != stock;
                self.source.stock = stock;
                changed
            }
            Delta::Published(published) => {
                let changed = self.source.published != published;
                self.source.published = published;
                changed
            }
            Delta::Look(look) => {
                self.remember_look(*look);
                true
            }
        }
    }
}
