//! A change that was declined: why, and what to do about it.
//!
//! ```text
//! ┌ not possible: push convocate:v3.2.0 ┐
//! │ eu-03: unreachable: timed out       │
//! │ Nothing was changed.                │
//! │ next         ...                    │
//! │ [ Close ]                           │
//! └─────────────────────────────────────┘
//! ```

use super::document::Document;
use super::{Look, frame};
use crate::model::console::action::unavailable;
use crate::model::console::{Action, State};
use crate::model::failure::Refusal;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the refusal.
pub(super) fn draw(
    buffer: &mut Buffer,
    around: Rect,
    state: &State,
    look: &Look<'_>,
    (what, refusal): (&str, &Refusal),
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
    document.line(close(state, look));
    let title = format!("not possible: {what}");
    let inside = frame::centred(buffer, around, look, &title, (width, document.len()));
    document.draw(buffer, inside, 0);
    0
}

/// The last line; a push that only a contract holds back can be wanted all the same.
fn close(state: &State, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut line = vec![look.span(Role::Tab, "[ Close ]")];
    let is_push = state
        .overlays
        .last()
        .is_some_and(|overlay| overlay.push().is_some());
    if is_push && unavailable(state, Action::AllowFailing).is_none() {
        line.push(Span::raw("   "));
        line.push(look.span(Role::Key, look.keymap.key(Action::AllowFailing)));
        line.push(look.span(Role::Warn, " plans it all the same"));
    }
    line
}
