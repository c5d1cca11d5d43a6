//! The rows of the sessions screen.
//!
//! ```text
//!    HOST   SESSION              PINNED   ACTIVE   STANDING    STATE       AGE
//! >  eu-01  convocate-session-1  v3.0.0   v3.1.0   ▲ behind    ● running   2h
//! ```

use super::table::{Cell, Column};
use super::{Look, standing};
use crate::model::console::State;
use crate::model::fleet::{RunsOn, Session};
use crate::model::names::{HostName, SessionName};
use crate::ui::format;
use crate::ui::theme::Role;

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column::of_names("HOST", 6, 20, 1),
    Column::of_names("SESSION", 12, 64, 0),
    Column::of_names("PINNED", 6, 24, 3),
    Column::of_names("ACTIVE", 6, 24, 4),
    Column::of_words("STANDING", 17, 24, 0),
    Column::of_words("STATE", 14, 22, 2),
    Column::of_words("AGE", 3, 5, 5),
];

/// Its label, where it has one, and its name.
fn called(session: &Session<'_>) -> String {
    match session.label() {
        Some(label) => format!("{label} ({})", session.name()),
        None => session.name().to_string(),
    }
}

/// The cells of one session.
pub(super) fn cells(
    state: &State,
    look: &Look<'_>,
    host: &HostName,
    name: &SessionName,
) -> Option<Vec<Cell>> {
    let host = state.fleet.host(host)?;
    let session = host.session(name)?;
    let container = session.container();
    let now = state.clock.now;
    let pinned = match &container.runs_on {
        RunsOn::Reference(reference) => reference.tag.to_string(),
        RunsOn::Other(_) => format!("id {}", container.image_id.short()),
    };
    let active = host.stamp.active().map_or("-", |active| active.tag.as_str());
    let stands = standing::of_session(&session, host, look);
    let whose = if container.compose.is_some() {
        ", compose"
    } else {
        ""
    };
    let does = standing::of_container(container, host, now, look);
    Some(vec![
        Cell::new(Role::Plain, host.name.as_str()),
        Cell::new(Role::Plain, called(&session)),
        Cell::new(Role::Plain, pinned),
        Cell::new(Role::Plain, active),
        Cell::new(stands.role, stands.text() + whose),
        Cell::new(does.role, does.text()),
        Cell::new(Role::Muted, format::age(container.created_at, now)),
    ])
}
