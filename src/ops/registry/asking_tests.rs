//! What is asked of a registry again, and how often, when it says no or the line is cut.

use super::asking::{Asking, Question, TRIES};
use super::{Keychain, Login, Problem};
use crate::model::names::{Digest, RegistryDigest, RegistryTag};
use crate::ops::ports::{EngineError, Heard, Insecure, RegistryAccess};
use async_trait::async_trait;
use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// An engine whose registry says no in this order, and then yes.
struct Scripted {
    says: Mutex<VecDeque<(u16, &'static str)>>,
    /// The passwords that were brought.
    brought: Mutex<Vec<String>>,
    /// What it writes into a file when it is asked for the first time.
    renews: Mutex<Option<(PathBuf, &'static str)>>,
    insecure: Insecure,
}

impl Scripted {
    fn saying(says: &[(u16, &'static str)]) -> Self {
        Self {
            says: Mutex::new(says.iter().copied().collect()),
            brought: Mutex::default(),
            renews: Mutex::default(),
            insecure: Insecure::default(),
        }
    }

    fn answer(&self, login: &Login) -> Result<Digest, EngineError> {
        let password = match login {
            Login::Password { password, .. } => password.reveal().to_owned(),
            _ => String::new(),
        };
        self.brought.lock().unwrap().push(password);
        if let Some((file, token)) = self.renews.lock().unwrap().take() {
            fs::write(file, token).unwrap();
        }
        match self.says.lock().unwrap().pop_front() {
            None => Ok(digest()),
            Some((404, message)) => Err(EngineError::NotFound(message.to_owned())),
            Some((code, message)) => Err(EngineError::Answered {
                code,
                message: message.to_owned(),
            }),
        }
    }
}

#[async_trait]
impl RegistryAccess for Scripted {
    async fn tagged_digest(&self, _: &RegistryTag, login: &Login) -> Result<Option<Digest>, EngineError> {
        self.answer(login).map(Some)
    }

    async fn publish(&self, _: &RegistryTag, login: &Login, _: Heard<'_>) -> Result<Digest, EngineError> {
        self.answer(login)
    }

    async fn pull(&self, _: &RegistryDigest, login: &Login, _: Heard<'_>) -> Result<(), EngineError> {
        self.answer(login).map(|_| ())
    }

    async fn name_for(&self, _: &str, _: &RegistryTag) -> Result<(), EngineError> {
        Ok(())
    }

    async fn insecure(&self) -> Result<Insecure, EngineError> {
        Ok(self.insecure.clone())
    }
}

fn digest() -> Digest {
    Digest::from_bytes(&[7; 32])
}

fn name() -> RegistryTag {
    RegistryTag::parse("ghcr.io/acme/x:v1").unwrap()
}

fn token(text: &str) -> (TempDir, PathBuf, Keychain) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, text).unwrap();
    let keychain = Keychain::default().with_token_in("kim".to_owned(), &file);
    (folder, file, keychain)
}

/// Publishes; what came of it, and how long it took.
async fn publish(
    engine: &Scripted,
    keychain: &Keychain,
) -> (Result<Option<Digest>, (Problem, String)>, Duration) {
    let asking = Asking {
        engine,
        keychain,
        reporter: None,
        tries: TRIES,
    };
    let (began, name) = (Instant::now(), name());
    let answer = asking.ask(Question::Publish(&name), &mut |_| {}).await;
    (
        answer.map_err(|error| (error.problem, error.said)),
        began.elapsed(),
    )
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_asked_again_with_longer_and_longer_waits_and_not_for_ever() {
    let (_folder, _, keychain) = token("t");
    let trouble = [
        (200, "received unexpected HTTP status: 503 Service Unavailable"),
        (200, "unexpected EOF"),
    ];
    let (answer, took) = publish(&Scripted::saying(&trouble), &keychain).await;
    assert_eq!(answer, Ok(Some(digest())));
    assert_eq!(took.as_secs(), 2 + 4);
    let for_ever = [(200, "connection refused"); 9];
    let engine = Scripted::saying(&for_ever);
    let (answer, took) = publish(&engine, &keychain).await;
    assert_eq!(answer.unwrap_err().0, Problem::Cut);
    assert_eq!(
        (engine.brought.lock().unwrap().len(), took.as_secs()),
        (5, 2 + 4 + 8 + 16)
    );
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_says_how_long_it_wants_to_be_left_alone_is_left_alone_so_long() {
    let (_folder, _, keychain) = token("t");
    let (answer, took) = publish(
        &Scripted::saying(&[(200, "toomanyrequests: retry-after: 40s")]),
        &keychain,
    )
    .await;
    assert_eq!((answer, took.as_secs()), (Ok(Some(digest())), 40));
    let hours = Scripted::saying(&[(200, "toomanyrequests: retry-after: 2h")]);
    let (answer, took) = publish(&hours, &keychain).await;
    assert_eq!(
        answer.unwrap_err().0,
        Problem::TooMany(Some(Duration::from_hours(2)))
    );
    assert_eq!(took.as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_asked_once() {
    let (_folder, _, keychain) = token("t");
    for (said, problem) in [
        ("denied: permission_denied: write_package", Problem::Forbidden),
        ("unauthorized: authentication required", Problem::Unauthorised),
        (
            "x509: certificate signed by unknown authority",
            Problem::Certificate,
        ),
        ("blob upload invalid", Problem::Other),
    ] {
        let engine = Scripted::saying(&[(200, said); 9]);
        let (answer, took) = publish(&engine, &keychain).await;
        assert_eq!(answer, Err((problem, said.to_owned())));
        assert_eq!((engine.brought.lock().unwrap().len(), took.as_secs()), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_in_the_middle_is_read_anew_once() {
    let (_folder, file, keychain) = token("first");
    let engine = Scripted::saying(&[(200, "unauthorized: token expired")]);
    *engine.renews.lock().unwrap() = Some((file.clone(), "second"));
    let (answer, _) = publish(&engine, &keychain).await;
    assert_eq!(answer, Ok(Some(digest())));
    assert_eq!(*engine.brought.lock().unwrap(), ["first", "second"]);
    let engine = Scripted::saying(&[
        (200, "unauthorized: no"),
        (200, "unauthorized: no"),
        (200, "unauthorized: no"),
    ]);
    *engine.renews.lock().unwrap() = Some((file, "third"));
    let (answer, _) = publish(&engine, &keychain).await;
    assert_eq!(answer.unwrap_err().0, Problem::Unauthorised);
    assert_eq!(*engine.brought.lock().unwrap(), ["second", "third"]);
}

#[tokio::test]
async fn a_registry_that_an_engine_takes_without_tls_is_never_brought_a_login() {
    let (_folder, _, keychain) = token("t");
    let engine = Scripted {
        insecure: Insecure {
            names: vec!["ghcr.io".to_owned()],
            networks: Vec::new(),
        },
        ..Scripted::saying(&[])
    };
    let (answer, _) = publish(&engine, &keychain).await;
    let (problem, said) = answer.unwrap_err();
    assert_eq!(problem, Problem::Plain);
    assert!(said.contains("without TLS"), "{said}");
    assert!(engine.brought.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_tag_that_is_not_there_is_no_trouble() {
    let (_folder, _, keychain) = token("t");
    for says in [(404, "not found"), (200, "manifest unknown: manifest unknown")] {
        let engine = Scripted::saying(&[says]);
        let asking = Asking {
            engine: &engine,
            keychain: &keychain,
            reporter: None,
            tries: TRIES,
        };
        assert_eq!(asking.digest(&name()).await, Ok(None));
    }
}
