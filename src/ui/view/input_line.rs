//! A line of text that is being edited, with its cursor as a reversed cell.

use super::Look;
use crate::model::console::LineInput;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::text::Span;

/// The pieces of an edited line; of a long one, what is around the cursor.
pub(super) fn pieces(input: &LineInput, look: &Look<'_>, columns: usize) -> Vec<Span<'static>> {
    let (before, after) = input.split();
    let mut after = after.chars();
    let under = after.next().unwrap_or(' ');
    let room = columns.saturating_sub(2);
    let mut head = before;
    while text::width(head) > room {
        let mut chars = head.chars();
        chars.next();
        head = chars.as_str();
    }
    let left = room.saturating_sub(text::width(head));
    let tail = text::cut(after.as_str(), left, look.glyphs.strokes.ellipsis);
    vec![
        look.span(Role::Input, head),
        look.span(Role::Cursor, under),
        look.span(Role::Input, tail),
    ]
}
