//! Streams of what containers write, told to the front end in bounded pieces until it does not want them any more.

use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::fleet::ContainerState;
use crate::model::logs::{LineSplitter, LogEnd, LogLine, LogNews, LogRequest, LogStream};
use crate::model::names::HostName;
use crate::ops::host_link::HostLink;
use crate::ops::ports::{EngineError, LogPiece, LogQuery};
use crate::ops::report::StepError;
use futures_util::StreamExt;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// At most so many events in a second: a session that writes without end must not take the place of what jobs say.
const TELL_EVERY: Duration = Duration::from_millis(50);

/// Lines that are put together while the next event is not due. At more the engine waits, and so does the session's writer.
const MOST_LINES: usize = 500;

/// The streams that are wanted.
#[derive(Default)]
pub(super) struct LogStreams(Mutex<HashMap<LogStream, CancellationToken>>);

impl LogStreams {
    /// A stream begins; what had its name before is not wanted any more.
    pub(super) fn begin(&self, stream: LogStream) -> CancellationToken {
        let wanted = CancellationToken::new();
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = streams.insert(stream, wanted.clone()) {
            earlier.cancel();
        }
        wanted
    }

    /// A stream is not wanted any more.
    pub(super) fn stop(&self, stream: LogStream) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wanted) = streams.remove(&stream) {
            wanted.cancel();
        }
    }

    /// None is.
    pub(super) fn stop_all(&self) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        streams.drain().for_each(|(_, wanted)| wanted.cancel());
    }
}

/// Reads one stream to its end, or until it is not wanted.
pub(super) async fn read_logs(
    stream: LogStream,
    request: LogRequest,
    wanted: CancellationToken,
    workshop: Arc<Workshop>,
    events: mpsc::Sender<Event>,
) {
    let reading = async {
        let end = match workshop.link(&request.host).await {
            Ok(link) => read(stream, &request, &link, &events).await,
            Err(StepError::Trouble(trouble)) => Some(LogEnd::Failed {
                cause: trouble.cause,
                advice: trouble.advice,
            }),
            Err(StepError::Cancelled(_)) => None,
        };
        if let Some(end) = end {
            tell(&events, stream, LogNews::Ended(end)).await;
        }
    };
    tokio::select! {
        () = reading => {}
        () = wanted.cancelled() => {}
    }
}

/// None where nobody listens any more.
async fn read(
    stream: LogStream,
    request: &LogRequest,
    link: &HostLink,
    events: &mpsc::Sender<Event>,
) -> Option<LogEnd> {
    let query = LogQuery {
        follow: request.follow,
        since: request.since,
        tail: request.tail,
    };
    let mut pieces = link.engine.logs(&request.container, query);
    let (mut said, mut complained) = (LineSplitter::default(), LineSplitter::default());
    let mut lines = Vec::new();
    let mut due = Instant::now();
    loop {
        let is_due = sleep_until(due);
        let piece = tokio::select! {
            piece = pieces.next(), if lines.len() < MOST_LINES => piece,
            () = is_due, if !lines.is_empty() => {
                due = Instant::now() + TELL_EVERY;
                if !tell(events, stream, LogNews::Lines(std::mem::take(&mut lines))).await {
                    return None;
                }
                continue;
            }
        };
        match piece {
            Some(Ok(LogPiece { is_error, bytes })) => {
                let splitter = if is_error { &mut complained } else { &mut said };
                let whole = splitter.take(&bytes);
                lines.extend(whole.into_iter().map(|text| LogLine { is_error, text }));
            }
            ended => {
                if !lines.is_empty() && !tell(events, stream, LogNews::Lines(lines)).await {
                    return None;
                }
                if let Some(Err(error)) = ended {
                    return Some(failure(&error, &request.host));
                }
                break;
            }
        }
    }
    let rest = [(said.rest(), false), (complained.rest(), true)];
    let rest: Vec<_> = rest
        .into_iter()
        .filter_map(|(text, is_error)| {
            Some(LogLine {
                is_error,
                text: text?,
            })
        })
        .collect();
    if !rest.is_empty() && !tell(events, stream, LogNews::Lines(rest)).await {
        return None;
    }
    Some(if request.follow {
        how_it_ended(request, link).await
    } else {
        LogEnd::Complete
    })
}

/// False where nobody listens any more.
async fn tell(events: &mpsc::Sender<Event>, stream: LogStream, news: LogNews) -> bool {
    events.send(Event::Logs(stream, news)).await.is_ok()
}

/// The end of what was followed: the container's own, or that of the connection.
async fn how_it_ended(request: &LogRequest, link: &HostLink) -> LogEnd {
    let told = match link.engine.inspect(request.container.as_str()).await {
        Ok(told) => told,
        Err(error) => return failure(&error, &request.host),
    };
    let Some(container) = told else {
        return LogEnd::Stopped("the container is gone".to_owned());
    };
    let state = container
        .pointer("/State/Status")
        .and_then(Value::as_str)
        .and_then(ContainerState::read);
    let code = container
        .pointer("/State/ExitCode")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    match state {
        Some(state) if state.is_up() => LogEnd::Failed {
            cause: "the engine ended the stream, though the container runs".to_owned(),
            advice: "follow it again".to_owned(),
        },
        _ => LogEnd::Stopped(format!("the container ended with exit code {code}")),
    }
}

fn failure(error: &EngineError, host: &HostName) -> LogEnd {
    let (cause, advice) = match error {
        EngineError::Unreachable(_) | EngineError::Deadline(_) => (
            format!("the connection to {host} was lost ({error})"),
            "the session runs on; follow it again when the host is back".to_owned(),
        ),
        EngineError::NotFound(_) => ("the container is gone".to_owned(), "see `tagboat session list`".to_owned()),
        // "configured logging driver does not support reading", in all engines from 20.10 to 29.
        EngineError::Answered { message, .. } if message.contains("does not support reading") => (
            format!("its log driver keeps nothing that could be read ({message})"),
            "look where that driver sends the lines, or give the session one that keeps them, such as json-file or local"
                .to_owned(),
        ),
        other => (other.to_string(), "mend what the engine says, then read them again".to_owned()),
    };
    LogEnd::Failed { cause, advice }
}

#[cfg(test)]
mod tests {
    use super::failure;
    use crate::model::names::HostName;
    use crate::ops::ports::EngineError;

    #[test]
    fn a_log_driver_that_cannot_be_read_is_told_as_that() {
        let error = EngineError::Answered {
            code: 500,
            message: "configured logging driver does not support reading".to_owned(),
        };
        let said = failure(&error, &HostName::parse("eu-01").unwrap()).to_string();
        assert!(
            said.contains("keeps nothing that could be read") && said.contains("json-file"),
            "{said}"
        );
    }
}
