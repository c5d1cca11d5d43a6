//! A host comes into the text of a config, after the ones that are there.

use super::EditError;
use super::layout::hosts_of;
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
    pub fn lines(&self) -> Vec<String> {
        let text = |text: &str| toml::Value::from(text).to_string();
        let mut lines = vec![
            "[[hosts]]".to_owned(),
            format!("name = {}", text(self.name.as_str())),
        ];
        let line = |key: &str, value: &str| format!("{key} = {}", text(value));
        lines.extend(self.address.as_deref().map(|address| line("address", address)));
        lines.extend(self.profile.as_deref().map(|profile| line("profile", profile)));
        if !self.groups.is_empty() {
            let groups: Vec<_> = self.groups.iter().map(|group| text(group)).collect();
            lines.push(format!("groups = [{}]", groups.join(", ")));
        }
        lines.extend(self.guard.map(|guard| match guard {
            Guard::Normal => line("guard", "normal"),
            Guard::Strict => line("guard", "strict"),
        }));
        lines
    }
}

/// The text with one more host, after the last one or at the end, in the line ends that it has.
pub fn add_host(text: &str, entry: &HostEntry) -> Result<String, EditError> {
    let hosts = hosts_of(text)?;
    let after = hosts
        .last()
        .and_then(|last| last.tables.iter().map(|table| table.end).max());
    let (before, rest) = text.split_at(after.unwrap_or(text.len()));
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut added = String::new();
    if !before.is_empty() {
        if !before.ends_with('\n') {
            added.push_str(line_end);
        }
        added.push_str(line_end);
    }
    added.push_str(&entry.lines().join(line_end));
    // A text that ends within its last line goes on to do so: then taking the host out gives it back as it was.
    if before.is_empty() || before.ends_with('\n') {
        added.push_str(line_end);
    }
    Ok(format!("{before}{added}{rest}"))
}
