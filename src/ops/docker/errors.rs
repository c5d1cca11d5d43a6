//! What bollard and the raw client report, as the typed errors of the port.

use crate::model::clean::clean;
use crate::ops::ports::EngineError;
use bollard::errors::Error;

/// Reads a bollard error.
pub(super) fn read(error: &Error) -> EngineError {
    match error {
        Error::DockerResponseServerError { status_code, message } => answered(*status_code, message),
        Error::RequestTimeoutError => EngineError::Deadline(super::engine::ANSWER.as_secs()),
        Error::JsonDataError { message, .. } => EngineError::NotUnderstood(clean(message)),
        Error::DockerStreamError { error } => EngineError::Answered {
            code: 200,
            message: clean(error),
        },
        other => EngineError::Unreachable(deepest(other)),
    }
}

/// Reads an error status and the message of its body.
pub(super) fn answered(code: u16, message: &str) -> EngineError {
    let message = clean(message.trim());
    match code {
        404 => EngineError::NotFound(message),
        409 => EngineError::Conflict(message),
        401 | 403 => EngineError::Denied(message),
        code => EngineError::Answered { code, message },
    }
}

/// The innermost cause says most: the outer ones are `client error (SendRequest)` and the like.
pub(super) fn deepest(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    clean(&deepest.to_string())
}
