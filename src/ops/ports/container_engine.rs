//! A container engine: what tagboat asks of Docker on a host and at the source.

use super::RegistryAccess;
use crate::model::fleet::{ContainerState, ContentId, Health, Platform, SourceImage, Storage, Store};
use crate::model::names::{ContainerId, Digest, ImageId, ImageRef};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::time::Duration;

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFacts {
    /// Version, such as `26.1.5`.
    pub version: String,
    /// Negotiated API version, such as `1.45`.
    pub api: String,
    /// Its image store.
    pub store: Store,
    /// What it runs.
    pub platform: Platform,
    /// Its data root on the host.
    pub data_root: String,
    /// What it calls itself, for good; empty where it does not.
    pub id: String,
}

/// A container in the engine's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedContainer {
    /// Its id.
    pub id: ContainerId,
    /// Its name without the leading slash.
    pub name: String,
    /// What it was created from: `Config.Image`, not what the list prints once a tag has moved.
    pub created_from: String,
    /// The image that it runs.
    pub image_id: ImageId,
    /// Its state.
    pub state: ContainerState,
    /// Its health.
    pub health: Health,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// What it holds beside its image.
    pub storage: Storage,
}

/// Which lines of a container's output are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// Whether lines that come later are wanted too, until the container ends.
    pub follow: bool,
    /// Only lines from this time on, by the host's clock.
    pub since: Option<Timestamp>,
    /// At most so many of the lines that are there.
    pub tail: Option<u32>,
}

/// A piece of a container's output; it may end within a line, and within a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPiece {
    /// Whether it was written to the standard error.
    pub is_error: bool,
    /// What was written.
    pub bytes: bytes::Bytes,
}

/// An image in the engine's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineImage {
    /// Its id.
    pub id: ImageId,
    /// The references of it that are well-formed.
    pub references: Vec<ImageRef>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was built.
    pub created_at: Option<Timestamp>,
    /// Its labels.
    pub labels: Vec<(String, String)>,
}

/// An image as inspected.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageDetails {
    /// The engine's id of it.
    pub id: ImageId,
    /// The same in every store.
    pub content: ContentId,
    /// What it runs on.
    pub platform: Platform,
    /// The digests of its uncompressed layers, base first.
    pub layers: Vec<Digest>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was built.
    pub created_at: Option<Timestamp>,
    /// The engine's whole answer.
    pub raw: Value,
}

impl From<ImageDetails> for SourceImage {
    fn from(details: ImageDetails) -> Self {
        Self {
            id: details.id,
            content: details.content,
            platform: details.platform,
            size: details.size,
            layers: details.layers,
            created_at: details.created_at,
        }
    }
}

/// A container that was just created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Its id.
    pub id: ContainerId,
    /// What the engine warned about.
    pub warnings: Vec<String>,
}

/// What the classic builder is to build from an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildRequest {
    /// The Dockerfile, from the root of the archive.
    pub dockerfile: String,
    /// The reference that the image gets.
    pub reference: String,
    /// The build arguments.
    pub args: BTreeMap<String, String>,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The stage at which it ends.
    pub target: Option<String>,
    /// Whether nothing of earlier builds is used again.
    pub no_cache: bool,
    /// The network of its steps.
    pub network: Option<String>,
}

/// What came of removing an image reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It was gone already.
    WasGone,
    /// The engine keeps it because something uses it; not an error.
    InUse(String),
}

/// That something changed, so that a list is worth while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineEvent {
    /// A container.
    Container,
    /// An image.
    Image,
}

/// Why the engine did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It could not be reached, or went away.
    #[error("the engine cannot be reached: {0}")]
    Unreachable(String),
    /// It may not be used by this login.
    #[error("the engine refused this login: {0}")]
    Denied(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// Something else has or uses it.
    #[error("{0}")]
    Conflict(String),
    /// It answered with an error.
    #[error("the engine answered {code}: {message}")]
    Answered {
        /// The HTTP status.
        code: u16,
        /// What it said, made harmless.
        message: String,
    },
    /// It answered what tagboat does not understand.
    #[error("the engine's answer is not understood: {0}")]
    NotUnderstood(String),
    /// It did not answer in time.
    #[error("the engine did not answer within {0} s")]
    Deadline(u64),
}

/// One engine. Every call has a deadline of its own; streams end with an error when the engine goes away.
#[async_trait]
pub trait ContainerEngine: RegistryAccess {
    /// What it says of itself.
    async fn facts(&self) -> Result<EngineFacts, EngineError>;

    /// All containers in whatever state.
    async fn containers(&self) -> Result<Vec<ListedContainer>, EngineError>;

    /// All images, untagged ones too, without intermediate ones.
    async fn images(&self) -> Result<Vec<EngineImage>, EngineError>;

    /// One image by reference or id; none when there is no such image.
    async fn image(&self, name: &str) -> Result<Option<ImageDetails>, EngineError>;

    /// Whether all bytes of an image are there; none where this engine does not tell, or has no such image.
    async fn is_complete(&self, name: &str) -> Result<Option<bool>, EngineError>;

    /// One container by name or id, as the engine's whole answer; none when there is none.
    async fn inspect(&self, container: &str) -> Result<Option<Value>, EngineError>;

    /// Creates a container from the engine's own JSON, so that no field is lost on the way.
    async fn create(&self, name: &str, body: &Value) -> Result<Created, EngineError>;

    /// Connects a container to a further network.
    async fn connect(
        &self,
        network: &str,
        container: &ContainerId,
        endpoint: &Value,
    ) -> Result<(), EngineError>;

    /// Whether there is a network of this name.
    async fn has_network(&self, name: &str) -> Result<bool, EngineError>;

    /// Starts a container; one that runs already is left as it is.
    async fn start(&self, container: &ContainerId) -> Result<(), EngineError>;

    /// Stops a container, which may take as long as its own stop timeout lets it, at most `within`. One that does not run is
    /// left as it is. What was asked is done, even if the answer is not heard.
    async fn stop(&self, container: &ContainerId, within: Duration) -> Result<(), EngineError>;

    /// Removes a container that does not run, never by force and never with its volumes.
    async fn remove(&self, container: &ContainerId) -> Result<Removal, EngineError>;

    /// Removes a volume that nothing uses.
    async fn remove_volume(&self, name: &str) -> Result<Removal, EngineError>;

    /// What a container wrote, until it ends or, unless it is followed, until all that is there was told.
    fn logs(
        &self,
        container: &ContainerId,
        query: LogQuery,
    ) -> BoxStream<'static, Result<LogPiece, EngineError>>;

    /// Gives an image a further reference.
    async fn tag(&self, image: &str, reference: &ImageRef) -> Result<(), EngineError>;

    /// Removes a reference, or an untagged image by its id; never by force.
    async fn remove_image(&self, name: &str) -> Result<Removal, EngineError>;

    /// Takes off a reference that only a build needed. With its last one the image goes; what it was built on stays for the next build.
    async fn untag(&self, name: &str) -> Result<Removal, EngineError>;

    /// Builds an image with the builder that every engine has; what it writes, piece by piece. Who drops the stream ends the build.
    fn build(&self, request: BuildRequest, context: File) -> BoxStream<'static, Result<String, EngineError>>;

    /// Tells when containers or images change, until the engine goes away.
    fn events(&self) -> BoxStream<'static, Result<EngineEvent, EngineError>>;

    /// The archive of one image, as `docker save` makes it.
    fn export(&self, reference: &ImageRef) -> BoxStream<'static, Result<bytes::Bytes, EngineError>>;
}
