//! What the texts of a project's files say, line by line, as far as that can be told without Compose.

use super::line::{CheckLine, Place};
use super::view::{ImageWord, MountSource, MountView, ProjectFiles, ProjectView, ServiceView, SourceFile};
use crate::model::compose::env_file::value_of;
use crate::model::compose::interpolate::{Interpolated, interpolate};
use crate::model::compose::service_mount::is_path;
use crate::model::compose::yaml_in::{YamlEntry, YamlNode, YamlValue, read_yaml};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A reader of the files with what the `.env` gives them.
pub(super) struct Written<'a> {
    env: &'a str,
    /// The variables without a value, where they were first met, and whether a file insists on them.
    unset: RefCell<BTreeMap<String, (Place, bool)>>,
}

impl<'a> Written<'a> {
    pub(super) fn new(env: &'a str) -> Self {
        Self {
            env,
            unset: RefCell::default(),
        }
    }

    /// Adds what a file says to what those before it said.
    pub(super) fn read(&self, file: &SourceFile, view: &mut ProjectView) {
        let at = |line| Place {
            file: file.path.clone(),
            line,
        };
        let root = match read_yaml(&file.text) {
            Ok(root) => root,
            Err(error) => {
                view.found.push(
                    CheckLine::fail("yaml", format!("it is no YAML: {}", error.why), "mend the line")
                        .at(&at(error.line)),
                );
                return;
            }
        };
        tell_twice(&root, "the file", &at, &mut view.found);
        if let Some(name) = root.get("name").and_then(|entry| entry.node.scalar()) {
            view.name = Some(self.replaced(name, &at(1)).text);
        }
        let Some(services) = root.get("services") else {
            return;
        };
        tell_twice(&services.node, "services", &at, &mut view.found);
        for entry in services.node.entries() {
            tell_twice(
                &entry.node,
                &format!("service {}", entry.key),
                &at,
                &mut view.found,
            );
            let known = view.services.iter().position(|one| one.name == entry.key);
            let index = known.unwrap_or_else(|| {
                view.services.push(ServiceView::new(&entry.key, at(entry.line)));
                view.services.len() - 1
            });
            self.service(entry, &at, &mut view.services[index]);
        }
        self.all_values(&root, &at);
    }

    /// Tells which variables have no value, and whether that is because there is no `.env` at all.
    pub(super) fn tell_unset(&self, files: &ProjectFiles, view: &mut ProjectView) {
        let why = if files.env.is_some() {
            format!("{} does not set it", files.env_path)
        } else {
            format!("{} is not there", files.env_path)
        };
        for (name, (place, must)) in self.unset.borrow().iter() {
            let fix = format!("write {name}=… into {}", files.env_path);
            let line = if *must {
                CheckLine::fail("env", format!("${name} must be set, and {why}"), fix)
            } else {
                CheckLine::warning("env", format!("${name} is empty: {why}"), fix)
            };
            view.found.push(line.at(place));
        }
    }

    fn service(&self, entry: &YamlEntry, at: &dyn Fn(usize) -> Place, service: &mut ServiceView) {
        if let Some((written, place)) = scalar(&entry.node, "image", at) {
            service.image = Some(ImageWord {
                resolved: self.replaced(&written, &place).text,
                written,
                place,
            });
        }
        if let Some(build) = entry
            .node
            .get("build")
            .filter(|one| one.node.value != YamlValue::Null)
        {
            service.build = Some(at(build.line));
        }
        if let Some((policy, place)) = scalar(&entry.node, "pull_policy", at) {
            service.pull_policy = Some((self.replaced(&policy, &place).text, place));
        }
        let mut add = |mount: MountView| {
            service.mounts.retain(|other| other.target != mount.target);
            service.mounts.push(mount);
        };
        if let Some(volumes) = entry.node.get("volumes") {
            for node in volumes.node.items() {
                if let Some(mount) = self.mount(node, &at(node.line)) {
                    add(mount);
                }
            }
        }
        if let Some(memory) = entry.node.get("tmpfs") {
            for node in memory.node.items() {
                let place = at(node.line);
                let text = self.replaced(node.scalar().unwrap_or_default(), &place).text;
                add(MountView {
                    target: text.split(':').next().unwrap_or_default().to_owned(),
                    source: MountSource::Memory,
                    place,
                });
            }
        }
    }

    fn mount(&self, node: &YamlNode, place: &Place) -> Option<MountView> {
        let (target, source) = match node.scalar() {
            Some(short) => {
                let text = self.replaced(short, place).text;
                let parts: Vec<&str> = text.split(':').collect();
                match parts.as_slice() {
                    [target] => ((*target).to_owned(), MountSource::Unnamed),
                    // A drive of Windows, as Compose has it: this is one path, and no mount of that volume.
                    [letter, ..] if letter.len() == 1 => (text.clone(), MountSource::Unnamed),
                    [source, target, ..] if is_path(source) => {
                        ((*target).to_owned(), MountSource::Path((*source).to_owned()))
                    }
                    [source, target, ..] => ((*target).to_owned(), MountSource::Named((*source).to_owned())),
                    [] => return None,
                }
            }
            None => {
                let text = |key: &str| {
                    let entry = node.get(key)?;
                    Some(self.replaced(entry.node.scalar()?, place).text)
                };
                let kind = text("type").unwrap_or_else(|| "volume".to_owned());
                (
                    text("target")?,
                    MountSource::of(&kind, &text("source").unwrap_or_default()),
                )
            }
        };
        Some(MountView {
            target,
            source,
            place: place.clone(),
        })
    }

    fn replaced(&self, text: &str, place: &Place) -> Interpolated {
        let value = |name: &str| value_of(self.env, name).ok().flatten().map(|(value, _)| value);
        let done = interpolate(text, &value);
        for (name, must) in &done.unset {
            let mut unset = self.unset.borrow_mut();
            let known = unset
                .entry(name.clone())
                .or_insert_with(|| (place.clone(), *must));
            known.1 |= must;
        }
        done
    }

    /// Looks at the variables of every value, those of keys that are not checked too.
    fn all_values(&self, node: &YamlNode, at: &dyn Fn(usize) -> Place) {
        match &node.value {
            YamlValue::Scalar(text) => {
                self.replaced(text, &at(node.line));
            }
            YamlValue::Map(entries) => entries.iter().for_each(|entry| self.all_values(&entry.node, at)),
            YamlValue::List(nodes) => nodes.iter().for_each(|node| self.all_values(node, at)),
            YamlValue::Null => {}
        }
    }
}

fn scalar(node: &YamlNode, key: &str, at: &dyn Fn(usize) -> Place) -> Option<(String, Place)> {
    let entry = node.get(key)?;
    Some((entry.node.scalar()?.to_owned(), at(entry.line)))
}

/// Two keys of one name: Compose refuses the file, and older readers took the last one.
fn tell_twice(node: &YamlNode, whose: &str, at: &dyn Fn(usize) -> Place, found: &mut Vec<CheckLine>) {
    let entries = node.entries();
    for (index, entry) in entries.iter().enumerate() {
        let first = entries[..index].iter().find(|other| other.key == entry.key);
        if let Some(first) = first.filter(|_| entry.key != "<<") {
            let what = format!("{whose} has {} twice: here and in line {}", entry.key, first.line);
            found.push(CheckLine::fail("twice", what, "remove or rename one of them").at(&at(entry.line)));
        }
    }
}
