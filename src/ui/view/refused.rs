//! A change that was declined: why, and what to do about it.
//!
//! ```text
//! ┌ not possible: push convocate:v3.2.0 ┐
//! │ eu-03: unreachable: timed out       │
//! │ Nothing was changed.                │
//! │ next         ...                    │
//! └─────────────────────────────────────┘
//! ```

use super::document::Document;
use super::{Look, frame};
use crate::model::failure::Refusal;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the refusal.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    look: &Look<'_>,
    what: &str,
    refusal: &Refusal,
) -> usize {
    let width = usize::from(around.width).saturating_sub(8).min(76);
    let mut document = Document::new(look, width);
    let place = refusal.host.as_ref().map(|host| format!("{host}: "));
    document.paragraph(
        0,
        Role::Bad,
        &format!("{}{}", place.unwrap_or_default(), refusal.reason),
    );
    document.paragraph(0, Role::Plain, "Nothing was changed.");
    document.gap();
    document.field("next", Role::Plain, &refusal.advice);
    document.gap();
    document.line(vec![look.span(Role::Tab, "[ Close ]")]);
    let title = format!("not possible: {what}");
    let inside = frame::centred(buffer, around, look, &title, (width, document.len()));
    document.draw(buffer, inside, 0);
    0
}
