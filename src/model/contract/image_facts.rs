//! What is known of an image: its config, as its archive has it, and its files.

use crate::model::image_files::ImageFiles;
use crate::model::secret::Hidden;
use serde::Deserialize;
use std::collections::BTreeMap;

/// An image.
pub struct ImageFacts {
    /// Its config.
    pub settings: ImageSettings,
    /// Its files.
    pub files: ImageFiles,
}

/// The part of an image's config that a contract asks for.
pub struct ImageSettings {
    /// What it runs on.
    pub architecture: String,
    /// As whom a container starts; empty for root.
    pub user: String,
    /// The entrypoint.
    pub entrypoint: Vec<Hidden>,
    /// The command.
    pub cmd: Vec<Hidden>,
    /// The working directory; empty for the root.
    pub workdir: String,
    /// Its variables.
    pub env: Vec<(String, Hidden)>,
    /// Its labels.
    pub labels: Vec<(String, Hidden)>,
    /// Its volumes.
    pub volumes: Vec<String>,
    /// How it was made.
    pub history: Vec<HistoryStep>,
}

/// A step of how an image was made.
pub struct HistoryStep {
    /// What was done, and the comment beside it.
    pub text: Hidden,
    /// The layer that it made, from 0; none where it made none.
    pub layer: Option<usize>,
}

impl ImageSettings {
    /// PATH of a container that sets none.
    const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// Reads the config of an image; none where it is no JSON of one.
    pub fn read(config: &str) -> Option<Self> {
        let Written {
            architecture,
            config,
            history,
        } = serde_json::from_str(config).ok()?;
        let inner = config.unwrap_or_default();
        let hidden =
            |list: Option<Vec<String>>| list.unwrap_or_default().into_iter().map(Hidden::new).collect();
        let mut layers = 0..;
        let step = |one: History| HistoryStep {
            text: Hidden::new(
                [one.created_by, one.comment]
                    .map(Option::unwrap_or_default)
                    .join(" "),
            ),
            layer: if one.empty_layer { None } else { layers.next() },
        };
        Some(Self {
            architecture,
            user: inner.user.unwrap_or_default(),
            entrypoint: hidden(inner.entrypoint),
            cmd: hidden(inner.cmd),
            workdir: inner.working_dir.unwrap_or_default(),
            env: inner.env.unwrap_or_default().into_iter().map(pair).collect(),
            labels: inner
                .labels
                .unwrap_or_default()
                .into_iter()
                .map(|(name, value)| (name, Hidden::new(value)))
                .collect(),
            volumes: inner.volumes.unwrap_or_default().into_keys().collect(),
            history: history.unwrap_or_default().into_iter().map(step).collect(),
        })
    }

    /// A variable; the last one of a name counts.
    pub fn env_of(&self, name: &str) -> Option<&Hidden> {
        self.env
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// A label.
    pub fn label_of(&self, name: &str) -> Option<&Hidden> {
        self.labels
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Where programs are looked for.
    pub fn path(&self) -> &str {
        self.env_of("PATH")
            .map(Hidden::look)
            .filter(|path| !path.is_empty())
            .unwrap_or(Self::PATH)
    }
}

fn pair(text: String) -> (String, Hidden) {
    match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Hidden::new(value)),
        None => (text, Hidden::new("")),
    }
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    architecture: String,
    config: Option<Inner>,
    history: Option<Vec<History>>,
}

/// Builders leave out what is not set, write it empty, or write null.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Inner {
    user: Option<String>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    working_dir: Option<String>,
    env: Option<Vec<String>>,
    labels: Option<BTreeMap<String, String>>,
    volumes: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct History {
    created_by: Option<String>,
    comment: Option<String>,
    empty_layer: bool,
}

#[cfg(test)]
mod tests {
    use super::ImageSettings;

    #[test]
    fn what_is_not_set_may_be_missing_empty_or_null() {
        for config in [
            "{}",
            r#"{"architecture": "amd64", "config": null, "history": null}"#,
            r#"{"config": {"User": null, "Env": null, "Entrypoint": null, "Volumes": null, "Labels": null, "WorkingDir": null}}"#,
            r#"{"config": {"User": "", "Env": [], "Volumes": {}}, "history": [{"created_by": null}]}"#,
        ] {
            let settings = ImageSettings::read(config).unwrap();
            assert!(
                settings.user.is_empty() && settings.volumes.is_empty() && settings.entrypoint.is_empty()
            );
            assert!(settings.path().contains("/usr/bin"));
        }
        assert!(ImageSettings::read("[]").is_none());
    }

    #[test]
    fn a_step_of_the_history_has_the_layer_that_it_made() {
        let config = r#"{"history": [{"created_by": "a"}, {"empty_layer": true}, {"created_by": "b"}]}"#;
        let settings = ImageSettings::read(config).unwrap();
        let layers: Vec<_> = settings.history.iter().map(|step| step.layer).collect();
        assert_eq!(layers, [Some(0), None, Some(1)]);
    }
}
