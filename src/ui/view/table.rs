//! A table of visible rows: columns drop by priority when the window is narrow, cells are cut and never wrapped.

use super::Look;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// What is left out of a cell that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Its middle: names differ at their end.
    Middle,
    /// Its end.
    End,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its heading.
    pub(super) title: &'static str,
    /// The narrowest that it can be read at.
    pub(super) least: usize,
    /// The widest that it becomes.
    pub(super) most: usize,
    /// How important it is; the least important ones are left out first. Zero is never left out.
    pub(super) rank: u8,
    /// What is left out of long cells.
    pub(super) cut: Cut,
}

impl Column {
    /// A column of names.
    pub(super) const fn of_names(title: &'static str, least: usize, most: usize, rank: u8) -> Self {
        Self {
            title,
            least,
            most,
            rank,
            cut: Cut::Middle,
        }
    }

    /// A column of words or numbers.
    pub(super) const fn of_words(title: &'static str, least: usize, most: usize, rank: u8) -> Self {
        Self {
            title,
            least,
            most,
            rank,
            cut: Cut::End,
        }
    }
}

/// One cell.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// What it says.
    pub(super) text: String,
    /// What that is.
    pub(super) role: Role,
}

impl Cell {
    /// A cell.
    pub(super) fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            role,
        }
    }
}

/// One row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its cells, one for each column.
    pub(super) cells: Vec<Cell>,
    /// Whether the cursor is on it.
    pub(super) is_under_cursor: bool,
    /// Whether it is marked.
    pub(super) is_marked: bool,
}

/// Columns before the first cell: the cursor's sign, the mark's sign, a space.
const MARGIN: usize = 3;
const GAP: usize = 2;

/// Draws the headings and the rows.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, look: &Look<'_>, columns: &[Column], rows: &[Row]) {
    if area.height == 0 {
        return;
    }
    let widths = widths(columns, rows, usize::from(area.width).saturating_sub(MARGIN));
    let has_titles = columns.iter().any(|column| !column.title.is_empty());
    let mut heading = vec![Span::raw(" ".repeat(MARGIN))];
    for (column, width) in columns.iter().zip(&widths).filter_map(with_width) {
        let title = text::pad(
            &text::cut(column.title, *width, look.glyphs.strokes.ellipsis),
            width + GAP,
        );
        heading.push(look.span(Role::Muted, title));
    }
    if has_titles {
        buffer.set_line(area.x, area.y, &Line::from(heading), area.width);
    }
    for (y, row) in (area.y + u16::from(has_titles)..area.bottom()).zip(rows) {
        buffer.set_line(area.x, y, &line(row, columns, &widths, look), area.width);
        if row.is_under_cursor {
            let whole = Rect::new(area.x, y, area.width, 1);
            buffer.set_style(whole, look.theme.style(Role::Cursor));
        }
    }
}

fn with_width<T>((item, width): (T, &Option<usize>)) -> Option<(T, &usize)> {
    width.as_ref().map(|width| (item, width))
}

fn line(row: &Row, columns: &[Column], widths: &[Option<usize>], look: &Look<'_>) -> Line<'static> {
    let cursor = if row.is_under_cursor { ">" } else { " " };
    let mark = if row.is_marked { "*" } else { " " };
    let mut pieces = vec![Span::raw(cursor), look.span(Role::Mark, mark), Span::raw(" ")];
    let ellipsis = look.glyphs.strokes.ellipsis;
    let cells = row.cells.iter().zip(columns).zip(widths);
    for ((cell, column), width) in cells.filter_map(with_width) {
        let cut = match column.cut {
            Cut::Middle => text::cut_middle(&cell.text, *width, ellipsis),
            Cut::End => text::cut(&cell.text, *width, ellipsis),
        };
        pieces.push(look.span(cell.role, cut.clone()));
        pieces.push(Span::raw(" ".repeat(width + GAP - text::width(&cut))));
    }
    Line::from(pieces)
}

/// The width of each column; none for those that are left out.
fn widths(columns: &[Column], rows: &[Row], room: usize) -> Vec<Option<usize>> {
    let natural = |index: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.get(index));
        let widest = cells
            .map(|cell| text::width(&cell.text))
            .max()
            .unwrap_or_default();
        let column = &columns[index];
        widest.max(text::width(column.title)).min(column.most)
    };
    let mut widths: Vec<Option<usize>> = (0..columns.len()).map(|index| Some(natural(index))).collect();
    let least = |index: usize, width: usize| columns[index].least.min(width);
    loop {
        let kept = widths.iter().enumerate().filter_map(|(i, w)| w.map(|w| (i, w)));
        let needed: usize = kept.map(|(index, width)| least(index, width) + GAP).sum();
        let worst = (0..columns.len())
            .filter(|index| widths[*index].is_some() && columns[*index].rank > 0)
            .max_by_key(|index| columns[*index].rank);
        match worst {
            Some(worst) if needed > room + GAP => widths[worst] = None,
            _ => break,
        }
    }
    // What is still too wide shrinks where it hurts least: the widest column that may.
    loop {
        let total: usize = widths.iter().flatten().map(|width| width + GAP).sum();
        if total <= room + GAP {
            return widths;
        }
        let widest = (0..columns.len())
            .filter(|index| widths[*index].is_some_and(|width| width > least(*index, width)))
            .max_by_key(|index| widths[*index]);
        match widest.and_then(|index| widths[index].as_mut()) {
            Some(width) => *width -= 1,
            None => return widths,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Column, Row, widths};
    use crate::ui::theme::Role;

    #[test]
    fn a_narrow_window_drops_the_least_important_column_and_shrinks_the_widest() {
        let columns = [
            Column::of_names("A", 4, 40, 0),
            Column::of_words("B", 4, 40, 2),
            Column::of_words("C", 8, 40, 1),
        ];
        let cells = ["aaaaaaaaaaaa", "bbbb", "cccccccc"].map(|text| Cell::new(Role::Plain, text));
        let rows = [Row {
            cells: cells.to_vec(),
            is_under_cursor: false,
            is_marked: false,
        }];
        assert_eq!(widths(&columns, &rows, 80), [Some(12), Some(4), Some(8)]);
        assert_eq!(widths(&columns, &rows, 24), [Some(8), Some(4), Some(8)]);
        assert_eq!(widths(&columns, &rows, 18), [Some(8), None, Some(8)]);
        assert_eq!(widths(&columns, &rows, 5), [Some(5), None, None]);
    }
}
