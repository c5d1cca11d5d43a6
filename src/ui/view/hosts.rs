//! The rows of the hosts screen.
//!
//! ```text
//!    HOST   STATE          ACTIVE   SESSIONS      IMAGES  ENGINE           FREE     NOTE
//! >  eu-01  ● connected    v3.1.0   4, 2 behind   3       26.1 classic     42 GB
//!    eu-03  ✗ unreachable  -        -             -       -                -        connect timed out
//! ```

use super::table::{Cell, Column};
use super::{Look, standing};
use crate::model::console::State;
use crate::model::fleet::{Connection, Host};
use crate::model::names::HostName;
use crate::ui::format;
use crate::ui::theme::Role;

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column::of_names("HOST", 6, 24, 0),
    Column::of_words("STATE", 18, 20, 0),
    Column::of_names("ACTIVE", 6, 24, 1),
    Column::of_words("SESSIONS", 11, 16, 3),
    Column::of_words("IMAGES", 6, 8, 7),
    Column::of_words("ENGINE", 16, 24, 6),
    Column::of_words("FREE", 7, 8, 4),
    Column::of_words("NOTE", 20, 100, 2),
];

/// The cells of one host.
pub(super) fn cells(state: &State, look: &Look<'_>, name: &HostName) -> Option<Vec<Cell>> {
    let host = state.fleet.host(name)?;
    let said = standing::of_host(host, state.clock.now, look);
    let facts = host.facts.as_ref();
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let is_known = host.listed_at.is_some();
    Some(vec![
        Cell::new(Role::Plain, host.name.as_str()),
        Cell::new(said.role, said.text()),
        Cell::new(
            Role::Plain,
            or_dash(host.stamp.active().map(|active| active.tag.to_string())),
        ),
        Cell::new(Role::Plain, or_dash(is_known.then(|| sessions(host)))),
        Cell::new(
            Role::Plain,
            or_dash(is_known.then(|| own_images(host).to_string())),
        ),
        Cell::new(
            Role::Plain,
            or_dash(facts.map(|facts| format!("{} {}", facts.engine, facts.store.word()))),
        ),
        Cell::new(
            Role::Plain,
            or_dash(facts.map(|facts| format::bytes(facts.space.engine_root))),
        ),
        note(host),
    ])
}

fn sessions(host: &Host) -> String {
    let (mut all, mut behind) = (0, 0);
    for session in host.sessions() {
        all += 1;
        behind += usize::from(session.standing().behind == Some(true));
    }
    match behind {
        0 => all.to_string(),
        behind => format!("{all}, {behind} behind"),
    }
}

fn own_images(host: &Host) -> usize {
    let image = &host.settings.profile.image;
    host.images()
        .flat_map(|there| &there.references)
        .filter(|reference| reference.image == *image)
        .count()
}

/// What is wrong, or else what is unusual.
fn note(host: &Host) -> Cell {
    if let Connection::Failed { problem, .. } = &host.connection {
        let text = problem.to_string();
        // The state column has the first words already.
        let detail = text.split_once(": ").map_or(text.as_str(), |(_, detail)| detail);
        return Cell::new(Role::Bad, detail);
    }
    match host.stamp.problem() {
        Some(problem) if host.listed_at.is_some() => Cell::new(Role::Warn, problem),
        _ => Cell::new(Role::Muted, host.settings.groups.join(", ")),
    }
}
