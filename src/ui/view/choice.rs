//! The choice of one thing.
//!
//! ```text
//! ┌ restart eu-01/agent-7 onto which tag? ┐
//! │ > convocate:v3.1.0  active on 1       │
//! │   convocate:v3.0.0                    │
//! └───────────────────────────────────────┘
//! ```

use super::table::{self, Cell, Column, Row};
use super::{Look, frame};
use crate::model::console::{Choice, ChoiceOption};
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: &[Column] = &[Column::of_names("", 10, 80, 0), Column::of_names("", 10, 40, 1)];

/// Draws the choice.
pub(super) fn draw(buffer: &mut Buffer, around: Rect, look: &Look<'_>, choice: &Choice) -> usize {
    let title = choice.title();
    // The longest label and the longest note need not be of one option.
    let longest = |of: fn(&ChoiceOption) -> &str| {
        let widths = choice.options.iter().map(|option| text::width(of(option)));
        widths.max().unwrap_or_default()
    };
    let widest = longest(|option| &option.label) + longest(|option| &option.note) + 8;
    let size = (widest.max(text::width(&title) + 2).max(30), choice.options.len());
    let inside = frame::centred(buffer, around, look, &title, size);
    let height = usize::from(inside.height).max(1);
    let top = (choice.cursor + 1).saturating_sub(height);
    let rows: Vec<Row> = choice
        .options
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .map(|(index, option)| Row {
            cells: vec![
                Cell::new(Role::Plain, option.label.as_str()),
                Cell::new(Role::Muted, option.note.as_str()),
            ],
            is_under_cursor: index == choice.cursor,
            is_marked: false,
        })
        .collect();
    table::draw(buffer, inside, look, COLUMNS, &rows);
    0
}
