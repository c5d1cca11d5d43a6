//! The side that hears: the socket of a process that runs jobs.

use super::ANSWER_WITHIN;
use super::message::{self, Answer, Request};
use rustix::process::geteuid;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempPath;
use tokio::io::BufReader;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Callers that are heard at the same time; others wait in the socket's queue.
const AT_ONCE: usize = 8;

/// How long nobody is heard after the system could not hand over a caller.
const BREATH: Duration = Duration::from_millis(200);

/// The socket of this process. It is removed when this is dropped.
#[derive(Debug)]
pub struct WordListener {
    socket: UnixListener,
    path: TempPath,
}

impl WordListener {
    /// Opens a socket in a directory that only this user may enter.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let made = tempfile::Builder::new()
            .prefix("words-")
            .rand_bytes(6)
            .make_in(directory, |path| UnixListener::bind(path))?;
        let (socket, path) = made.into_parts();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self { socket, path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hears callers until this is dropped; `answer` says what becomes of each request.
    pub async fn serve<H, F>(self, answer: H)
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let (answer, turns) = (Arc::new(answer), Arc::new(Semaphore::new(AT_ONCE)));
        let mut callers = JoinSet::new();
        loop {
            while callers.try_join_next().is_some() {}
            let Ok(turn) = turns.clone().acquire_owned().await else {
                return;
            };
            match self.socket.accept().await {
                Ok((stream, _)) => {
                    let answer = answer.clone();
                    callers.spawn(async move {
                        let _turn = turn;
                        if let Err(error) = hear(stream, &*answer).await {
                            tracing::info!(%error, "a word from another process was not understood");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a word from another process could not be heard");
                    sleep(BREATH).await;
                }
            }
        }
    }
}

/// Hears one caller.
async fn hear<H, F>(stream: UnixStream, answer: &H) -> io::Result<()>
where
    H: Fn(Request) -> F,
    F: Future<Output = Answer>,
{
    of_this_user(&stream)?;
    let mut stream = BufReader::new(stream);
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let request = timeout(ANSWER_WITHIN, message::read(&mut stream))
        .await
        .map_err(late)??;
    let answer = timeout(ANSWER_WITHIN, answer(request)).await;
    let answer = answer.unwrap_or(Answer::Unanswered);
    timeout(ANSWER_WITHIN, message::write(&mut stream, answer))
        .await
        .map_err(late)?
}

/// Refuses the process of somebody else, whatever the rights of the directory are.
pub(super) fn of_this_user(stream: &UnixStream) -> io::Result<()> {
    if stream.peer_cred()?.uid() == geteuid().as_raw() {
        return Ok(());
    }
    let why = "the process at the other end is of another user";
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}
