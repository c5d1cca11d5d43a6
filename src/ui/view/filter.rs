//! The filter line, in the place of the status line.
//!
//! ```text
//!  /host:eu* is:behind_    3 of 12 sessions
//! ```

use super::{Look, frame, input_line};
use crate::model::console::{LineInput, State, UnknownField};
use crate::ui::format;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the line.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    state: &State,
    look: &Look<'_>,
    (input, problem): (&LineInput, Option<&UnknownField>),
) {
    frame::empty(buffer, area);
    let list = state.lists.of(state.screen);
    let mut parts = vec![look.span(Role::Key, " /")];
    parts.extend(input_line::pieces(input, look, usize::from(area.width) / 2));
    let found = match problem {
        Some(problem) => look.span(Role::Warn, format!("   {problem}")),
        None => {
            let all = format::count(list.total, state.screen.noun());
            look.span(Role::Muted, format!("   {} of {all}", list.order.len()))
        }
    };
    parts.push(found);
    buffer.set_line(area.x, area.y, &Line::from(parts), area.width);
}
