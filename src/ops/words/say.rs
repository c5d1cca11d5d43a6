//! The side that speaks: finds the process that runs a job, says one thing to it, and hears the answer.

use super::SAY_WITHIN;
use super::listener::of_this_user;
use super::message::{self, Answer, Request};
use crate::model::failure::Refusal;
use crate::model::job::{JobState, Verdict};
use crate::model::names::JobId;
use crate::ops::journal::Journal;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::BufReader;
use tokio::net::UnixStream;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

/// How long a process may take from the lock of a journal to its link.
const LINK_WITHIN: Duration = Duration::from_secs(1);

/// Why something could not be said to a job.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// Nobody holds its journal, which has no end.
    #[error("nobody runs it: its process is gone")]
    Gone,
    /// It came to its end before this was said.
    #[error("it ended: {}", .0.word())]
    Ended(Verdict),
    /// The process that its link leads to does not run it.
    #[error("another process runs it by now")]
    NotHere,
    /// Its process holds the journal and has told no socket.
    #[error("the process that runs it takes no words from others")]
    NoSocket,
    /// Its process holds the journal, and its socket does not answer.
    #[error("the process that runs it cannot be reached at {path}: {error}")]
    Unreachable {
        /// Where its socket should be.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It took the request, or seemed to, and did not answer in time.
    #[error("the process that runs it has not answered within {} s", SAY_WITHIN.as_secs())]
    Silent,
    /// Its process has handed the word over, and the job has not said that it took it.
    #[error("the job has not answered yet; it may still take the word")]
    Unanswered,
    /// The answer is none.
    #[error("the process that runs it answered something else: {0}")]
    Garbled(io::Error),
}

impl SayError {
    /// Whether the job may have taken the word all the same.
    pub fn is_unclear(&self) -> bool {
        matches!(self, Self::Silent | Self::Unanswered | Self::Garbled(_))
    }

    /// The refusal that an operator reads, with the next command.
    pub fn refusal(&self, word: &str, id: &JobId) -> Refusal {
        let short = id.short();
        let advice = match self {
            Self::Gone => format!("tagboat job resume {short}"),
            Self::NoSocket => {
                "end it where it runs, with Ctrl-C, or look in its log for why it opened no socket".to_owned()
            }
            Self::Unreachable { .. } => {
                "where the state directory is shared, it may run on another machine: say it there; else end it with Ctrl-C"
                    .to_owned()
            }
            Self::Ended(_) => format!("see `tagboat job show {short}`"),
            Self::NotHere => "say it again".to_owned(),
            Self::Silent | Self::Unanswered | Self::Garbled(_) => {
                format!("see `tagboat job show {short}` before it is said again")
            }
        };
        Refusal::of_plan(format!("{word} of job {short}: {self}"), advice)
    }
}

/// Says one thing to the process that runs the job; none is the answer that it was taken, a text is the job's objection.
pub async fn say(journal: &Journal, request: Request) -> Result<Option<String>, SayError> {
    let job = request.job.clone();
    let said = match timeout(SAY_WITHIN, call(journal, request)).await {
        Ok(said) => said,
        Err(_) => Err(SayError::Silent),
    };
    match said {
        Ok(Answer::Accepted) => Ok(None),
        Ok(Answer::Objection(text)) => Ok(Some(text)),
        Ok(Answer::Unanswered) => Err(SayError::Unanswered),
        Ok(Answer::NotHere) => Err(mended(SayError::NotHere, journal, job).await),
        Err(error) => Err(mended(error, journal, job).await),
    }
}

/// The reason behind an error: who does not answer because it died or came to its end is told as that.
async fn mended(error: SayError, journal: &Journal, id: JobId) -> SayError {
    let looked_at = journal.clone();
    match spawn_blocking(move || looked_at.state_of(&id)).await {
        Ok(Some(JobState::Interrupted)) => SayError::Gone,
        Ok(Some(JobState::Ended(verdict))) => SayError::Ended(verdict),
        _ => error,
    }
}

/// Where a link leads. A job that has just begun gets its link in a moment.
async fn socket_of(link: &Path) -> Result<PathBuf, SayError> {
    let deadline = Instant::now() + LINK_WITHIN;
    loop {
        match tokio::fs::read_link(link).await {
            Ok(path) => return Ok(path),
            Err(_) if Instant::now() < deadline => sleep(LINK_WITHIN / 10).await,
            Err(_) => return Err(SayError::NoSocket),
        }
    }
}

async fn call(journal: &Journal, request: Request) -> Result<Answer, SayError> {
    let path = socket_of(&journal.address(&request.job)).await?;
    let unreachable = |error| SayError::Unreachable {
        path: path.clone(),
        error,
    };
    let stream = UnixStream::connect(&path).await.map_err(unreachable)?;
    of_this_user(&stream).map_err(unreachable)?;
    let mut stream = BufReader::new(stream);
    message::write(&mut stream, request).await.map_err(unreachable)?;
    message::read(&mut stream).await.map_err(SayError::Garbled)
}
