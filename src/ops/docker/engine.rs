//! A Docker engine behind a unix socket: a forwarded one, a relayed one, or the one of this machine.

use super::raw::RawClient;
use super::{build, completeness, content, errors, listed, logs};
use crate::model::fleet::{Platform, Store};
use crate::model::names::{ContainerId, ImageRef};
use crate::model::successor;
use crate::ops::ports::{
    BuildRequest, ContainerEngine, Created, EngineError, EngineEvent, EngineFacts, EngineImage, ImageDetails,
    ListedContainer, LogPiece, LogQuery, Removal,
};
use async_trait::async_trait;
use bollard::query_parameters::{
    EventsOptionsBuilder, ListContainersOptionsBuilder, ListImagesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveImageOptionsBuilder, RemoveVolumeOptionsBuilder,
    TagImageOptionsBuilder,
};
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// How long an engine may take to answer a question.
pub(super) const ANSWER: Duration = Duration::from_secs(15);

/// How long it may take to change something: removing an image of a gigabyte takes seconds.
pub(super) const CHANGE: Duration = Duration::from_mins(2);

/// How long it may take to begin an export: a classic store writes the whole archive to its disk before the first byte.
const EXPORT: Duration = Duration::from_mins(20);

/// A Docker engine.
pub struct DockerEngine {
    docker: Docker,
    pub(super) raw: RawClient,
    unchanging: Mutex<HashMap<ContainerId, Unchanging>>,
}

/// What an inspect of a container tells and what never changes while it lives.
#[derive(Clone)]
struct Unchanging {
    created_from: String,
    removes_itself: bool,
}

impl DockerEngine {
    /// Connects to the engine behind `socket` and agrees on an API version that both speak.
    pub async fn connect(socket: &Path) -> Result<Self, EngineError> {
        let path = socket.to_string_lossy();
        let docker = Docker::connect_with_unix(&path, CHANGE.as_secs(), API_DEFAULT_VERSION)
            .map_err(|error| errors::read(&error))?;
        let docker = within(ANSWER, docker.negotiate_version()).await?;
        let raw = RawClient::new(socket.to_owned(), docker.client_version().to_string());
        Ok(Self {
            docker,
            raw,
            unchanging: Mutex::default(),
        })
    }

    /// What never changes of a container, so each is asked once.
    async fn unchanging(&self, id: &ContainerId) -> Result<Option<Unchanging>, EngineError> {
        let known = self
            .unchanging
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned();
        if known.is_some() {
            return Ok(known);
        }
        let Some(inspect) = self.inspect(id.as_str()).await? else {
            return Ok(None);
        };
        let created_from = inspect.pointer("/Config/Image").and_then(Value::as_str);
        let told = Unchanging {
            created_from: created_from.unwrap_or_default().to_owned(),
            removes_itself: successor::vanishes_when_stopped(&inspect),
        };
        self.unchanging
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.clone(), told.clone());
        Ok(Some(told))
    }
}

/// Awaits an answer of bollard, at most so long.
async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, bollard::errors::Error>>,
) -> Result<T, EngineError> {
    match timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| errors::read(&error)),
        Err(_) => Err(EngineError::Deadline(limit.as_secs())),
    }
}

#[async_trait]
impl ContainerEngine for DockerEngine {
    async fn facts(&self) -> Result<EngineFacts, EngineError> {
        let info = within(ANSWER, self.docker.info()).await?;
        let is_containerd = info
            .driver_status
            .iter()
            .flatten()
            .flatten()
            .any(|text| text.contains("io.containerd.snapshotter"));
        let architecture = match info.architecture.as_deref() {
            Some("x86_64") => "amd64",
            Some("aarch64") => "arm64",
            Some("armv7l") => "arm",
            Some(other) => other,
            None => "",
        };
        Ok(EngineFacts {
            version: crate::model::clean::clean(info.server_version.as_deref().unwrap_or("unknown")),
            api: self.docker.client_version().to_string(),
            store: if is_containerd {
                Store::Containerd
            } else {
                Store::Classic
            },
            platform: Platform {
                os: info.os_type.unwrap_or_default(),
                architecture: architecture.to_owned(),
            },
            data_root: info
                .docker_root_dir
                .unwrap_or_else(|| "/var/lib/docker".to_owned()),
            id: info.id.unwrap_or_default(),
        })
    }

