//! The choice of hosts.
//!
//! ```text
//! ┌ push convocate:v3.2.0 to which hosts? 3 of 4 chosen ──┐
//! │     HOST    STATE           ACTIVE                     │
//! │ >*  eu-01   ● connected     v3.1.0                     │
//! │     eu-03   ✗ unreachable   -                          │
//! └────────────────────────────────────────────────────────┘
//! ```

use super::table::{self, Cell, Column, Row};
use super::{Look, frame, standing};
use crate::model::console::{HostPicker, PickedFor, State};
use crate::model::names::HostName;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

const COLUMNS: &[Column] = &[
    Column::of_names("HOST", 6, 30, 0),
    Column::of_words("STATE", 18, 20, 1),
    Column::of_names("ACTIVE", 6, 24, 2),
    Column::of_words("HAS IT", 6, 12, 3),
    Column::of_words("GROUPS", 6, 30, 4),
];

/// Without the last one: where no host is in a group it would be empty.
const WITHOUT_GROUPS: &[Column] = COLUMNS.split_at(4).0;

/// Draws the picker.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    state: &State,
    look: &Look<'_>,
    picker: &HostPicker,
) -> usize {
    let (verb, reference) = match &picker.purpose {
        PickedFor::Push(reference) => ("push", reference),
        PickedFor::Activate(reference) => ("activate", reference),
    };
    let (chosen, all) = (picker.chosen.len(), picker.hosts.len());
    let title = format!("{verb} {reference}: {chosen} of {all} hosts chosen (*)");
    let size = (crate::ui::text::width(&title).max(62), picker.hosts.len() + 3);
    let inside = frame::centred(buffer, around, look, &title, size);
    let list = Rect {
        height: inside.height.saturating_sub(2),
        ..inside
    };
    let height = usize::from(list.height.saturating_sub(1)).max(1);
    let top = (picker.cursor + 1).saturating_sub(height);
    let rows: Vec<Row> = picker
        .hosts
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .map(|(index, name)| Row {
            cells: cells(state, look, name, reference),
            is_under_cursor: index == picker.cursor,
            is_marked: picker.chosen.contains(name),
        })
        .collect();
    let has_groups = |name: &HostName| {
        let host = state.fleet.host(name);
        host.is_some_and(|host| !host.settings.groups.is_empty())
    };
    let columns = if picker.hosts.iter().any(has_groups) {
        COLUMNS
    } else {
        WITHOUT_GROUPS
    };
    table::draw(buffer, list, look, columns, &rows);
    let note = match (&picker.purpose, picker.replace_tag) {
        (PickedFor::Activate(_), _) => "No image is sent; sessions keep their pinned tag.",
        (_, false) => "A tag that names another image on a host stays there; m moves it.",
        (_, true) => "A tag that names another image on a host is MOVED; m leaves it.",
    };
    let role = if picker.replace_tag {
        Role::Warn
    } else {
        Role::Muted
    };
    let y = inside.bottom().saturating_sub(1);
    if inside.height > 2 {
        buffer.set_line(inside.x, y, &Line::from(look.span(role, note)), inside.width);
    }
    0
}

fn cells(
    state: &State,
    look: &Look<'_>,
    name: &HostName,
    reference: &crate::model::names::ImageRef,
) -> Vec<Cell> {
    let Some(host) = state.fleet.host(name) else {
        return vec![Cell::new(Role::Muted, name.as_str())];
    };
    let said = standing::of_host(host, state.clock.now, look);
    let active = host.stamp.active().map_or("-", |active| active.tag.as_str());
    let has = if host.image(reference).is_some() {
        "yes"
    } else {
        "no"
    };
    vec![
        Cell::new(Role::Plain, name.as_str()),
        Cell::new(said.role, said.text()),
        Cell::new(Role::Plain, active),
        Cell::new(Role::Plain, has),
        Cell::new(Role::Muted, host.settings.groups.join(", ")),
    ]
}
