//! The fields of an image tag.

use super::Facets;
use crate::model::console::catalogue::catalogue;
use crate::model::console::{Field, RowId, State};

pub(super) fn rows(state: &State) -> Vec<Facets> {
    catalogue(&state.fleet)
        .into_iter()
        .map(|entry| {
            let standing = entry.standing();
            let mut row = Facets::new(RowId::Image(entry.reference.clone()))
                .text(Field::Image, entry.reference.image.as_str())
                .text(Field::Tag, entry.reference.tag.as_str())
                .is("only-here", standing.is_only_here)
                .is("here", entry.source.is_some())
                .is("active", standing.active_on > 0)
                .is("unused", standing.is_unused())
                .is("differs", standing.differs)
                .is("failing", entry.is_failing(&state.fleet))
                .is("published", !entry.publications(&state.fleet).is_empty())
                .number(Field::Hosts, entry.on.len())
                .number(Field::Sessions, standing.sessions)
                .number(Field::Size, entry.size());
            for id in entry.ids() {
                row = row.text(Field::Id, id);
            }
            for (host, _) in &entry.on {
                row = row.text(Field::Host, host.name.as_str()).groups(host);
            }
            if let Some(built) = entry.created_at() {
                row = row.number(Field::Built, built.as_second());
            }
            row
        })
        .collect()
}
