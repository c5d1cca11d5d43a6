//! A host comes into the text of a config, after the ones that are there.

use super::EditError;
use super::layout::hosts_of;
use super::one_array::OneArray;
use crate::model::names::HostName;
use crate::model::profile::Guard;

/// What is written of a host; what is absent comes from the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEntry {
    /// What the operator calls it.
    pub name: HostName,
    /// Where it is, where that is not its name.
    pub address: Option<String>,
    /// The groups that it belongs to.
    pub groups: Vec<String>,
    /// Its profile.
    pub profile: Option<String>,
    /// How strictly it asks.
    pub guard: Option<Guard>,
}

impl HostEntry {
    /// Its table, line by line.
    fn table(&self) -> Vec<String> {
        let mut lines = vec!["[[hosts]]".to_owned()];
        lines.extend(self.values());
        lines
    }

    /// Its table in one line.
    fn inline(&self) -> String {
        format!("{{ {} }}", self.values().join(", "))
    }

    /// What is written of it, key by key.
    fn values(&self) -> Vec<String> {
        let text = |text: &str| toml::Value::from(text).to_string();
        let line = |key: &str, value: &str| format!("{key} = {}", text(value));
        let mut values = vec![line("name", self.name.as_str())];
        values.extend(self.address.as_deref().map(|address| line("address", address)));
        values.extend(self.profile.as_deref().map(|profile| line("profile", profile)));
        if !self.groups.is_empty() {
            let groups: Vec<_> = self.groups.iter().map(|group| text(group)).collect();
            values.push(format!("groups = [{}]", groups.join(", ")));
        }
        values.extend(self.guard.map(|guard| match guard {
            Guard::Normal => line("guard", "normal"),
            Guard::Strict => line("guard", "strict"),
        }));
        values
    }
}

/// The lines that a host is in a text, which are those of its hosts: tables, or an array.
pub fn lines_in(text: &str, entry: &HostEntry) -> Result<Vec<String>, EditError> {
    Ok(match OneArray::of(text)? {
        Some(_) => vec![entry.inline()],
        None => entry.table(),
    })
}

/// The text with one more host, after the last one or at the end, in the line ends that it has.
pub fn add_host(text: &str, entry: &HostEntry) -> Result<String, EditError> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if let Some(array) = OneArray::of(text)? {
        return Ok(array.with(&entry.inline(), line_end));
    }
    let hosts = hosts_of(text)?;
    let after = hosts
        .last()
        .and_then(|last| last.tables.iter().map(|table| table.end).max());
    let (before, rest) = text.split_at(after.unwrap_or(text.len()));
    let mut added = String::new();
    if !before.is_empty() {
        if !before.ends_with('\n') {
            added.push_str(line_end);
        }
        added.push_str(line_end);
    }
    added.push_str(&entry.table().join(line_end));
    // A text that ends within its last line goes on to do so: then taking the host out gives it back as it was.
    if before.is_empty() || before.ends_with('\n') {
        added.push_str(line_end);
    }
    Ok(format!("{before}{added}{rest}"))
}
