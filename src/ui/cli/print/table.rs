//! Tables: aligned columns that fit the terminal.

use crate::model::clean::clean;
use std::collections::BTreeMap;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns are this far apart.
const GAP: usize = 2;

/// A column never gets narrower than this to make room.
const NARROWEST: usize = 8;

/// Rows under a heading.
#[derive(Debug)]
pub(in crate::ui::cli) struct Table {
    heading: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// What stands under rows, by their places.
    notes: BTreeMap<usize, Vec<String>>,
}

impl Table {
    /// An empty table.
    pub(in crate::ui::cli) fn new(heading: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            heading: heading.into_iter().collect(),
            rows: Vec::new(),
            notes: BTreeMap::new(),
        }
    }

    /// Adds a row. What hosts said is made harmless here.
    pub(in crate::ui::cli) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| clean(&cell)).collect());
    }

    /// Adds lines under the last row, which are never cut.
    pub(in crate::ui::cli) fn under(&mut self, lines: impl IntoIterator<Item = String>) {
        let Some(last) = self.rows.len().checked_sub(1) else {
            return;
        };
        let lines = lines.into_iter().map(|line| clean(&line));
        self.notes.entry(last).or_default().extend(lines);
    }

    /// Whether it has no rows.
    pub(in crate::ui::cli) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes it within so many columns; as wide as it is where nobody says how many.
    pub(in crate::ui::cli) fn write(&self, out: &mut dyn Write, width: Option<usize>) -> io::Result<()> {
        let widths = self.widths(width);
        let heading = self.heading.iter().map(|&word| word.to_owned()).collect();
        for (place, row) in std::iter::once(&heading).chain(&self.rows).enumerate() {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let cell = cut(cell, *width);
                line.push_str(&cell);
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
            }
            writeln!(out, "{}", line.trim_end())?;
            // The heading is the first one.
            let notes = place.checked_sub(1).and_then(|place| self.notes.get(&place));
            for note in notes.into_iter().flatten() {
                writeln!(out, "    {note}")?;
            }
        }
        Ok(())
    }

    /// The widths of the columns; the widest one gives until all fit.
    fn widths(&self, available: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.heading.iter().map(|word| word.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        let Some(available) = available else { return widths };
        while widths.iter().sum::<usize>() + gaps > available {
            match widths.iter_mut().max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}

/// The text within a width; what is cut goes from the middle, because names differ at both ends.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head = take(text.chars(), room.div_ceil(2));
    let tail = take(text.chars().rev(), room / 2);
    format!("{head}…{}", tail.chars().rev().collect::<String>())
}

fn take(letters: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    letters
        .take_while(|letter| {
            used += letter.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Table;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    fn written(table: &Table, width: Option<usize>) -> String {
        let mut out = Vec::new();
        table.write(&mut out, width).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_and_the_widest_gives_way_in_its_middle() {
        let mut table = Table::new(["HOST", "SESSION"]);
        table.row(["eu-01".to_owned(), "convocate-session-4f2a".to_owned()]);
        table.row(["東京".to_owned(), "b\u{1b}[31m".to_owned()]);
        assert_eq!(
            written(&table, None),
            "HOST   SESSION\neu-01  convocate-session-4f2a\n東京   b\\x1b[31m\n"
        );
        assert_eq!(
            written(&table, Some(20)),
            "HOST   SESSION\neu-01  convoc…n-4f2a\n東京   b\\x1b[31m\n"
        );
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(cells in prop::collection::vec(".{0,40}", 3), width in 30_usize..120) {
            let mut table = Table::new(["A", "B", "C"]);
            table.row(cells);
            for line in written(&table, Some(width)).lines() {
                prop_assert!(line.width() <= width, "{line}");
            }
        }
    }
}
