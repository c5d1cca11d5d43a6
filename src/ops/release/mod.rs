//! Releases: a version of a project is built, checked, tagged and published, or is as it was.

mod contract;
mod run;

pub(crate) use run::{Releasing, release};
