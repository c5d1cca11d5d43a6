//! The rows of the images screen: every managed tag, here and on the hosts.
//!
//! ```text
//!    TAG               STANDING      HOSTS    ACTIVE ON  SESSIONS  SIZE     BUILT
//! >  convocate:v3.2.0  only here     0 of 4   0          0         1.16 GB  4m
//!    convocate:v3.1.0  ✓ active      3 of 4   3          5         1.16 GB  2d
//! ```

use super::Look;
use super::table::{Cell, Column};
use crate::model::console::{CatalogueEntry, State};
use crate::model::names::ImageRef;
use crate::ui::format;
use crate::ui::theme::Role;

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        title: "TAG",
        least: 14,
        most: 60,
        rank: 0,
    },
    Column {
        title: "STANDING",
        least: 11,
        most: 24,
        rank: 0,
    },
    Column {
        title: "HOSTS",
        least: 6,
        most: 10,
        rank: 1,
    },
    Column {
        title: "SESSIONS",
        least: 8,
        most: 8,
        rank: 2,
    },
    Column {
        title: "HERE",
        least: 4,
        most: 4,
        rank: 4,
    },
    Column {
        title: "SIZE",
        least: 7,
        most: 8,
        rank: 3,
    },
    Column {
        title: "BUILT",
        least: 5,
        most: 6,
        rank: 5,
    },
    Column {
        title: "IMAGE ID",
        least: 12,
        most: 12,
        rank: 6,
    },
];

/// The cells of one tag.
pub(super) fn cells(state: &State, look: &Look<'_>, reference: &ImageRef) -> Vec<Cell> {
    let entry = CatalogueEntry::of(&state.fleet, reference);
    let (role, standing) = standing(&entry, look);
    let hosts = state.fleet.hosts().len();
    let built = entry.created_at().map(|at| format::age(at, state.clock.now));
    let ids = entry.ids();
    vec![
        Cell::new(Role::Plain, reference.to_string()),
        Cell::new(role, standing),
        Cell::new(Role::Plain, format!("{} of {hosts}", entry.on.len())),
        Cell::new(Role::Plain, entry.standing().sessions.to_string()),
        Cell::new(Role::Plain, if entry.source.is_some() { "yes" } else { "no" }),
        Cell::new(Role::Plain, format::bytes(entry.size())),
        Cell::new(Role::Muted, built.unwrap_or_else(|| "-".to_owned())),
        Cell::new(Role::Muted, ids.first().copied().unwrap_or("-")),
    ]
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
