//! A host goes out of the text of a config, with the tables below it and the comments right beside them.

use super::EditError;
use super::layout::{blank_line_above, hosts_of, is_comment, line_at, line_start, next_line};
use super::one_array::OneArray;
use crate::model::names::HostName;

/// A text without a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// What is left.
    pub text: String,
    /// What went, to be shown before.
    pub taken: String,
}

/// The text without a host. A comment right above or right below its lines is about it and goes too; one with a blank line
/// between, and one at the very top of the file, stays.
pub fn remove_host(text: &str, name: &HostName) -> Result<Removal, EditError> {
    if let Some(array) = OneArray::of(text)? {
        let left = array.without(name.as_str());
        let (text, taken) = left.ok_or_else(|| EditError::NoSuchHost(name.clone()))?;
        return Ok(Removal { text, taken });
    }
    let hosts = hosts_of(text)?;
    let place = hosts.iter().find(|host| host.name == name.as_str());
    let place = place.ok_or_else(|| EditError::NoSuchHost(name.clone()))?;
    let mut tables = place.tables.clone();
    tables.sort_by_key(|table| table.start);
    let (mut left, mut taken, mut done) = (String::new(), String::new(), 0);
    for table in &tables {
        // The blank line that kept it apart from what is above; at the top of the file, from what is below.
        let start = blank_line_above(text, table.start)
            .filter(|blank| !would_join(text, *blank, table.end))
            .unwrap_or(table.start)
            .max(done);
        let mut end = table.end;
        if start == 0 && end < text.len() && line_at(text, end).trim().is_empty() {
            end = next_line(text, end);
        }
        left.push_str(&text[done..start]);
        taken.push_str(&text[start.max(table.start)..table.end]);
        done = end;
    }
    left.push_str(&text[done..]);
    let was_last = done == text.len();
    if was_last && !text.ends_with('\n') && left.ends_with('\n') {
        left.pop();
        if left.ends_with('\r') {
            left.pop();
        }
    }
    Ok(Removal { text: left, taken })
}

/// Whether a comment above the blank line would come to stand right above what follows the table, as if it were about that.
fn would_join(text: &str, blank: usize, end: usize) -> bool {
    let above = blank.checked_sub(1).map(|at| line_at(text, line_start(text, at)));
    let follows = end < text.len() && !line_at(text, end).trim().is_empty();
    follows && above.is_some_and(is_comment)
}