    async fn containers(&self) -> Result<Vec<ListedContainer>, EngineError> {
        let options = ListContainersOptionsBuilder::default().all(true).build();
        let summaries = within(ANSWER, self.docker.list_containers(Some(options))).await?;
        let mut containers = Vec::with_capacity(summaries.len());
        for summary in summaries {
            let id = ContainerId::parse(summary.id.as_deref().unwrap_or_default())
                .map_err(|error| EngineError::NotUnderstood(error.to_string()))?;
            // A container that went away between the list and the question is not in the list any more.
            if let Some(told) = self.unchanging(&id).await? {
                let (from, removes_itself) = (told.created_from, told.removes_itself);
                containers.push(listed::container(summary, id, from, removes_itself)?);
            }
        }
        let mut known = self.unchanging.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|id, _| containers.iter().any(|container| container.id == *id));
        Ok(containers)
    }

    async fn images(&self) -> Result<Vec<EngineImage>, EngineError> {
        let options = ListImagesOptionsBuilder::default().all(false).build();
        let images = within(ANSWER, self.docker.list_images(Some(options))).await?;
        images.into_iter().map(listed::image).collect()
    }

    async fn image(&self, name: &str) -> Result<Option<ImageDetails>, EngineError> {
        self.raw
            .get(&format!("/images/{name}/json"), ANSWER)
            .await?
            .map(content::read)
            .transpose()
    }

    async fn is_complete(&self, name: &str) -> Result<Option<bool>, EngineError> {
        if !completeness::is_told(&self.docker.client_version().to_string()) {
            return Ok(None);
        }
        let path = format!("/images/{name}/json?manifests=1");
        let answer = self.raw.get(&path, ANSWER).await?;
        Ok(answer.as_ref().and_then(completeness::read))
    }

    async fn inspect(&self, container: &str) -> Result<Option<Value>, EngineError> {
        self.raw
            .get(&format!("/containers/{container}/json"), ANSWER)
            .await
    }

    async fn create(&self, name: &str, body: &Value) -> Result<Created, EngineError> {
        let answer = self
            .raw
            .post(&format!("/containers/create?name={name}"), body, CHANGE)
            .await?;
        let id = answer.get("Id").and_then(Value::as_str).unwrap_or_default();
        let warnings = answer
            .get("Warnings")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        Ok(Created {
            id: ContainerId::parse(id).map_err(|error| EngineError::NotUnderstood(error.to_string()))?,
            warnings: warnings
                .iter()
                .filter_map(Value::as_str)
                .map(crate::model::clean::clean)
                .collect(),
        })
    }

    async fn connect(
        &self,
        network: &str,
        container: &ContainerId,
        endpoint: &Value,
    ) -> Result<(), EngineError> {
        let body = serde_json::json!({ "Container": container, "EndpointConfig": endpoint });
        self.raw
            .post(&format!("/networks/{network}/connect"), &body, CHANGE)
            .await
            .map(|_| ())
    }

    async fn has_network(&self, name: &str) -> Result<bool, EngineError> {
        let found = self.raw.get(&format!("/networks/{name}"), ANSWER).await?;
        Ok(found.is_some())
    }

    async fn start(&self, container: &ContainerId) -> Result<(), EngineError> {
        unless_so_already(within(CHANGE, self.docker.start_container(container.as_str(), None)).await)
    }

    async fn stop(&self, container: &ContainerId, limit: Duration) -> Result<(), EngineError> {
        let mut patient = self.docker.clone();
        patient.set_timeout(limit);
        unless_so_already(within(limit, patient.stop_container(container.as_str(), None)).await)
    }

    async fn remove(&self, container: &ContainerId) -> Result<Removal, EngineError> {
        let options = RemoveContainerOptionsBuilder::default()
            .v(false)
            .force(false)
            .build();
        removal(
            within(
                CHANGE,
                self.docker.remove_container(container.as_str(), Some(options)),
            )
            .await,
        )
    }

    async fn remove_volume(&self, name: &str) -> Result<Removal, EngineError> {
        let options = RemoveVolumeOptionsBuilder::default().force(false).build();
        removal(within(CHANGE, self.docker.remove_volume(name, Some(options))).await)
    }

    fn logs(
        &self,
        container: &ContainerId,
        query: LogQuery,
    ) -> BoxStream<'static, Result<LogPiece, EngineError>> {
        logs::pieces(&self.docker, container, &query)
    }

    async fn tag(&self, image: &str, reference: &ImageRef) -> Result<(), EngineError> {
        let (repo, tag) = (reference.image.as_str(), reference.tag.as_str());
        let options = TagImageOptionsBuilder::default().repo(repo).tag(tag).build();
        within(CHANGE, self.docker.tag_image(image, Some(options))).await
    }

    async fn remove_image(&self, name: &str) -> Result<Removal, EngineError> {
        let options = RemoveImageOptionsBuilder::default().force(false).build();
        removal(within(CHANGE, self.docker.remove_image(name, Some(options), None)).await)
    }

    async fn untag(&self, name: &str) -> Result<Removal, EngineError> {
        // With its last name an image would take its parents along, and those are the cache of the classic builder.
        let options = RemoveImageOptionsBuilder::default()
            .force(false)
            .noprune(true)
            .build();
        removal(within(CHANGE, self.docker.remove_image(name, Some(options), None)).await)
    }

    fn build(&self, request: BuildRequest, context: File) -> BoxStream<'static, Result<String, EngineError>> {
        build::pieces(self.docker.clone(), request, context)
    }

    fn events(&self) -> BoxStream<'static, Result<EngineEvent, EngineError>> {
        let kinds = ["container", "image"].map(str::to_owned).to_vec();
        let filters = HashMap::from([("type".to_owned(), kinds)]);
        let options = EventsOptionsBuilder::default().filters(&filters).build();
        self.docker
            .events(Some(options))
            .map_err(|error| errors::read(&error))
            .try_filter_map(|event| async move { Ok(kind_of(&event)) })
            .boxed()
    }

    fn export(&self, reference: &ImageRef) -> BoxStream<'static, Result<bytes::Bytes, EngineError>> {
        let mut patient = self.docker.clone();
        patient.set_timeout(EXPORT);
        patient
            .export_image(&reference.to_string())
            .map_err(|error| errors::read(&error))
            .boxed()
    }
}

