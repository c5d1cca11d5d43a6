//! What goes over the socket: a request and its answer, each one line of JSON.

use super::LONGEST_LINE;
use crate::model::job::Word;
use crate::model::names::{JobId, Operator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The version of the lines.
const VERSION: u32 = 1;

/// A word to a job, and who says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// To which job.
    pub job: JobId,
    /// What.
    #[serde(flatten)]
    pub word: Word,
    /// Who.
    pub operator: Operator,
}

/// What the process that runs the job answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", content = "text", rename_all = "snake_case")]
pub enum Answer {
    /// The job has taken it; its journal says so.
    Accepted,
    /// It cannot be said to the job as it is now.
    Objection(String),
    /// This process does not run that job.
    NotHere,
    /// The job did not say within its time whether it has taken it.
    Unanswered,
}

#[derive(Serialize, Deserialize)]
struct Line<T> {
    v: u32,
    #[serde(flatten)]
    said: T,
}

/// Writes one line.
pub(super) async fn write<T: Serialize>(stream: &mut (impl AsyncWrite + Unpin), said: T) -> io::Result<()> {
    let mut text = serde_json::to_vec(&Line { v: VERSION, said })?;
    text.push(b'\n');
    stream.write_all(&text).await?;
    stream.flush().await
}

/// Reads one line; what is longer than any line, torn, or of another version is an error.
pub(super) async fn read<T: DeserializeOwned>(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<T> {
    let mut text = Vec::new();
    stream.take(LONGEST_LINE).read_until(b'\n', &mut text).await?;
    if text.last() != Some(&b'\n') {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "it ends in the middle of a line",
        ));
    }
    let line: Line<T> = serde_json::from_slice(&text)?;
    if line.v == VERSION {
        Ok(line.said)
    } else {
        let why = format!("it speaks version {}, this tagboat {VERSION}", line.v);
        Err(io::Error::new(io::ErrorKind::InvalidData, why))
    }
}
