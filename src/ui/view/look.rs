//! How things look: styles, signs and the names of keys, together as views need them.

use crate::ui::glyphs::Glyphs;
use crate::ui::keymap::Keymap;
use crate::ui::theme::{Role, Theme};
use ratatui::text::Span;

/// How things look.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The styles.
    pub theme: Theme,
    /// The signs.
    pub glyphs: Glyphs,
    /// The keys, for hints.
    pub keymap: &'a Keymap,
}

impl Look<'_> {
    /// A piece of text in a role.
    pub(super) fn span(&self, role: Role, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.theme.style(role))
    }

    /// A bar of this many columns for thousandths of a whole.
    pub(super) fn bar(&self, permille: u16, columns: usize) -> String {
        let full = (usize::from(permille) * columns / 1000).min(columns);
        let strokes = self.glyphs.strokes;
        strokes.full.repeat(full) + &strokes.empty.repeat(columns - full)
    }
}
