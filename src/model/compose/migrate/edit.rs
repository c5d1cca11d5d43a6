//! The Compose file of a project as a text in which some lines change and every other byte stays.

use crate::model::compose::service_mount::is_path;
use crate::model::compose::yaml_in::{YamlEntry, YamlNode, YamlValue, read_yaml};
use crate::model::container_path::is_same_path;
use crate::model::names::{ImageRef, PinKey, ServiceName};

/// What changes in the file.
#[derive(Debug, Clone, Copy)]
pub struct MigrationEdit<'a> {
    /// The services that share the image.
    pub services: &'a [ServiceName],
    /// The pin that they get; none where they go on being built.
    pub pin: Option<(&'a PinKey, &'a ImageRef)>,
    /// The volumes that get a name.
    pub volumes: &'a [NewVolume],
}

/// A volume that gets a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVolume {
    /// The service.
    pub service: ServiceName,
    /// Where it is in the container.
    pub path: String,
    /// Its name in the file.
    pub name: String,
}

/// The new text.
pub type Edit = String;

/// A file that cannot be changed without changing more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct EditTrouble {
    /// The line, from 1.
    pub line: usize,
    /// What is in the way.
    pub why: String,
}

/// The lines of a file while they are changed; none is a line that goes.
struct Lines<'a> {
    kept: Vec<Option<&'a str>>,
    /// What comes after each line.
    after: Vec<Vec<String>>,
    line_break: &'static str,
}

