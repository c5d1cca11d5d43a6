//! A project as it is checked: each service with the lines that say what it is, and with what Compose makes of it.

use super::line::{CheckLine, Place};
use super::written::Written;
use crate::model::compose::env_file::value_of;
use crate::model::names::PinKey;
use serde_json::{Map, Value};

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// What Compose itself made of the files.
#[derive(Debug, Clone, PartialEq)]
pub enum Composed {
    /// Its answer.
    Read(Value),
    /// It does not read them, and what it said.
    Bad(String),
    /// It was not asked, and why.
    NotAsked(String),
}

/// What was read of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectFiles {
    /// The Compose files, in the order in which they are merged.
    pub files: Vec<SourceFile>,
    /// Where its `.env` is to be.
    pub env_path: String,
    /// What is in that; none if it is not there.
    pub env: Option<String>,
    /// What Compose made of it.
    pub composed: Composed,
    /// The same with [`PROBE`] as the pin, where Compose was asked for that.
    pub probed: Option<Value>,
}

/// The image of a pin that nobody has: a service that gets it follows the pin, wherever its image is written.
pub const PROBE: &str = "tagboat.invalid/probe:probe";

/// A project, ready to be checked.
#[derive(Debug, Clone, Default)]
pub struct ProjectView {
    /// Its services, in the order of the files.
    pub services: Vec<ServiceView>,
    /// What Compose calls it, where that is known.
    pub name: Option<String>,
    /// The value of the pin in the `.env`, and where.
    pub pin: Option<(String, Place)>,
    /// What was found while it was read.
    pub(super) found: Vec<CheckLine>,
}

/// A service.
#[derive(Debug, Clone)]
pub struct ServiceView {
    /// What it is called.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// Its image.
    pub image: Option<ImageWord>,
    /// Where it says that it is built.
    pub build: Option<Place>,
    /// When Compose pulls its image.
    pub pull_policy: Option<(String, Place)>,
    /// What it has mounted.
    pub mounts: Vec<MountView>,
    /// Whether Compose gives it what the pin says; none where it was not asked.
    pub follows: Option<bool>,
}

/// The image of a service.
#[derive(Debug, Clone)]
pub struct ImageWord {
    /// As it stands in the file.
    pub written: String,
    /// With its variables replaced.
    pub resolved: String,
    /// Where it stands.
    pub place: Place,
}

/// A mount of a service.
#[derive(Debug, Clone)]
pub struct MountView {
    /// Where it is in the container.
    pub target: String,
    /// What it is.
    pub source: MountSource,
    /// Where it stands.
    pub place: Place,
}

/// What a mount is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountSource {
    /// A volume of this name.
    Named(String),
    /// A path of the host.
    Path(String),
    /// A volume that gets no name.
    Unnamed,
    /// Memory.
    Memory,
}

impl ProjectView {
    /// Reads a project: the texts say where things stand, and Compose's answer, where there is one, says what they mean.
    pub fn read(files: &ProjectFiles, key: &PinKey) -> Self {
        let mut view = Self::default();
        view.read_env(files, key);
        let env = files.env.as_deref().unwrap_or_default();
        let written = Written::new(env);
        for file in &files.files {
            written.read(file, &mut view);
        }
        written.tell_unset(files, &mut view);
        match &files.composed {
            Composed::Read(value) => {
                view.overlay(value, &files.files);
                view.follow(files.probed.as_ref());
            }
            Composed::Bad(said) => view.found.push(CheckLine::fail(
                "compose",
                format!("Compose does not read the project: {said}"),
                "mend that; `docker compose config` tells more",
            )),
            Composed::NotAsked(why) => view.found.push(CheckLine::warning(
                "compose",
                format!(
                    "{why}, so it was not checked what Compose makes of the files: its own errors, include, extends and \
                     the merge of several files"
                ),
                "check it on a host with Compose, with --host",
            )),
        }
        view
    }

    fn read_env(&mut self, files: &ProjectFiles, key: &PinKey) {
        let Some(text) = &files.env else { return };
        match value_of(text, key.as_str()) {
            Ok(Some((value, line))) if !value.is_empty() => {
                let place = Place {
                    file: files.env_path.clone(),
                    line,
                };
                self.pin = Some((value, place));
            }
            Ok(_) => {}
            Err(error) => self.found.push(
                CheckLine::fail("env", error.why, "mend the line: Compose does not read it").at(&Place {
                    file: files.env_path.clone(),
                    line: error.line,
                }),
            ),
        }
    }

