//! The choice of how a rollout goes.
//!
//! ```text
//! ┌ roll out to 12 sessions ─────────────────────────────────────────┐
//! │ >  onto       v3.2.0   the tag that the sessions get              │
//! │    canaries   1        sessions that go first; …                  │
//! └──────────────────────────────────────────────────────────────────┘
//! ```

use super::table::{self, Cell, Column, Row};
use super::{Look, frame};
use crate::model::console::{RolloutDialog, RolloutField};
use crate::ui::format;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

const COLUMNS: &[Column] = &[
    Column::of_words("", 8, 8, 0),
    Column::of_names("", 6, 30, 0),
    Column::of_words("", 20, 64, 1),
];

/// Draws the dialog.
pub(super) fn draw(buffer: &mut Buffer, around: Rect, look: &Look<'_>, dialog: &RolloutDialog) -> usize {
    let sessions = format::count(dialog.sessions.len(), "session");
    let title = format!("roll out to {sessions}: how?");
    let inside = frame::centred(buffer, around, look, &title, (100, RolloutField::ALL.len() + 2));
    let list = Rect {
        height: inside.height.saturating_sub(2),
        ..inside
    };
    let rows: Vec<Row> = RolloutField::ALL
        .iter()
        .enumerate()
        .map(|(index, field)| Row {
            cells: vec![
                Cell::new(Role::Muted, field.label()),
                Cell::new(Role::Heading, dialog.value(*field)),
                Cell::new(Role::Muted, field.help()),
            ],
            is_under_cursor: index == dialog.cursor,
            is_marked: false,
        })
        .collect();
    table::draw(buffer, list, look, COLUMNS, &rows);
    if inside.height > 2 {
        let line = Line::from(look.span(Role::Plain, dialog.order.words()));
        buffer.set_line(inside.x, inside.bottom() - 1, &line, inside.width);
    }
    0
}