/// Makes the change.
pub fn edited(text: &str, edit: MigrationEdit<'_>) -> Result<Edit, EditTrouble> {
    let root = read_yaml(text).map_err(|error| EditTrouble {
        line: error.line,
        why: error.why,
    })?;
    let mut lines = Lines::of(text);
    let services = root
        .get("services")
        .ok_or_else(|| trouble(1, "it has no services"))?;
    for name in edit.services {
        let entry = own(&services.node, name.as_str())
            .ok_or_else(|| trouble(services.line, format!("it has no service {name} of its own")))?;
        let at = block(entry)?;
        let mut added = Vec::new();
        if let Some((key, onto)) = edit.pin {
            for key in ["build", "image", "pull_policy"] {
                lines.drop_entry(&entry.node, key, entry.line)?;
            }
            added.push(format!("{}image: ${{{key}:-{onto}}}", spaces(at)));
            added.push(format!("{}pull_policy: never", spaces(at)));
        }
        let volumes = edit.volumes.iter().filter(|volume| volume.service == *name);
        added.extend(lines.mount(entry, volumes, at)?);
        lines.add(entry.line, added);
    }
    let mut names: Vec<&str> = edit.volumes.iter().map(|volume| volume.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    lines.declare(&root, &names)?;
    Ok(lines.joined())
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let kept: Vec<Option<&str>> = text.split_inclusive('\n').map(Some).collect();
        Self {
            after: vec![Vec::new(); kept.len()],
            kept,
            line_break: if text.contains("\r\n") { "\r\n" } else { "\n" },
        }
    }

    /// Takes a key with all that stands behind it. One that comes from elsewhere cannot be taken here.
    fn drop_entry(&mut self, node: &YamlNode, key: &str, line: usize) -> Result<(), EditTrouble> {
        let Some(entry) = own(node, key) else {
            return match node.get(key) {
                Some(from) => Err(trouble(
                    line,
                    format!("its {key} comes from line {}, which others may share", from.line),
                )),
                None => Ok(()),
            };
        };
        for index in entry.line - 1..self.end_of(entry) {
            self.kept[index] = None;
        }
        Ok(())
    }

    /// The line behind an entry: the next one that is not deeper, without the blank lines and comments before that.
    fn end_of(&self, entry: &YamlEntry) -> usize {
        let mut end = entry.line;
        for (index, line) in self.kept.iter().enumerate().skip(entry.line) {
            let text = line.unwrap_or_default();
            let bare = text.trim_start();
            if bare.trim_end().is_empty() {
                continue;
            }
            let depth = text.len() - bare.len();
            // A list may stand at the depth of its key.
            let is_item = depth == entry.column && bare.starts_with("- ");
            if depth <= entry.column && !is_item {
                break;
            }
            if depth > entry.column || !bare.starts_with('#') {
                end = index + 1;
            }
        }
        end
    }

    /// Gives a service the mounts of its new volumes; what is returned is a list that it did not have.
    fn mount<'v>(
        &mut self,
        entry: &YamlEntry,
        volumes: impl Iterator<Item = &'v NewVolume>,
        at: usize,
    ) -> Result<Vec<String>, EditTrouble> {
        let texts: Vec<(&str, String)> = volumes
            .map(|volume| (volume.path.as_str(), format!("- {}:{}", volume.name, volume.path)))
            .collect();
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let Some(list) = own(&entry.node, "volumes") else {
            if let Some(from) = entry.node.get("volumes") {
                let why = format!("its volumes come from line {}, which others may share", from.line);
                return Err(trouble(entry.line, why));
            }
            let items = texts
                .into_iter()
                .map(|(_, text)| format!("{}{text}", spaces(at + 2)));
            return Ok(std::iter::once(format!("{}volumes:", spaces(at)))
                .chain(items)
                .collect());
        };
        let YamlValue::List(items) = &list.node.value else {
            return Err(trouble(list.line, "its volumes are no list"));
        };
        let dash = items.first().and_then(|item| self.dash(item.line));
        let Some(depth) = dash.filter(|_| items.iter().all(|item| item.line > list.line)) else {
            let why = "its volumes stand in one line: write each in a line of its own, with `- ` before it";
            return Err(trouble(list.line, why));
        };
        let end = self.end_of(list);
        for (path, text) in texts {
            let is_it = |item: &&YamlNode| item.scalar().is_some_and(|text| is_unnamed(text, path));
            if let Some(item) = items.iter().find(is_it) {
                self.kept[item.line - 1] = None;
                self.add(item.line, vec![format!("{}{text}", spaces(depth))]);
            } else {
                self.add(end, vec![format!("{}{text}", spaces(depth))]);
            }
        }
        Ok(Vec::new())
    }

    /// Where the dash of an item stands.
    fn dash(&self, line: usize) -> Option<usize> {
        let text = self.kept.get(line - 1).copied().flatten()?;
        let bare = text.trim_start();
        bare.starts_with('-').then(|| text.len() - bare.len())
    }

    /// Declares volumes.
    fn declare(&mut self, root: &YamlNode, names: &[&str]) -> Result<(), EditTrouble> {
        let known = |name: &&&str| {
            root.get("volumes")
                .and_then(|entry| entry.node.get(name))
                .is_none()
        };
        let names: Vec<&str> = names.iter().filter(known).copied().collect();
        if names.is_empty() {
            return Ok(());
        }
        let Some(entry) = own(root, "volumes") else {
            let last = self.kept.len();
            let lines = names.iter().map(|name| format!("  {name}:"));
            self.add(
                last,
                std::iter::once("volumes:".to_owned()).chain(lines).collect(),
            );
            return Ok(());
        };
        let first = entry.node.entries().first();
        let depth = match &entry.node.value {
            YamlValue::Null => 2,
            YamlValue::Map(_) => match first {
                Some(first) if first.line > entry.line => first.column,
                _ => {
                    let why = "the project's volumes stand in one line: write each in a line of its own";
                    return Err(trouble(entry.line, why));
                }
            },
            _ => return Err(trouble(entry.line, "the project's volumes are no keys")),
        };
        let lines = names
            .iter()
            .map(|name| format!("{}{name}:", spaces(depth)))
            .collect();
        self.add(entry.line, lines);
        Ok(())
    }

    /// Adds lines behind a line, counted from 1.
    fn add(&mut self, line: usize, added: Vec<String>) {
        if let Some(after) = self.after.get_mut(line - 1) {
            after.extend(added);
        }
    }

    fn joined(self) -> String {
        let mut text = String::new();
        for (line, after) in self.kept.iter().zip(self.after) {
            text.push_str(line.unwrap_or_default());
            for added in after {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push_str(self.line_break);
                }
                text.push_str(&added);
                text.push_str(self.line_break);
            }
        }
        text
    }
}

fn own<'n>(node: &'n YamlNode, key: &str) -> Option<&'n YamlEntry> {
    node.entries().iter().rfind(|entry| entry.key == key)
}

/// The depth of the keys of a service that stands in lines of its own.
fn block(entry: &YamlEntry) -> Result<usize, EditTrouble> {
    let first = entry.node.entries().iter().find(|one| one.line > entry.line);
    match first {
        Some(first) if entry.node.entries().iter().all(|one| one.line > entry.line) => Ok(first.column),
        _ => Err(trouble(
            entry.line,
            format!(
                "{} stands in one line, or is another service's: write each of its keys in a line of its own",
                entry.key
            ),
        )),
    }
}

/// Whether a short mount is a volume without a name at this path.
fn is_unnamed(text: &str, path: &str) -> bool {
    is_path(text) && !text.contains(':') && is_same_path(text, path)
}

fn spaces(depth: usize) -> String {
    " ".repeat(depth)
}

fn trouble(line: usize, why: impl Into<String>) -> EditTrouble {
    EditTrouble {
        line,
        why: why.into(),
    }
}
