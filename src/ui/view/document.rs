//! A text with headings, fields and signs that is built for a width and scrolled: what details and dialogs are made of.

use super::Look;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The text.
pub(super) struct Document<'l> {
    look: &'l Look<'l>,
    width: usize,
    lines: Vec<Line<'static>>,
}

/// Columns of the labels of fields.
const LABEL: usize = 13;

impl<'l> Document<'l> {
    /// An empty text for a width.
    pub(super) fn new(look: &'l Look<'l>, width: usize) -> Self {
        Self {
            look,
            width,
            lines: Vec::new(),
        }
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// A blank line.
    pub(super) fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// A line in bold.
    pub(super) fn heading(&mut self, words: &str) {
        self.paragraph(0, Role::Heading, words);
    }

    /// One line of pieces, cut by the window where it is too long.
    pub(super) fn line(&mut self, pieces: Vec<Span<'static>>) {
        self.lines.push(Line::from(pieces));
    }

    /// A text that is wrapped, all in one role.
    pub(super) fn paragraph(&mut self, indent: usize, role: Role, words: &str) {
        for line in text::wrap(words, self.width.saturating_sub(indent).max(8)) {
            let blank = Span::raw(" ".repeat(indent));
            self.lines
                .push(Line::from(vec![blank, self.look.span(role, line)]));
        }
    }

    /// A label with its value; a long value is wrapped beside the label.
    pub(super) fn field(&mut self, label: &str, role: Role, value: &str) {
        self.indented_field(0, label, role, value);
    }

    /// The same, further right.
    pub(super) fn indented_field(&mut self, indent: usize, label: &str, role: Role, value: &str) {
        let left = indent + LABEL;
        let lines = text::wrap(value, self.width.saturating_sub(left).max(8));
        for (index, line) in lines.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let label = " ".repeat(indent) + &text::pad(label, LABEL);
            self.lines.push(Line::from(vec![
                self.look.span(Role::Muted, label),
                self.look.span(role, line),
            ]));
        }
    }

    /// Rows of cells in columns as wide as they need, the last cell wrapped.
    pub(super) fn columns(&mut self, indent: usize, rows: &[Vec<(Role, String)>]) {
        self.columns_with(indent, rows, |_, _| {});
    }

    /// The same, with what `under` writes under each row, by its place.
    pub(super) fn columns_with(
        &mut self,
        indent: usize,
        rows: &[Vec<(Role, String)>],
        mut under: impl FnMut(&mut Self, usize),
    ) {
        let count = rows.iter().map(Vec::len).max().unwrap_or_default();
        let mut widths = vec![0; count];
        for row in rows {
            for (column, (_, cell)) in row.iter().enumerate() {
                widths[column] = text::width(cell).max(widths[column]);
            }
        }
        let most = (self.width / 2).max(8);
        for (place, row) in rows.iter().enumerate() {
            self.columns_row(indent, row, &widths, most);
            under(self, place);
        }
    }

    fn columns_row(&mut self, indent: usize, row: &[(Role, String)], widths: &[usize], most: usize) {
        let ellipsis = self.look.glyphs.strokes.ellipsis;
        let mut pieces = vec![Span::raw(" ".repeat(indent))];
        let mut used = indent;
        let Some(((role, last), head)) = row.split_last() else {
            return;
        };
        for (column, (role, cell)) in head.iter().enumerate() {
            let width = widths[column].min(most);
            let cell = text::pad(&text::cut_middle(cell, width, ellipsis), width + 2);
            used += width + 2;
            pieces.push(self.look.span(*role, cell));
        }
        let room = self.width.saturating_sub(used).max(8);
        for (index, line) in text::wrap(last, room).into_iter().enumerate() {
            if index > 0 {
                pieces = vec![Span::raw(" ".repeat(used))];
            }
            pieces.push(self.look.span(*role, line));
            self.lines.push(Line::from(std::mem::take(&mut pieces)));
        }
    }

    /// Draws what fits from a line on; tells how far it can be scrolled.
    pub(super) fn draw(&self, buffer: &mut Buffer, area: Rect, scroll: usize) -> usize {
        let is_longer = self.lines.len() > usize::from(area.height);
        // The last line then says how much more there is, and hides nothing.
        let height = area.height.saturating_sub(u16::from(is_longer));
        let reach = self.lines.len().saturating_sub(usize::from(height));
        let from = scroll.min(reach);
        for (y, line) in (area.y..area.y + height).zip(self.lines.iter().skip(from)) {
            buffer.set_line(area.x, y, line, area.width);
        }
        if is_longer && area.height > 0 {
            self.draw_position(buffer, area, from, reach);
        }
        reach
    }

    /// Says at the foot that there is more.
    fn draw_position(&self, buffer: &mut Buffer, area: Rect, from: usize, reach: usize) {
        let below = reach - from;
        let note = match (from, below) {
            (0, below) => format!(" {below} more below "),
            (above, 0) => format!(" {above} more above "),
            (above, below) => format!(" {above} above, {below} below "),
        };
        let width = u16::try_from(text::width(&note)).unwrap_or(area.width);
        if width < area.width {
            let style = self.look.theme.style(Role::Tab);
            buffer.set_string(area.right() - width, area.bottom() - 1, note, style);
        }
    }
}
