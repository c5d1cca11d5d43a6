//! The engine that pushes start from: the one that `docker` on this machine would use.

use super::DockerEngine;
use crate::ops::ports::{ContainerEngine, EngineError};
use std::path::Path;
use std::sync::Arc;

/// Where the source engine is, as `DOCKER_HOST` says it.
pub fn source_address(docker_host: Option<&str>) -> &str {
    docker_host
        .filter(|text| !text.is_empty())
        .unwrap_or("unix:///var/run/docker.sock")
}

/// Connects to the source engine: `DOCKER_HOST` where it is set, else the socket of this machine.
pub async fn connect_source(docker_host: Option<&str>) -> Result<Arc<dyn ContainerEngine>, EngineError> {
    let host = source_address(docker_host);
    let Some(path) = host.strip_prefix("unix://") else {
        return Err(EngineError::Unreachable(format!(
            "DOCKER_HOST is {}, and only unix:// sockets can be a source",
            crate::model::clean::clean(host)
        )));
    };
    Ok(Arc::new(DockerEngine::connect(Path::new(path)).await?))
}
