//! The protocol between two processes, with a listener of each kind at the other end.

use super::{Answer, Request, SayError, WordListener, say};
use crate::model::job::{JobEvent, Verdict, Word};
use crate::model::names::{JobId, Operator};
use crate::model::plan::{Plan, PrunePlan};
use crate::model::rollout::Steer;
use crate::ops::journal::{Journal, JournalFile};
use jiff::Timestamp;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixListener;
use tokio::task::JoinHandle;

struct Scene {
    place: TempDir,
    journal: Journal,
    file: JournalFile,
}

impl Scene {
    /// A job that runs and whose process has told no socket.
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let journal = Journal::open(place.path()).unwrap();
        let mut file = journal.create(&id()).unwrap();
        file.append(&JobEvent::Started {
            plan: Box::new(Plan::Prune(PrunePlan {
                hosts: Vec::new(),
                refused: Vec::new(),
            })),
            operator: operator(),
            patience: crate::model::job::Patience::NONE,
            at: Timestamp::UNIX_EPOCH,
        })
        .unwrap();
        Self { place, journal, file }
    }

    /// A listener that answers this to all, and what it heard.
    fn answering(&self, answer: Answer) -> (JoinHandle<()>, Arc<Mutex<Vec<Request>>>) {
        let listener = WordListener::open(self.place.path()).unwrap();
        self.link(listener.path());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let keep = heard.clone();
        let serving = tokio::spawn(listener.serve(move |request| {
            keep.lock().unwrap().push(request);
            let answer = answer.clone();
            async move { answer }
        }));
        (serving, heard)
    }

    /// A socket that is not served by this program's listener.
    fn bare(&self) -> UnixListener {
        let path = self.place.path().join("bare");
        self.link(&path);
        UnixListener::bind(path).unwrap()
    }

    fn link(&self, socket: &std::path::Path) {
        std::os::unix::fs::symlink(socket, self.journal.address(&id())).unwrap();
    }

    async fn say(&self) -> Result<Option<String>, SayError> {
        say(&self.journal, request()).await
    }
}

fn id() -> JobId {
    JobId::new(Timestamp::UNIX_EPOCH, 7)
}

fn operator() -> Operator {
    Operator::parse("me@desk").unwrap()
}

fn request() -> Request {
    Request {
        job: id(),
        word: Word::Steer(Steer::Pause),
        operator: operator(),
    }
}

#[tokio::test]
async fn a_word_is_heard_with_its_job_and_its_operator_and_its_acceptance_is_told() {
    let scene = Scene::new();
    let (_serving, heard) = scene.answering(Answer::Accepted);
    assert_eq!(scene.say().await.unwrap(), None);
    assert_eq!(*heard.lock().unwrap(), [request()]);
}

#[tokio::test]
async fn the_objection_of_a_job_comes_back_in_its_own_words() {
    let scene = Scene::new();
    let (_serving, _) = scene.answering(Answer::Objection("it is paused already".to_owned()));
    assert_eq!(
        scene.say().await.unwrap().as_deref(),
        Some("it is paused already")
    );
}

#[tokio::test]
async fn a_job_that_the_process_does_not_run_is_looked_for_in_its_journal() {
    let mut scene = Scene::new();
    let (_serving, _) = scene.answering(Answer::NotHere);
    let elsewhere = scene.say().await.unwrap_err();
    assert!(matches!(elsewhere, SayError::NotHere), "{elsewhere}");
    let end = JobEvent::Ended {
        verdict: Verdict::Partly,
        at: Timestamp::UNIX_EPOCH,
    };
    scene.file.append(&end).unwrap();
    let ended = scene.say().await.unwrap_err();
    assert!(matches!(ended, SayError::Ended(Verdict::Partly)), "{ended}");
}

#[tokio::test]
async fn a_process_that_is_gone_is_told_with_the_way_to_take_its_job_up() {
    let scene = Scene::new();
    drop(scene.file);
    let error = say(&scene.journal, request()).await.unwrap_err();
    assert!(matches!(error, SayError::Gone), "{error}");
    let refusal = error.refusal("pause", &id());
    assert_eq!(
        (refusal.reason.as_str(), refusal.advice.as_str()),
        (
            "pause of job 0007: nobody runs it: its process is gone",
            "tagboat job resume 0007"
        )
    );
}

#[tokio::test]
async fn a_socket_that_a_dead_process_left_is_told_as_a_process_that_is_gone() {
    let scene = Scene::new();
    drop(scene.bare());
    let unreachable = scene.say().await.unwrap_err();
    assert!(
        matches!(unreachable, SayError::Unreachable { .. }),
        "somebody holds its journal: {unreachable}"
    );
    drop(scene.file);
    let gone = say(&scene.journal, request()).await.unwrap_err();
    assert!(matches!(gone, SayError::Gone), "{gone}");
}

#[tokio::test]
async fn a_process_without_a_socket_is_told_as_such() {
    let error = Scene::new().say().await.unwrap_err();
    assert!(matches!(error, SayError::NoSocket), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_does_not_answer_is_not_waited_for_for_ever() {
    let scene = Scene::new();
    let _bare = scene.bare();
    let error = scene.say().await.unwrap_err();
    assert!(matches!(error, SayError::Silent), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_does_not_answer_is_told_before_the_caller_has_given_up() {
    let scene = Scene::new();
    let listener = WordListener::open(scene.place.path()).unwrap();
    scene.link(listener.path());
    let _serving = tokio::spawn(listener.serve(|_| std::future::pending()));
    let error = scene.say().await.unwrap_err();
    assert!(matches!(error, SayError::Unanswered), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_none_is_told_as_such() {
    for said in [
        &b"no json\n"[..],
        b"{\"v\":2,\"answer\":\"accepted\"}\n",
        b"{\"v\":1,\"ans",
    ] {
        let scene = Scene::new();
        let bare = scene.bare();
        tokio::spawn(async move {
            let (mut stream, _) = bare.accept().await.unwrap();
            stream.write_all(said).await.unwrap();
            // The request is read, so that closing does not take the answer with it.
            let mut request = [0; 1024];
            stream.readable().await.unwrap();
            stream.try_read(&mut request).unwrap();
        });
        let error = scene.say().await.unwrap_err();
        assert!(matches!(error, SayError::Garbled(_)), "{error}");
    }
}

#[tokio::test]
async fn a_caller_that_says_nothing_or_nonsense_holds_up_nobody_else() {
    let scene = Scene::new();
    let (_serving, heard) = scene.answering(Answer::Accepted);
    let path = std::fs::read_link(scene.journal.address(&id())).unwrap();
    let _mute = tokio::net::UnixStream::connect(&path).await.unwrap();
    let mut nonsense = tokio::net::UnixStream::connect(&path).await.unwrap();
    nonsense.write_all(b"{}\n").await.unwrap();
    assert_eq!(scene.say().await.unwrap(), None);
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_socket_is_for_this_user_alone_and_goes_with_its_listener() {
    let scene = Scene::new();
    let listener = WordListener::open(scene.place.path()).unwrap();
    let path = listener.path().to_owned();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(listener);
    assert!(!path.exists());
}
