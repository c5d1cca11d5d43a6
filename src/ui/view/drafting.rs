//! A change of the source whose plan is being made: what is wanted, and that it is looked at.
//!
//! ```text
//! ┌ release convocate:v1.2.0 ───────────────────┐
//! │ The project, the engine here and the        │
//! │ registry are looked at for the plan.        │
//! │ Nothing is changed before you confirm it.   │
//! └─────────────────────────────────────────────┘
//! ```

use super::document::Document;
use super::{Look, frame};
use crate::model::plan::SourceWish;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it.
pub(super) fn draw(buffer: &mut Buffer, around: Rect, look: &Look<'_>, wish: &SourceWish) -> usize {
    let width = usize::from(around.width).saturating_sub(8).min(64);
    let mut document = Document::new(look, width);
    let looked_at = match wish {
        SourceWish::Build { .. } => "The context and the engine here",
        SourceWish::Release(_) => "The project, the engine here and the registry",
        SourceWish::Publish(_) => "The engine here and the registry",
    };
    document.paragraph(
        0,
        Role::Plain,
        &format!("{looked_at} are looked at for the plan."),
    );
    document.paragraph(0, Role::Plain, "Nothing is changed before you confirm it.");
    document.gap();
    document.line(vec![look.span(Role::Tab, "[ Leave it ]")]);
    let inside = frame::centred(buffer, around, look, &wish.to_string(), (width, document.len()));
    document.draw(buffer, inside, 0);
    0
}
