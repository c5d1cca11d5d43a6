//! The rows of the images screen: every managed tag, here and on the hosts.
//!
//! ```text
//!    TAG               STANDING       HOSTS   WHERE  SESSIONS  HERE  SIZE     BUILT  CONTRACT
//! >  convocate:v3.2.0  ◌ only here    0 of 4  ····   0         yes   1.16 GB  4m     ✗ 2 FAIL
//!    convocate:v3.1.0  ✓ active on 3  3 of 4  ✓✓✓·   5         yes   1.16 GB  2d     ✓ ok
//! ```
//!
//! WHERE has a sign for each host, in the order of the Hosts screen: hosts by tags in one look.

use super::table::{Cell, Column};
use super::{Look, image_contract};
use crate::model::console::{CatalogueEntry, State, Whereabouts};
use crate::model::names::ImageRef;
use crate::ui::format;
use crate::ui::theme::Role;

/// The columns.
const COLUMNS: &[Column] = &[
    Column::of_names("TAG", 24, 60, 0),
    Column::of_words("STANDING", 11, 24, 0),
    Column::of_words("HOSTS", 6, 10, 1),
    Column::of_words("WHERE", 5, 60, 3),
    Column::of_words("SESSIONS", 8, 8, 2),
    Column::of_words("HERE", 4, 4, 5),
    Column::of_words("SIZE", 7, 8, 4),
    Column::of_words("BUILT", 5, 6, 6),
    Column::of_words("CONTRACT", 11, 14, 7),
    Column::of_words("IMAGE ID", 12, 12, 8),
    Column::of_words("PUBLISHED", 9, 9, 9),
];

/// Without the last one: where nothing was published it would be empty.
const UNPUBLISHED: &[Column] = COLUMNS.split_at(COLUMNS.len() - 1).0;

/// The columns that say something.
pub(super) fn columns(state: &State) -> &'static [Column] {
    if state.fleet.source().published.is_empty() {
        UNPUBLISHED
    } else {
        COLUMNS
    }
}

/// The cells of one tag.
pub(super) fn cells(state: &State, look: &Look<'_>, reference: &ImageRef) -> Vec<Cell> {
    let entry = CatalogueEntry::of(&state.fleet, reference);
    let (role, standing) = standing(&entry, look);
    let (contract_role, contract) = image_contract::cell(&entry, state, look);
    let hosts = state.fleet.hosts().len();
    let built = entry.created_at().map(|at| format::age(at, state.clock.now));
    let published = entry.publications(&state.fleet).into_iter();
    let published = published.map(|one| format::age(one.time, state.clock.now)).next();
    let ids = entry.ids();
    vec![
        Cell::new(Role::Plain, reference.to_string()),
        Cell::new(role, standing),
        Cell::new(Role::Plain, format!("{} of {hosts}", entry.on.len())),
        Cell::new(Role::Plain, signs(state, look, &entry)),
        Cell::new(Role::Plain, entry.standing().sessions.to_string()),
        Cell::new(Role::Plain, if entry.source.is_some() { "yes" } else { "no" }),
        Cell::new(Role::Plain, format::bytes(entry.size())),
        Cell::new(Role::Muted, built.unwrap_or_else(|| "-".to_owned())),
        Cell::new(contract_role, contract),
        Cell::new(Role::Muted, ids.first().copied().unwrap_or("-")),
        Cell::new(Role::Muted, published.unwrap_or_else(|| "-".to_owned())),
    ]
}

/// A sign for each host.
fn signs(state: &State, look: &Look<'_>, entry: &CatalogueEntry<'_>) -> String {
    entry
        .places(&state.fleet)
        .map(|(_, place)| sign(place, look).1)
        .collect()
}

/// The sign of a place, with its role and its words.
pub(super) fn sign(place: Whereabouts, look: &Look<'_>) -> (Role, &'static str, &'static str) {
    let g = look.glyphs;
    match place {
        Whereabouts::Active => (Role::Good, g.done, "active"),
        Whereabouts::There => (Role::Plain, g.idle, "not active"),
        Whereabouts::Differs => (Role::Bad, g.failed, "another content than here"),
        Whereabouts::Absent => (Role::Muted, g.strokes.absent, "not there"),
        Whereabouts::Unknown => (Role::Warn, g.stale, "unknown"),
    }
}

/// How a tag stands to the fleet, in a few words.
pub(super) fn standing(entry: &CatalogueEntry<'_>, look: &Look<'_>) -> (Role, String) {
    let g = look.glyphs;
    let standing = entry.standing();
    if standing.differs {
        return (Role::Bad, format!("{} contents differ", g.failed));
    }
    if standing.is_only_here {
        return (Role::Busy, format!("{} only here", g.busy));
    }
    match (standing.active_on, standing.sessions) {
        (0, 0) => (Role::Muted, format!("{} unused", g.idle)),
        (0, _) => (Role::Plain, format!("{} in use", g.running)),
        (n, _) => (Role::Good, format!("{} active on {n}", g.done)),
    }
}
