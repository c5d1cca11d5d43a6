//! Answers of an engine that come as lines of JSON while it works, such as those of a push or a pull.

use super::errors::deepest;
use super::raw::{MOST_ANSWER, RawClient, With, read};
use crate::ops::ports::EngineError;
use http_body_util::{BodyExt, Limited};
use hyper::Method;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::time::timeout;

/// No line is longer than this.
const LONGEST_LINE: usize = 1 << 20;

/// Hears each line; an error of it ends the request.
pub(super) type OnLine<'a> = &'a mut (dyn FnMut(&Value) -> Result<(), EngineError> + Send);

impl RawClient {
    /// Posts, and hears the answer line by line while it comes, for as long as the engine says something every `quiet`. The
    /// request ends when this is dropped.
    pub(super) async fn post_and_hear(
        &self,
        path: &str,
        with: With<'_>,
        quiet: Duration,
        on_line: OnLine<'_>,
    ) -> Result<(), EngineError> {
        let unreachable = |error: &dyn std::error::Error| EngineError::Unreachable(deepest(error));
        let silent = |_| EngineError::Deadline(quiet.as_secs());
        let stream = UnixStream::connect(&self.socket)
            .await
            .map_err(|error| unreachable(&error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unreachable(&error))?;
        let request = self.request(Method::POST, path, with)?;
        let talk = async {
            let answer = timeout(quiet, sender.send_request(request)).await;
            let answer = answer.map_err(silent)?.map_err(|error| unreachable(&error))?;
            let status = answer.status();
            if status.is_success() {
                return hear(answer.into_body(), quiet, on_line).await;
            }
            let body = timeout(quiet, Limited::new(answer.into_body(), MOST_ANSWER).collect()).await;
            let body = body
                .map_err(silent)?
                .map_err(|error| EngineError::Unreachable(error.to_string()))?;
            read(status, &body.to_bytes()).map(|_| ())
        };
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

async fn hear(mut body: Incoming, quiet: Duration, on_line: OnLine<'_>) -> Result<(), EngineError> {
    let mut rest = Vec::new();
    loop {
        let frame = timeout(quiet, body.frame()).await;
        let frame = match frame.map_err(|_| EngineError::Deadline(quiet.as_secs()))? {
            None => break,
            Some(frame) => frame.map_err(|error| EngineError::Unreachable(deepest(&error)))?,
        };
        let Ok(data) = frame.into_data() else { continue };
        rest.extend_from_slice(&data);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            take(&line, on_line)?;
        }
        if rest.len() > LONGEST_LINE {
            return Err(EngineError::NotUnderstood("a line of it has no end".to_owned()));
        }
    }
    take(&rest, on_line)
}

fn take(line: &[u8], on_line: OnLine<'_>) -> Result<(), EngineError> {
    if line.trim_ascii().is_empty() {
        return Ok(());
    }
    let line = serde_json::from_slice(line)
        .map_err(|_| EngineError::Unreachable("its answer was cut".to_owned()))?;
    on_line(&line)
}
