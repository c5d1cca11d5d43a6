//! One list with its cursor, marks, filter and sort. All of them hold ids, so a refresh never moves a target.

use super::facets::Facets;
use super::{Field, Filter, RowId, Screen, natural};
use crate::model::names::JobId;
use std::collections::{BTreeMap, BTreeSet};

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By which field.
    pub field: Field,
    /// The other way round.
    pub is_reversed: bool,
}

/// The state of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The row under the cursor.
    pub cursor: Option<RowId>,
    /// The marked rows, whether the filter shows them or not.
    pub marks: BTreeSet<RowId>,
    /// Where a range of marks began.
    pub anchor: Option<RowId>,
    /// What is shown.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// The rows that pass the filter, in their order.
    pub order: Vec<RowId>,
    /// How many rows there are without the filter.
    pub total: usize,
}

/// What a new order did to the cursor and the marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reordered {
    /// The row that was under the cursor, if it is not in the list any more.
    pub lost_cursor: Option<RowId>,
    /// The marked rows that do not exist any more.
    pub lost_marks: Vec<RowId>,
}

impl List {
    fn new(screen: Screen) -> Self {
        Self {
            cursor: None,
            marks: BTreeSet::new(),
            anchor: None,
            filter: Filter::default(),
            sort: Sort {
                field: Field::sorts(screen)[0],
                is_reversed: false,
            },
            order: Vec::new(),
            total: 0,
        }
    }

    /// Where the cursor is in the order.
    pub fn position(&self) -> Option<usize> {
        let cursor = self.cursor.as_ref()?;
        self.order.iter().position(|id| id == cursor)
    }

    /// Puts the cursor on a row of the order, the last one at most.
    pub fn go_to(&mut self, position: usize) {
        let last = self.order.len().saturating_sub(1);
        self.cursor = self.order.get(position.min(last)).cloned();
    }

    /// How many marked rows the filter hides.
    pub fn hidden_marks(&self) -> usize {
        let shown = self.order.iter().filter(|id| self.marks.contains(id)).count();
        self.marks.len() - shown
    }

    /// What an action acts on: the marked rows in the order of the screen, or else the row under the cursor.
    pub fn targets(&self) -> Vec<RowId> {
        if self.marks.is_empty() {
            return self.cursor.iter().cloned().collect();
        }
        let shown = self.order.iter().filter(|id| self.marks.contains(id));
        let hidden = self.marks.iter().filter(|id| !self.order.contains(id));
        shown.chain(hidden).cloned().collect()
    }

    /// Takes the rows as they are now.
    pub fn reorder(&mut self, mut rows: Vec<Facets>) -> Reordered {
        let mut outcome = Reordered::default();
        if !self.marks.is_empty() {
            let all: BTreeSet<&RowId> = rows.iter().map(|row| &row.id).collect();
            let lost: Vec<_> = self
                .marks
                .iter()
                .filter(|id| !all.contains(id))
                .cloned()
                .collect();
            for id in &lost {
                self.marks.remove(id);
            }
            outcome.lost_marks = lost;
        }
        self.total = rows.len();
        rows.retain(|row| self.filter.matches(row));
        let sort = self.sort;
        rows.sort_by(|a, b| {
            let by_field = a.compare(b, sort.field);
            let by_field = if sort.is_reversed {
                by_field.reverse()
            } else {
                by_field
            };
            by_field
                .then_with(|| natural::compare(&a.id.to_string(), &b.id.to_string()))
                .then_with(|| a.id.cmp(&b.id))
        });
        let earlier = self.position();
        self.order = rows.into_iter().map(|row| row.id).collect();
        if self.position().is_none() {
            outcome.lost_cursor = self.cursor.take();
            self.go_to(earlier.unwrap_or_default());
        }
        outcome
    }
}

/// The four lists, and which marks were given to jobs that have not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    lists: [List; 4],
    given: BTreeMap<JobId, BTreeSet<RowId>>,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            lists: Screen::ALL.map(List::new),
            given: BTreeMap::new(),
        }
    }
}

impl Lists {
    /// The list of a screen.
    pub fn of(&self, screen: Screen) -> &List {
        &self.lists[screen as usize]
    }

    /// The list of a screen, to be changed.
    pub fn of_mut(&mut self, screen: Screen) -> &mut List {
        &mut self.lists[screen as usize]
    }

    /// These rows were marked for a job that is to begin.
    pub(super) fn give(&mut self, job: JobId, marks: BTreeSet<RowId>) {
        if !marks.is_empty() {
            self.given.insert(job, marks);
        }
    }

    /// A job began: what was marked for it is not marked any more, so that no later action is about it unseen.
    pub(super) fn begun(&mut self, job: &JobId) {
        for row in self.given.remove(job).unwrap_or_default() {
            self.of_mut(row.screen()).marks.remove(&row);
        }
    }

    /// A job was declined: what was marked for it stays marked.
    pub(super) fn declined(&mut self, job: &JobId) {
        self.given.remove(job);
    }
}
