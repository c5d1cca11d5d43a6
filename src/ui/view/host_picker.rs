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
use crate::model::console::{CatalogueEntry, HostPicker, PickedFor, State};
use crate::model::contract::ContractState;
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
    let notes = notes(state, picker);
    let texts = notes.iter().map(|(_, note)| note.as_str());
    let widest = texts.chain([title.as_str()]).map(crate::ui::text::width).max();
    let size = (
        widest.unwrap_or_default().max(62),
        picker.hosts.len() + 2 + notes.len(),
    );
    let inside = frame::centred(buffer, around, look, &title, size);
    let list = Rect {
        height: inside.height.saturating_sub(to_rows(notes.len()) + 1),
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
    if inside.height > 2 {
        let first = inside.bottom().saturating_sub(to_rows(notes.len()));
        for (y, (role, note)) in (first..inside.bottom()).zip(notes) {
            buffer.set_line(inside.x, y, &Line::from(look.span(role, note)), inside.width);
        }
    }
    0
}

fn to_rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// What is allowed, and which key changes that.
fn notes(state: &State, picker: &HostPicker) -> Vec<(Role, String)> {
    let PickedFor::Push(reference) = &picker.purpose else {
        let text = "No image is sent; sessions keep their pinned tag.";
        return vec![(Role::Muted, text.to_owned())];
    };
    let moved = if picker.replace_tag {
        (
            Role::Warn,
            "A tag that names another image on a host is MOVED; m leaves it.",
        )
    } else {
        (
            Role::Muted,
            "A tag that names another image on a host stays there; m moves it.",
        )
    };
    let mut notes = vec![(moved.0, moved.1.to_owned())];
    let entry = CatalogueEntry::of(&state.fleet, reference);
    let fails = entry
        .contracts(&state.fleet)
        .into_iter()
        .find_map(|(name, known)| match known {
            ContractState::Checked(verdict) if !verdict.is_met() => Some(format!("fails {name}")),
            ContractState::Unusable(_) => Some(format!("cannot be checked against {name}")),
            _ => None,
        });
    match (fails, picker.allow_failing) {
        (None, false) => {}
        (None, true) => notes.push((
            Role::Warn,
            "It is pushed even if it FAILS its contract; f holds it back.".to_owned(),
        )),
        (Some(fails), false) => notes.push((
            Role::Warn,
            format!("It {fails} and is held back; f pushes it all the same."),
        )),
        (Some(fails), true) => notes.push((
            Role::Bad,
            format!("It {fails} and is pushed ALL THE SAME; f holds it back."),
        )),
    }
    notes
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
