//! What was published from this machine.

use super::{ago, digest, image_id, job_id, tag};
use tagboat::model::console::{Msg, State, update};
use tagboat::model::event::Event;
use tagboat::model::fleet::{ContentId, Delta, Publication};
use tagboat::model::names::RegistryTag;

/// A publication of what a version's content is, so many days ago.
pub(crate) fn publication(to: &str, version: &str, days: i64) -> Publication {
    Publication {
        time: ago(days * 86_400),
        job: job_id("20261118-031400-0c11"),
        reference: tag(version),
        image_id: image_id(version),
        content: ContentId(digest(version)),
        published: RegistryTag::parse(to).unwrap(),
        digest: digest(&format!("manifest of {version} in {to}")),
    }
}

/// Tells publications, the last one first.
pub(crate) fn published(state: &mut State, publications: &[Publication]) {
    let told = Delta::Published(publications.to_vec());
    update(state, Msg::from(Event::Fleet(told)));
}
