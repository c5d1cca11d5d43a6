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
use crate::model::fleet::{Connection, Fleet, Holder, Host};
use crate::model::names::HostName;
use crate::model::setup::{Level, diagnose, summary};
use crate::ui::format;
use crate::ui::theme::Role;
use jiff::Timestamp;

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
        note(state, host),
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
fn note(state: &State, host: &Host) -> Cell {
    if let Connection::Failed { problem, .. } = &host.connection {
        let text = problem.to_string();
        // The state column has the first words already.
        let detail = text.split_once(": ").map_or(text.as_str(), |(_, detail)| detail);
        return Cell::new(Role::Bad, detail);
    }
    match host.stamp.problem() {
        Some(problem) if host.listed_at.is_some() => Cell::new(Role::Warn, problem),
        _ => changing(host, state.clock.now)
            .or_else(|| clock(host))
            .or_else(|| health(host, &state.fleet))
            .unwrap_or_else(|| Cell::new(Role::Muted, host.settings.groups.join(", "))),
    }
}

/// Who changes it now: only what was told in time is said, and what has run out is said as that.
fn changing(host: &Host, now: Timestamp) -> Option<Cell> {
    let (lease, told_at) = (host.moment.lease.as_ref()?, host.listed_at?);
    // The column is narrow; which process it is, and with which job, is in the details.
    let who = match &lease.holder {
        Holder::Console { operator, .. } => format!("{} by {operator}", lease.what),
        Holder::Prune => "its own prune".to_owned(),
        Holder::Other(name) => format!("changed by {name}"),
    };
    if lease.left_at(told_at, now).is_none() {
        return Some(Cell::new(Role::Warn, format!("left: {who}")));
    }
    let held = format::minutes(lease.held_at(told_at, now));
    Some(Cell::new(Role::Busy, format!("{who}, {held}")))
}

/// What the last examination found, where somebody looked; notes are no trouble.
fn health(host: &Host, fleet: &Fleet) -> Option<Cell> {
    host.examined.as_ref()?;
    let findings = diagnose(host, fleet);
    let role = match findings.first()?.level {
        Level::Problem => Role::Bad,
        Level::Warning => Role::Warn,
        Level::Note => return None,
    };
    Some(Cell::new(role, format!("{} (Enter)", summary(&findings))))
}

fn clock(host: &Host) -> Option<Cell> {
    standing::of_clock(host).map(|(span, which)| Cell::new(Role::Warn, format!("clock {span} {which}")))
}