    /// What Compose says goes before what the texts seem to say; they still say where.
    fn overlay(&mut self, config: &Value, files: &[SourceFile]) {
        self.name = config.get("name").and_then(Value::as_str).map(str::to_owned);
        let Some(services) = config.get("services").and_then(Value::as_object) else {
            return;
        };
        for (name, told) in services {
            if !self.services.iter().any(|one| one.name == *name) {
                let file = files.first().map_or_else(String::new, |file| file.path.clone());
                self.services
                    .push(ServiceView::new(name, Place { file, line: 0 }));
            }
            if let (Some(service), Some(told)) = (
                self.services.iter_mut().find(|one| one.name == *name),
                told.as_object(),
            ) {
                service.overlay(told);
            }
        }
    }

    /// Which services follow the pin.
    fn follow(&mut self, probed: Option<&Value>) {
        let Some(services) = probed.and_then(|probed| probed.get("services")) else {
            return;
        };
        for service in &mut self.services {
            let image = services.get(&service.name).and_then(|one| one.get("image"));
            service.follows = Some(image.and_then(Value::as_str) == Some(PROBE));
        }
    }

    /// The images that its services run, as engines are asked for them.
    pub fn images(&self) -> Vec<String> {
        let mut images: Vec<String> = self
            .services
            .iter()
            .filter_map(|one| self.image_of(one))
            .collect();
        images.sort();
        images.dedup();
        images
    }

    /// What a service runs: its image, or the one that Compose builds for it.
    pub fn image_of(&self, service: &ServiceView) -> Option<String> {
        match (&service.image, &service.build, &self.name) {
            (Some(image), ..) => Some(image.resolved.clone()),
            (None, Some(_), Some(project)) => Some(format!("{project}-{}", service.name)),
            _ => None,
        }
    }
}

impl ServiceView {
    pub(super) fn new(name: &str, place: Place) -> Self {
        Self {
            name: name.to_owned(),
            place,
            image: None,
            build: None,
            pull_policy: None,
            mounts: Vec::new(),
            follows: None,
        }
    }

    fn overlay(&mut self, told: &Map<String, Value>) {
        let text = |key: &str| told.get(key).and_then(Value::as_str);
        if let Some(resolved) = text("image") {
            let image = self.image.get_or_insert_with(|| ImageWord {
                written: resolved.to_owned(),
                resolved: String::new(),
                place: self.place.clone(),
            });
            resolved.clone_into(&mut image.resolved);
        } else {
            self.image = None;
        }
        self.build = match (told.get("build"), self.build.take()) {
            (Some(build), known) if !build.is_null() => Some(known.unwrap_or_else(|| self.place.clone())),
            _ => None,
        };
        self.pull_policy = text("pull_policy").map(|policy| {
            let place = self.pull_policy.take().map(|(_, place)| place);
            (policy.to_owned(), place.unwrap_or_else(|| self.place.clone()))
        });
        let known = std::mem::take(&mut self.mounts);
        let place_of = |target: &str| {
            let at = known.iter().find(|mount| mount.target == target);
            at.map_or_else(|| self.place.clone(), |mount| mount.place.clone())
        };
        let volumes = told.get("volumes").and_then(Value::as_array);
        let mut mounts: Vec<MountView> = Vec::new();
        for volume in volumes.into_iter().flatten() {
            let text = |key: &str| volume.get(key).and_then(Value::as_str).unwrap_or_default();
            mounts.push(MountView {
                target: text("target").to_owned(),
                source: MountSource::of(text("type"), text("source")),
                place: place_of(text("target")),
            });
        }
        let memory = told.get("tmpfs").and_then(Value::as_array);
        for path in memory.into_iter().flatten().filter_map(Value::as_str) {
            let target = path.split(':').next().unwrap_or_default();
            mounts.push(MountView {
                target: target.to_owned(),
                source: MountSource::Memory,
                place: place_of(target),
            });
        }
        self.mounts = mounts;
    }
}

impl MountSource {
    /// The words of the long form.
    pub(super) fn of(kind: &str, source: &str) -> Self {
        match (kind, source) {
            ("tmpfs", _) => Self::Memory,
            ("volume", "") => Self::Unnamed,
            ("volume", name) => Self::Named(name.to_owned()),
            (_, path) => Self::Path(path.to_owned()),
        }
    }
}
