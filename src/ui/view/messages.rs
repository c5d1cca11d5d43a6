//! The list of messages, newest first, wrapped so that none is cut.

use super::document::Document;
use super::{Look, frame};
use crate::model::console::State;
use crate::ui::format;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the list; tells how far it can be scrolled.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    state: &State,
    look: &Look<'_>,
    scroll: usize,
) -> usize {
    let width = usize::from(around.width).saturating_sub(4);
    let mut document = Document::new(look, width);
    for message in state.messages.newest_first() {
        let role = Role::from(message.severity);
        let unread = if message.is_read { " " } else { "!" };
        let age = format::age(message.at, state.clock.now);
        document.columns(
            0,
            &[vec![
                (Role::Mark, unread.to_owned()),
                (Role::Muted, format!("{age:>4}")),
                (role, format!("{:<7}", message.severity.word())),
                (Role::Plain, message.text.clone()),
            ]],
        );
    }
    if document.len() == 0 {
        document.paragraph(0, Role::Muted, "Nothing was said yet.");
    }
    let title = "messages: y copies all, Esc closes";
    let inside = frame::centred(buffer, around, look, title, (width, document.len()));
    document.draw(buffer, inside, scroll)
}
