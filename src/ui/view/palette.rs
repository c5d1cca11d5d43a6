//! The palette: what matches, with its key, and with the reason where it cannot be done now.
//!
//! ```text
//! ┌ palette ────────────────────────────────────────┐
//! │ : res_                                          │
//! │ > restart       r   Restarts the sessions ...   │
//! │   resume-job    u   not now: it runs            │
//! └─────────────────────────────────────────────────┘
//! ```

use super::table::{self, Cell, Column, Row};
use super::{Look, frame, input_line};
use crate::model::console::palette::{PaletteEntry, entries};
use crate::model::console::{LineInput, State};
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

const COLUMNS: &[Column] = &[
    Column::of_words("NAME", 12, 24, 0),
    Column::of_words("KEY", 3, 6, 2),
    Column::of_words("WHAT", 12, 100, 1),
];

/// Draws the palette; tells how far its cursor can go.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    state: &State,
    look: &Look<'_>,
    (input, cursor): (&LineInput, usize),
) -> usize {
    let width = usize::from(around.width).saturating_sub(8).min(100);
    let inside = frame::centred(buffer, around, look, "palette", (width, 16));
    let mut line = vec![look.span(Role::Key, ": ")];
    line.extend(input_line::pieces(
        input,
        look,
        usize::from(inside.width).saturating_sub(2),
    ));
    buffer.set_line(inside.x, inside.y, &Line::from(line), inside.width);
    let list = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    let entries = entries(state, input.text());
    let height = usize::from(list.height.saturating_sub(1)).max(1);
    let top = (cursor + 1).saturating_sub(height);
    let rows: Vec<Row> = entries
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .map(|(index, entry)| Row {
            cells: cells(entry, look),
            is_under_cursor: index == cursor,
            is_marked: false,
        })
        .collect();
    table::draw(buffer, list, look, COLUMNS, &rows);
    if rows.is_empty() && list.height > 1 {
        let words = "Nothing is called so.";
        buffer.set_string(list.x + 3, list.y + 1, words, look.theme.style(Role::Muted));
    }
    entries.len().saturating_sub(1)
}

fn cells(entry: &PaletteEntry, look: &Look<'_>) -> Vec<Cell> {
    match entry {
        PaletteEntry::Action(info, None) => vec![
            Cell::new(Role::Plain, info.name),
            Cell::new(Role::Key, look.keymap.key(info.action)),
            Cell::new(Role::Plain, info.help),
        ],
        PaletteEntry::Action(info, Some(reason)) => vec![
            Cell::new(Role::Muted, info.name),
            Cell::new(Role::Muted, look.keymap.key(info.action)),
            Cell::new(Role::Muted, format!("not now: {reason}")),
        ],
        PaletteEntry::Verb(verb, _) => vec![
            Cell::new(Role::Plain, verb.usage),
            Cell::new(Role::Plain, ""),
            Cell::new(Role::Plain, verb.help),
        ],
    }
}
