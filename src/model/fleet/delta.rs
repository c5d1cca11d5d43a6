//! Changes of the fleet as values: the only way in which it changes.

use super::{
    Connection, Container, HostFacts, HostImage, HostLease, ImageLook, Publication, SourceImage, Stamp,
    StampRecord, Stock,
};
use crate::model::names::{ContainerId, HostName, ImageId, ImageRef, SessionLabel, SessionName};
use crate::model::setup::Examined;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A change of what is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Delta {
    /// Something changed on a host, or in how it can be reached.
    Host {
        /// Which one.
        host: HostName,
        /// What.
        change: HostChange,
    },
    /// The source engine was listed.
    Source {
        /// Why it could not be.
        problem: Option<String>,
        /// Its tagged images.
        images: BTreeMap<ImageRef, SourceImage>,
    },
    /// What is kept on the operator's machine.
    Stock(Stock),
    /// What was published from this machine, the last one first.
    Published(Vec<Publication>),
    /// What an image has of its contract, requirement by requirement.
    Look(Box<ImageLook>),
}

/// A change of one host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", content = "to", rename_all = "snake_case")]
pub enum HostChange {
    /// How it can be reached.
    Connection(Connection),
    /// What it told about itself.
    Facts(HostFacts),
    /// Its stamp and the history of it.
    Stamp {
        /// The stamp now.
        stamp: Stamp,
        /// What was stamped before, newest last.
        history: Vec<StampRecord>,
    },
    /// An image is new or changed.
    Image(HostImage),
    /// An image is gone.
    ImageGone(ImageId),
    /// A container is new or changed.
    Container(Container),
    /// A container is gone.
    ContainerGone(ContainerId),
    /// The labels that operators gave to its sessions.
    Labels(BTreeMap<SessionName, SessionLabel>),
    /// What an examination of it came to; it is never made unasked.
    Examined(Box<Examined>),
    /// Who changes it, or that nobody does.
    Lease(Option<HostLease>),
    /// By how many seconds its clock is ahead of this machine's.
    ClockOff(i64),
    /// A full list was taken at this time: all that is known was true then.
    Listed(Timestamp),
}
