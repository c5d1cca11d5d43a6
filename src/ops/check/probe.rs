//! Runs a command in an image, shut off from everything: no network, nothing to write to, no capabilities, and not for long.

use super::error::CheckError;
use crate::model::contract::Probe;
use crate::model::names::{ContainerId, ImageId};
use crate::ops::ports::{ContainerEngine, EngineError, LogQuery, Removal};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Where probes are run.
pub struct ProbeScene<'a> {
    /// The engine that has the image.
    pub engine: &'a dyn ContainerEngine,
    /// The image.
    pub image: &'a ImageId,
    /// Its volumes, which get no volume for this.
    pub volumes: &'a [String],
    /// Ends a probe, and removes its container.
    pub cancel: &'a CancellationToken,
    /// What tells this run's containers from those of others.
    pub run: &'a str,
}

/// A probe that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(20);
/// The most that is kept of what a probe writes.
const MOST_OUTPUT: usize = 4 << 10;
/// How often, and how long, an ended container is asked for its exit code.
const ASKED: (usize, Duration) = (50, Duration::from_millis(100));

/// Runs one probe: what is wrong, or nothing. Its container is removed in any case.
pub async fn run_probe(
    scene: &ProbeScene<'_>,
    number: usize,
    probe: &Probe,
) -> Result<Option<String>, CheckError> {
    let name = format!("tagboat-probe-{}-{number}", scene.run);
    let created = scene.engine.create(&name, &body(scene, probe)).await?;
    let result = tokio::select! {
        result = timeout(LONGEST, watch(scene.engine, &created.id)) => result,
        () = scene.cancel.cancelled() => Ok(Err(CheckError::Cancelled)),
    };
    let removed = remove(scene.engine, &created.id).await;
    match result {
        Ok(Ok(wrong)) => removed.map(|()| wrong),
        Ok(Err(error)) => Err(error),
        Err(_) => removed.map(|()| Some(format!("it does not end within {} s", LONGEST.as_secs()))),
    }
}

/// The container: nothing of the image's own start, and nothing that it could reach.
fn body(scene: &ProbeScene<'_>, probe: &Probe) -> Value {
    // A folder that is in the image keeps its owner and mode, as it would in a volume; the mode is for one that is not.
    let tmpfs: Map<String, Value> = scene
        .volumes
        .iter()
        .map(String::as_str)
        .chain(["/tmp"])
        .map(|path| (path.to_owned(), json!("rw,nosuid,nodev,size=16m,mode=1777")))
        .collect();
    let mut body = json!({
        "Image": scene.image.to_string(),
        "Entrypoint": [probe.command[0]],
        "Cmd": probe.command[1..],
        "WorkingDir": "/",
        "NetworkDisabled": true,
        "StopTimeout": 1,
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": {"tagboat.probe": "true"},
        "HostConfig": {
            "NetworkMode": "none",
            "ReadonlyRootfs": true,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "PidsLimit": 64,
            "Memory": 512 << 20,
            "Tmpfs": tmpfs,
            "RestartPolicy": {"Name": "no"},
        },
    });
    if let Some(user) = &probe.user {
        body["User"] = json!(user);
    }
    body
}

async fn watch(engine: &dyn ContainerEngine, container: &ContainerId) -> Result<Option<String>, CheckError> {
    match engine.start(container).await {
        Ok(()) => {}
        // The program is not there, or cannot be run: that is what a probe is for.
        Err(
            EngineError::Answered { message, .. }
            | EngineError::NotFound(message)
            | EngineError::Conflict(message),
        ) => {
            return Ok(Some(format!("it cannot be started: {message}")));
        }
        Err(error) => return Err(error.into()),
    }
    let mut output = Vec::new();
    let query = LogQuery {
        follow: true,
        ..LogQuery::default()
    };
    let mut pieces = engine.logs(container, query);
    while let Some(piece) = pieces.next().await {
        let room = MOST_OUTPUT.saturating_sub(output.len());
        let bytes = piece?.bytes;
        output.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
    let Some(code) = exit_code(engine, container).await? else {
        return Err(EngineError::NotUnderstood(
            "a container that writes no more and does not end".to_owned(),
        )
        .into());
    };
    if code == 0 {
        return Ok(None);
    }
    let output = String::from_utf8_lossy(&output).into_owned();
    let last = output.lines().map(str::trim).rfind(|line| !line.is_empty());
    let said = last.map(|line| format!(": {line}")).unwrap_or_default();
    Ok(Some(format!("it ends with {code}{said}")))
}

/// The code that a container ended with, which the engine knows a moment after its output ends.
async fn exit_code(engine: &dyn ContainerEngine, container: &ContainerId) -> Result<Option<i64>, CheckError> {
    let (times, pause) = ASKED;
    for _ in 0..times {
        let state = engine.inspect(&container.to_string()).await?;
        let state = state.as_ref().and_then(|answer| answer.get("State"));
        let is_over = state.and_then(|state| state.get("Running")) == Some(&Value::Bool(false));
        if is_over {
            return Ok(state
                .and_then(|state| state.get("ExitCode"))
                .and_then(Value::as_i64));
        }
        sleep(pause).await;
    }
    Ok(None)
}

async fn remove(engine: &dyn ContainerEngine, container: &ContainerId) -> Result<(), CheckError> {
    engine.stop(container, Duration::from_secs(10)).await?;
    match engine.remove(container).await? {
        Removal::Removed | Removal::WasGone => Ok(()),
        Removal::InUse(why) => Err(EngineError::Conflict(why).into()),
    }
}
