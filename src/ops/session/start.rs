//! Starts the container that a session has, or a new one, and looks whether it runs.

use super::Work;
use super::stop::is_up;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::ContainerId;
use crate::model::plan::{StartFrom, StartTarget};
use crate::ops::ports::EngineError;
use crate::ops::report::{Outcome, StepError};
use serde_json::Value;

impl Work<'_> {
    pub(super) async fn start(&self, target: &StartTarget) -> Result<Option<String>, TrackResult> {
        let container = match &target.from {
            StartFrom::Container { container, .. } => {
                self.reporter
                    .step(Step::of(StepKind::Check), self.check_stopped(container))
                    .await?;
                container.clone()
            }
            StartFrom::Template(new) => self.make(new).await?,
        };
        self.reporter
            .step(Step::of(StepKind::Start), self.start_container(&container))
            .await?;
        self.reporter
            .step(Step::of(StepKind::Probe), self.probe(&container, &target.probe))
            .await?;
        Ok(None)
    }

    async fn check_stopped(&self, planned: &ContainerId) -> Result<Outcome<()>, StepError> {
        self.no_open_restart().await?;
        let container = self.session_container(planned).await?;
        if is_up(&container) && !self.is_resumed {
            return Err(self.refuse("it runs already: somebody started it", self.look_again()));
        }
        let sources = bind_sources(&container);
        let look = self.look_at_host(&sources, &[]).await?;
        match look.missing.iter().next() {
            None => Ok(Outcome::done(())),
            Some(path) => Err(self.missing_source(path)),
        }
    }

    /// An engine would make an empty directory of root's in its place, or start a session without its data.
    pub(super) fn missing_source(&self, path: &str) -> StepError {
        self.refuse(
            format!("{path}, which is mounted in it, is not on the host, and an engine would make an empty directory of root's there"),
            format!("bring {path} back on {}, or take it out of the template", self.host),
        )
    }

    async fn start_container(&self, id: &ContainerId) -> Result<Outcome<()>, StepError> {
        match self.link.engine.start(id).await {
            Ok(()) => Ok(Outcome::done(())),
            Err(error @ (EngineError::Unreachable(_) | EngineError::Deadline(_))) => {
                Err(StepError::of_engine(
                    &error,
                    "The engine was asked to start it, and goes on with that.",
                    self.resume(),
                ))
            }
            Err(error) => {
                let state = "Its container is there and does not run.";
                Err(StepError::of_engine(
                    &error,
                    state,
                    "mend what the engine says, then start it again",
                ))
            }
        }
    }
}

/// The paths of the host that a container mounts, those that an engine may make left out.
fn bind_sources(container: &Value) -> Vec<String> {
    let list = |pointer: &str| {
        container
            .pointer(pointer)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let short = list("/HostConfig/Binds");
    let short = short
        .iter()
        .filter_map(Value::as_str)
        .filter_map(|bind| bind.split_once(':'));
    let short = short.map(|(source, _)| source.to_owned());
    let long = list("/HostConfig/Mounts");
    let long = long
        .iter()
        .filter(|mount| mount.get("Type").and_then(Value::as_str) == Some("bind"))
        .filter(|mount| mount.pointer("/BindOptions/CreateMountpoint") != Some(&Value::Bool(true)))
        .filter_map(|mount| mount.get("Source").and_then(Value::as_str).map(str::to_owned));
    let mut sources: Vec<_> = short
        .chain(long)
        .filter(|source| source.starts_with('/'))
        .collect();
    sources.sort();
    sources.dedup();
    sources
}

#[cfg(test)]
mod tests {
    use super::bind_sources;
    use serde_json::json;

    #[test]
    fn every_path_of_the_host_that_must_be_there_is_found() {
        let container = json!({"HostConfig": {
            "Binds": ["/b:/x", "volume:/y", "/b:/z:ro"],
            "Mounts": [
                {"Type": "bind", "Source": "/a", "Target": "/v"},
                {"Type": "volume", "Source": "data", "Target": "/w"},
                {"Type": "bind", "Source": "/made", "Target": "/u", "BindOptions": {"CreateMountpoint": true}}
            ]
        }});
        assert_eq!(bind_sources(&container), ["/a", "/b"]);
        assert!(bind_sources(&json!({"HostConfig": {"Binds": null}})).is_empty());
    }
}
