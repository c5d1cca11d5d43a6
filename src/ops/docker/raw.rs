//! The engine's HTTP API as JSON, for what must come back or go out with every field that the engine knows.
//!
//! Typed models drop the fields they do not know, and a restart that drops a field loses it (reliability.md section 1.3).

use super::errors::{answered, deepest};
use crate::ops::ports::EngineError;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::HeaderValue;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::time::timeout;

/// No inspect is larger than this.
pub(super) const MOST_ANSWER: usize = 16 << 20;

/// The header in which an engine is told who asks a registry.
pub(super) const REGISTRY_AUTH: &str = "X-Registry-Auth";

/// A client of one engine socket.
#[derive(Debug, Clone)]
pub(super) struct RawClient {
    pub(super) socket: PathBuf,
    pub(super) api: String,
}

/// A request beside its place: what goes with it.
#[derive(Clone, Copy, Default)]
pub(super) struct With<'a> {
    pub(super) body: Option<&'a Value>,
    /// Who asks a registry.
    pub(super) auth: Option<&'a HeaderValue>,
}

impl RawClient {
    pub(super) fn new(socket: PathBuf, api: String) -> Self {
        Self { socket, api }
    }

    /// Asks for JSON; none when there is no such thing.
    pub(super) async fn get(&self, path: &str, deadline: Duration) -> Result<Option<Value>, EngineError> {
        match self.call(Method::GET, path, With::default(), deadline).await {
            Err(EngineError::NotFound(_)) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Posts JSON and reads the JSON answer, null when it is empty.
    pub(super) async fn post(
        &self,
        path: &str,
        body: &Value,
        deadline: Duration,
    ) -> Result<Value, EngineError> {
        let with = With {
            body: Some(body),
            auth: None,
        };
        self.call(Method::POST, path, with, deadline).await
    }

    /// Asks for JSON for which the engine asks a registry.
    pub(super) async fn get_of_registry(
        &self,
        path: &str,
        auth: &HeaderValue,
        deadline: Duration,
    ) -> Result<Value, EngineError> {
        let with = With {
            body: None,
            auth: Some(auth),
        };
        self.call(Method::GET, path, with, deadline).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        with: With<'_>,
        deadline: Duration,
    ) -> Result<Value, EngineError> {
        timeout(deadline, self.exchange(method, path, with))
            .await
            .unwrap_or(Err(EngineError::Deadline(deadline.as_secs())))
    }

    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        with: With<'_>,
    ) -> Result<Request<Full<Bytes>>, EngineError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/v{}{path}", self.api))
            .header("Host", "docker")
            .header("Content-Type", "application/json");
        if let Some(auth) = with.auth {
            request = request.header(REGISTRY_AUTH, auth);
        }
        let body = with.body.map(|json| Bytes::from(json.to_string()));
        request
            .body(Full::new(body.unwrap_or_default()))
            .map_err(|error| EngineError::NotUnderstood(error.to_string()))
    }

    async fn exchange(&self, method: Method, path: &str, with: With<'_>) -> Result<Value, EngineError> {
        let unreachable = |error: &dyn std::error::Error| EngineError::Unreachable(deepest(error));
        let stream = UnixStream::connect(&self.socket)
            .await
            .map_err(|error| unreachable(&error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unreachable(&error))?;
        let request = self.request(method, path, with)?;
        let talk = async {
            let answer = sender
                .send_request(request)
                .await
                .map_err(|error| unreachable(&error))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), MOST_ANSWER).collect().await;
            let body = body
                .map_err(|error| EngineError::Unreachable(error.to_string()))?
                .to_bytes();
            read(status, &body)
        };
        // The connection is driven here and not by a task of its own: it ends with the answer.
        tokio::pin!(talk);
        tokio::select! {
            answer = &mut talk => answer,
            ended = connection => match ended {
                Ok(()) => talk.await,
                Err(error) => Err(unreachable(&error)),
            },
        }
    }
}

pub(super) fn read(status: StatusCode, body: &[u8]) -> Result<Value, EngineError> {
    let json: Option<Value> = if body.is_empty() {
        Some(Value::Null)
    } else {
        serde_json::from_slice(body).ok()
    };
    if status.is_success() {
        return json.ok_or_else(|| EngineError::NotUnderstood("it is not JSON".to_owned()));
    }
    let message = json.as_ref().and_then(|json| json.get("message")?.as_str());
    Err(answered(
        status.as_u16(),
        message.unwrap_or("no reason was given"),
    ))
}
