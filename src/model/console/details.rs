//! Which row is looked at closely, and how far down.

use super::RowId;
use crate::model::job::Target;

/// The details of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The row.
    pub row: RowId,
    /// The first line that is shown.
    pub scroll: usize,
    /// The session under the cursor, where a rollout is looked at; its first one until somebody moves.
    pub chosen: Option<Target>,
}

impl Details {
    /// The details of a row, from their first line.
    pub fn of(row: RowId) -> Self {
        Self {
            row,
            scroll: 0,
            chosen: None,
        }
    }
}