/// What came of a removal.
fn removal<T>(answer: Result<T, EngineError>) -> Result<Removal, EngineError> {
    match answer {
        Ok(_) => Ok(Removal::Removed),
        Err(EngineError::NotFound(_)) => Ok(Removal::WasGone),
        Err(EngineError::Conflict(why)) => Ok(Removal::InUse(why)),
        Err(error) => Err(error),
    }
}

/// The status of an answer that says that nothing was to do.
const NOT_MODIFIED: u16 = 304;

fn unless_so_already(answer: Result<(), EngineError>) -> Result<(), EngineError> {
    match answer {
        Err(EngineError::Answered {
            code: NOT_MODIFIED, ..
        }) => Ok(()),
        answer => answer,
    }
}

/// What a list would show differently after an event. Commands run inside containers are not.
fn kind_of(event: &bollard::models::EventMessage) -> Option<EngineEvent> {
    use bollard::models::EventMessageTypeEnum as Type;
    let action = event.action.as_deref().unwrap_or_default();
    match event.typ {
        Some(Type::CONTAINER) if action.starts_with("exec_") || action == "top" => None,
        Some(Type::CONTAINER) => Some(EngineEvent::Container),
        Some(Type::IMAGE) => Some(EngineEvent::Image),
        _ => None,
    }
}
