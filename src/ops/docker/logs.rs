//! What a container wrote, as the engine's log driver gives it back.

use super::errors;
use crate::model::names::ContainerId;
use crate::ops::ports::{EngineError, LogPiece, LogQuery};
use bollard::Docker;
use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};

/// The pieces in their order. Some log drivers cannot be read; the engine then says which one it is.
pub(super) fn pieces(
    docker: &Docker,
    container: &ContainerId,
    query: &LogQuery,
) -> BoxStream<'static, Result<LogPiece, EngineError>> {
    let tail = query
        .tail
        .map_or_else(|| "all".to_owned(), |lines| lines.to_string());
    let since = query.since.map_or(0, jiff::Timestamp::as_second);
    let options = LogsOptionsBuilder::default()
        .follow(query.follow)
        .stdout(true)
        .stderr(true)
        .since(i32::try_from(since).unwrap_or(i32::MAX))
        .tail(&tail)
        .build();
    docker
        .logs(container.as_str(), Some(options))
        .map_err(|error| errors::read(&error))
        .map_ok(piece)
        .boxed()
}

fn piece(output: LogOutput) -> LogPiece {
    match output {
        LogOutput::StdErr { message } => LogPiece {
            is_error: true,
            bytes: message,
        },
        LogOutput::StdOut { message } | LogOutput::StdIn { message } | LogOutput::Console { message } => {
            LogPiece {
                is_error: false,
                bytes: message,
            }
        }
    }
}
