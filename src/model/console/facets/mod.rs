//! What each row can be found and sorted by: the one place that reads fields out of the fleet and the jobs.

mod hosts;
mod images;
mod jobs;
mod sessions;

pub use sessions::of_sessions;

use super::{Field, RowId, Screen, State, natural};
use crate::model::fleet::Host;
use std::cmp::Ordering;

/// A row as filters and sorts see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facets {
    /// Which row.
    pub id: RowId,
    /// Its fields; some have several values.
    pub values: Vec<(Field, Value)>,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Filtered by, sorted in natural order.
    Text(String),
    /// Only sorted by.
    Number(i64),
}

impl Facets {
    fn new(id: RowId) -> Self {
        Self {
            id,
            values: Vec::new(),
        }
    }

    fn text(mut self, field: Field, text: impl Into<String>) -> Self {
        self.values.push((field, Value::Text(text.into())));
        self
    }

    fn number(mut self, field: Field, number: impl TryInto<i64>) -> Self {
        let number = number.try_into().unwrap_or(i64::MAX);
        self.values.push((field, Value::Number(number)));
        self
    }

    fn is(self, word: &str, holds: bool) -> Self {
        if holds { self.text(Field::Is, word) } else { self }
    }

    /// The groups of a host that the row is about.
    fn groups(mut self, host: &Host) -> Self {
        for group in &host.settings.groups {
            self = self.text(Field::Group, group.as_str());
        }
        self
    }

    /// Compares two rows by one field; rows without it come last.
    pub fn compare(&self, other: &Self, field: Field) -> Ordering {
        let value = |row: &Self| row.values.iter().position(|(known, _)| *known == field);
        match (value(self), value(other)) {
            (Some(a), Some(b)) => match (&self.values[a].1, &other.values[b].1) {
                (Value::Text(a), Value::Text(b)) => natural::compare(a, b),
                (Value::Number(a), Value::Number(b)) if field.is_descending() => b.cmp(a),
                (Value::Number(a), Value::Number(b)) => a.cmp(b),
                (Value::Text(_), Value::Number(_)) => Ordering::Less,
                (Value::Number(_), Value::Text(_)) => Ordering::Greater,
            },
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}

/// Every row of a screen, in no particular order.
pub fn of_screen(state: &State, screen: Screen) -> Vec<Facets> {
    let mut rows = match screen {
        Screen::Sessions => of_sessions(&state.fleet, state.clock.now),
        Screen::Hosts => hosts::rows(state),
        Screen::Images => images::rows(state),
        Screen::Jobs => jobs::rows(state),
    };
    let marks = &state.lists.of(screen).marks;
    if !marks.is_empty() {
        for row in &mut rows {
            if marks.contains(&row.id) {
                row.values.push((Field::Is, Value::Text("marked".to_owned())));
            }
        }
    }
    rows
}
