//! The fields of a session.

use super::Facets;
use crate::model::console::{Field, RowId};
use crate::model::fleet::{Fleet, Freshness};
use jiff::Timestamp;

/// The sessions as filters see them; the command line filters by the same fields.
pub fn of_sessions(fleet: &Fleet, now: Timestamp) -> Vec<Facets> {
    fleet
        .sessions()
        .map(|(host, session)| {
            let container = session.container();
            let standing = session.standing();
            let mut row = Facets::new(RowId::Session(host.name.clone(), session.name().clone()))
                .text(Field::Host, host.name.as_str())
                .text(Field::Session, session.name().as_str())
                .text(Field::State, container.state.word())
                .text(Field::Id, container.image_id.short())
                .is("behind", standing.behind == Some(true))
                .is("moved", standing.moved)
                .is("missing", standing.missing)
                .is("stale", matches!(host.freshness(now), Freshness::Stale(_)))
                .number(Field::Created, container.created_at.as_second())
                .groups(host);
            if let Some(label) = session.label() {
                row = row.text(Field::Session, label.as_str());
            }
            if let Some(pinned) = session.pinned() {
                row = row.text(Field::Tag, pinned.tag.as_str());
            }
            if let Some(active) = host.stamp.active() {
                row = row.text(Field::Active, active.tag.as_str());
            }
            row
        })
        .collect()
}
