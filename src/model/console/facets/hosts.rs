//! The fields of a host.

use super::Facets;
use crate::model::console::{Field, RowId, State};
use crate::model::fleet::{Freshness, Host};
use crate::model::profile::Guard;
use jiff::Timestamp;

pub(super) fn rows(state: &State) -> Vec<Facets> {
    state
        .fleet
        .hosts()
        .map(|host| row(host, state.clock.now))
        .collect()
}

fn row(host: &Host, now: Timestamp) -> Facets {
    let image = &host.settings.profile.image;
    let tags = host
        .images()
        .flat_map(|there| &there.references)
        .filter(|reference| reference.image == *image);
    let mut row = Facets::new(RowId::Host(host.name.clone()))
        .text(Field::Host, host.name.as_str())
        .text(Field::State, host.connection.word())
        .is("stale", matches!(host.freshness(now), Freshness::Stale(_)))
        .is(
            "behind",
            host.sessions().any(|s| s.standing().behind == Some(true)),
        )
        .number(Field::Sessions, host.sessions().count())
        .number(Field::Images, tags.count())
        .is("strict", host.settings.guard == Guard::Strict)
        .groups(host);
    if let Some(active) = host.stamp.active() {
        row = row.text(Field::Tag, active.tag.as_str());
    }
    if let Some(facts) = &host.facts {
        row = row
            .text(Field::Engine, facts.engine.as_str())
            .text(Field::Store, facts.store.word())
            .number(Field::Free, facts.space.engine_root);
    }
    row
}
