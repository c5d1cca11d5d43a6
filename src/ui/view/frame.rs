//! Boxes and lines around what lies over a screen.

use super::Look;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Empties a box in the middle of an area and draws its frame; answers with the room inside.
pub(super) fn centred(
    buffer: &mut Buffer,
    around: Rect,
    look: &Look<'_>,
    title: &str,
    (width, height): (usize, usize),
) -> Rect {
    let fit = |wanted: usize, there: u16| u16::try_from(wanted).unwrap_or(there).min(there);
    let width = fit(width.saturating_add(4), around.width);
    let height = fit(height.saturating_add(2), around.height);
    let area = Rect {
        x: around.x + (around.width - width) / 2,
        y: around.y + (around.height - height) / 2,
        width,
        height,
    };
    boxed(buffer, area, look, title)
}

/// Empties an area and draws a frame with a title at its edge; answers with the room inside.
pub(super) fn boxed(buffer: &mut Buffer, area: Rect, look: &Look<'_>, title: &str) -> Rect {
    empty(buffer, area);
    if area.width < 4 || area.height < 2 {
        return Rect { height: 0, ..area };
    }
    let [across, down, top_left, top_right, low_left, low_right] = look.glyphs.frame;
    let style = look.theme.style(Role::Border);
    let line = across.repeat(usize::from(area.width) - 2);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    buffer.set_string(area.x, area.y, format!("{top_left}{line}{top_right}"), style);
    buffer.set_string(area.x, bottom, format!("{low_left}{line}{low_right}"), style);
    for y in area.y + 1..bottom {
        buffer.set_string(area.x, y, down, style);
        buffer.set_string(right, y, down, style);
    }
    let room = usize::from(area.width) - 4;
    let title = text::cut(title, room.saturating_sub(2), look.glyphs.strokes.ellipsis);
    if !title.is_empty() {
        buffer.set_string(
            area.x + 2,
            area.y,
            format!(" {title} "),
            look.theme.style(Role::Heading),
        );
    }
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width - 4,
        height: area.height - 2,
    }
}

/// Blanks an area.
pub(super) fn empty(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].reset();
            buffer[(x, y)].set_style(Style::reset());
        }
    }
}

/// A line left of an area.
pub(super) fn divide(buffer: &mut Buffer, area: Rect, look: &Look<'_>) {
    let Some(x) = area.x.checked_sub(1) else {
        return;
    };
    for y in area.top()..area.bottom() {
        buffer.set_string(x, y, look.glyphs.frame[1], look.theme.style(Role::Border));
    }
}

/// A line across an area, with words in it.
pub(super) fn rule(buffer: &mut Buffer, area: Rect, look: &Look<'_>, words: &str) {
    let line = look.glyphs.frame[0].repeat(usize::from(area.width));
    buffer.set_string(area.x, area.y, line, look.theme.style(Role::Border));
    let room = usize::from(area.width).saturating_sub(6);
    let words = text::cut_middle(words, room, look.glyphs.strokes.ellipsis);
    buffer.set_string(
        area.x + 2,
        area.y,
        format!(" {words} "),
        look.theme.style(Role::Heading),
    );
}
