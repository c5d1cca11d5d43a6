//! Which row is looked at closely, and how far down.

use super::RowId;

/// The details of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The row.
    pub row: RowId,
    /// The first line that is shown.
    pub scroll: usize,
}

impl Details {
    /// The details of a row, from their first line.
    pub fn of(row: RowId) -> Self {
        Self { row, scroll: 0 }
    }
}
