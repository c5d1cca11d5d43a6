//! Where words from other processes reach the jobs of this one, and where words of this one go that are for jobs of others.

use super::jobs::Heard;
use super::journals::Journals;
use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::job::Word;
use crate::model::names::{JobId, Operator};
use crate::ops::connector::Connector;
use crate::ops::words::{ANSWER_WITHIN, Answer, Request, WordListener, say};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{OnceCell, mpsc};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// The socket of this process; it is opened when the first job begins, for nobody has a word for a process without jobs.
pub(super) struct Ear {
    directory: PathBuf,
    /// The directory goes with it.
    _connector: Arc<Connector>,
    socket: OnceCell<PathBuf>,
}

impl Ear {
    /// An ear whose socket will be in the directory of the connector's sockets, which only this user may enter.
    pub(super) fn new(directory: PathBuf, connector: Arc<Connector>) -> Self {
        Self {
            directory,
            _connector: connector,
            socket: OnceCell::new(),
        }
    }

    /// Opens the socket where that was not done, and makes it known as that of a job, until the link is dropped.
    pub(super) async fn open_for(
        &self,
        link: PathBuf,
        (workshop, events, tasks): (&Arc<Workshop>, &mpsc::Sender<Event>, &TaskTracker),
    ) -> io::Result<Link> {
        let open = || async {
            let listener = WordListener::open(&self.directory)?;
            let path = listener.path().to_owned();
            let (workshop, events) = (workshop.clone(), events.clone());
            tasks.spawn(async move {
                tokio::select! {
                    () = listener.serve(move |request| hear(workshop.clone(), request)) => {}
                    () = events.closed() => {}
                }
            });
            Ok::<_, io::Error>(path)
        };
        let socket = self.socket.get_or_try_init(open).await?;
        Link::put(link, socket).await
    }
}

/// The link beside a journal that leads to the socket of the process that runs the job.
pub(super) struct Link(PathBuf);

impl Link {
    /// Puts it in place of one that a process left which died over the job: who has locked the journal is the only one here.
    async fn put(link: PathBuf, socket: &Path) -> io::Result<Self> {
        match tokio::fs::remove_file(&link).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        tokio::fs::symlink(socket, &link).await?;
        Ok(Self(link))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::debug!(%error, "the link to the socket of a job stays until it is taken up again");
        }
    }
}

/// What becomes of a word from another process.
async fn hear(workshop: Arc<Workshop>, request: Request) -> Answer {
    tracing::info!(job = %request.job, word = request.word.word(), operator = %request.operator, "said by another process");
    answer_of(workshop.jobs.say(&request.job, request.word, request.operator)).await
}

/// Hears what a job of this process answers.
async fn answer_of(heard: Heard) -> Answer {
    let answered = match heard {
        Heard::NotHere => return Answer::NotHere,
        Heard::Answered(answer) => answer,
        Heard::Asked(answer) => match timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok(answer)) => answer,
            // It ended over the word.
            Ok(Err(_)) => return Answer::NotHere,
            Err(_) => return Answer::Unanswered,
        },
    };
    answered.map_or(Answer::Accepted, Answer::Objection)
}

/// A word of this front end: to a job of this process, or to the process that runs it. What comes of it is told.
pub(super) async fn pass_on(
    (id, word, operator): (JobId, Word, Operator),
    heard: Heard,
    journals: Journals,
    events: mpsc::Sender<Event>,
) {
    let name = word.word();
    let short = id.short().to_owned();
    let objection = if matches!(heard, Heard::NotHere) {
        let request = Request {
            job: id.clone(),
            word,
            operator,
        };
        let said = say(&journals.journal, request).await;
        journals.look_again();
        match said {
            Ok(objection) => objection,
            Err(error) => {
                let refusal = error.refusal(name, &id);
                return tell(&events, Event::Refused { id, refusal }).await;
            }
        }
    } else {
        match answer_of(heard).await {
            Answer::Accepted => None,
            Answer::Objection(objection) => Some(objection),
            Answer::NotHere => Some("it has ended".to_owned()),
            Answer::Unanswered => Some("it has not taken it yet".to_owned()),
        }
    };
    if let Some(objection) = objection {
        tell(
            &events,
            Event::Notice(format!("{name} of job {short}: {objection}")),
        )
        .await;
    }
}

async fn tell(events: &mpsc::Sender<Event>, event: Event) {
    if events.send(event).await.is_err() {
        tracing::debug!("the front end is gone");
    }
}
