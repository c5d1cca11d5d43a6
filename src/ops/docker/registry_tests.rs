//! What is asked of an engine for a registry, in its own words, and what is made of its answers.

use super::DockerEngine;
use crate::model::names::{Digest, RegistryDigest, RegistryTag};
use crate::ops::ports::{EngineError, RegistryAccess};
use crate::ops::registry::{Keychain, Login};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

/// An engine that answers every request in one way, but for that about its version.
struct Answering {
    engine: DockerEngine,
    /// The heads of the requests that it got.
    heads: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

impl Answering {
    /// Answers with these bytes and closes, or never says more.
    async fn with(answer: &'static str, closes: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = heads.clone();
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let is_version = head.contains("/version ");
                let version = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\
                               Connection: close\r\n\r\n{\"ApiVersion\":\"1.45\"}";
                stream
                    .write_all(if is_version { version } else { answer }.as_bytes())
                    .await
                    .unwrap();
                if !is_version {
                    told.lock().unwrap().push(head);
                    if !closes {
                        open.push(stream);
                    }
                }
            }
        });
        Self {
            engine: DockerEngine::connect(&socket).await.unwrap(),
            heads,
            _folder: folder,
        }
    }

    fn head(&self) -> String {
        self.heads.lock().unwrap().pop().unwrap()
    }
}

async fn login() -> Login {
    let keychain = Keychain::default().with_token("kim".to_owned(), "~?>+/pä".to_owned());
    let name = RegistryTag::parse("ghcr.io/acme/x:v1").unwrap();
    keychain.login(name.repository.registry()).await.unwrap()
}

async fn publish(answering: &Answering) -> (Result<Digest, EngineError>, Vec<(u64, Option<u64>)>) {
    let name = RegistryTag::parse("ghcr.io/acme/x:v1").unwrap();
    let mut heard = Vec::new();
    let mut hear = |news: crate::ops::ports::LayerNews| heard.push((news.done, news.total));
    let published = answering.engine.publish(&name, &login().await, &mut hear).await;
    (published, heard)
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";

/// A whole answer in one text.
macro_rules! streamed {
    ($body:literal) => {
        concat!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
            $body
        )
    };
}

#[tokio::test]
async fn a_publication_is_done_when_its_digest_is_told_and_its_login_goes_in_a_header_alone() {
    let answering = Answering::with(
        streamed!(
            "{\"status\":\"The push refers to repository [ghcr.io/acme/x]\"}\r\n\
             {\"status\":\"Pushing\",\"progressDetail\":{\"current\":512,\"total\":2048},\"id\":\"a\"}\r\n\
             {\"status\":\"Pushed\",\"progressDetail\":{},\"id\":\"a\"}\r\n\
             {\"progressDetail\":{},\"aux\":{\"Tag\":\"v1\",\"Digest\":\"sha256:\
             0707070707070707070707070707070707070707070707070707070707070707\",\"Size\":528}}\r\n"
        ),
        true,
    )
    .await;
    let (published, heard) = publish(&answering).await;
    assert_eq!(published, Ok(Digest::from_bytes(&[7; 32])));
    assert_eq!(heard, [(512, Some(2048)), (0, None)]);
    let asked = answering.head();
    let mut lines = asked.lines();
    assert_eq!(
        lines.next(),
        Some("POST /v1.45/images/ghcr.io/acme/x/push?tag=v1 HTTP/1.1")
    );
    let header = lines
        .find_map(|line| line.strip_prefix("x-registry-auth: "))
        .expect("the login in a header");
    let login: Value = serde_json::from_slice(&URL_SAFE.decode(header).unwrap()).unwrap();
    assert_eq!(
        (&login["username"], &login["password"]),
        (&"kim".into(), &"~?>+/pä".into())
    );
    let Answering { engine, .. } = &answering;
    let image = RegistryDigest::parse(&format!("ghcr.io/acme/x@{}", Digest::from_bytes(&[7; 32]))).unwrap();
    engine.pull(&image, &Login::Anonymous, &mut |_| {}).await.unwrap();
    let asked = format!(
        "POST /v1.45/images/create?fromImage=ghcr.io%2Facme%2Fx&tag=sha256%3A{} HTTP/1.1\r\n",
        "07".repeat(32)
    );
    assert!(answering.head().starts_with(&asked));
}

#[tokio::test]
async fn a_digest_that_is_told_in_words_alone_counts_and_that_of_another_tag_does_not() {
    let (published, _) = publish(
        &Answering::with(
            streamed!(
                "{\"status\":\"v1: digest: sha256:0707070707070707070707070707070707070707070707070707070707070707 \
                 size: 579\"}\r\n"
            ),
            true,
        )
        .await,
    )
    .await;
    assert_eq!(published, Ok(Digest::from_bytes(&[7; 32])));
    let (published, _) = publish(
        &Answering::with(
            streamed!(
                "{\"status\":\"v12: digest: sha256:0707070707070707070707070707070707070707070707070707070707070707 \
                 size: 579\"}\r\n"
            ),
            true,
        )
        .await,
    )
    .await;
    assert!(published.is_err());
}

#[tokio::test]
async fn an_error_inside_an_answer_that_began_well_is_an_error() {
    let denied = streamed!(
        "{\"status\":\"Preparing\",\"id\":\"a\"}\r\n\
         {\"errorDetail\":{\"message\":\"denied: \\u001b[31mno\"},\"error\":\"denied: no\"}\r\n"
    );
    let (published, _) = publish(&Answering::with(denied, true).await).await;
    let expected = EngineError::Answered {
        code: 200,
        message: "denied: \\x1b[31mno".to_owned(),
    };
    assert_eq!(published, Err(expected));
}

#[tokio::test]
async fn an_answer_that_ends_without_a_digest_or_in_the_middle_is_no_success() {
    for cut in [
        OK,
        streamed!("{\"status\":\"Pushing\",\"id\":\"a\"}\r\n"),
        streamed!("{\"status\":\"Pushing\",\"id\":\"a\"}\r\n{\"aux\":{\"Tag\":\"v1\",\"Dig"),
    ] {
        let (published, _) = publish(&Answering::with(cut, true).await).await;
        assert!(
            matches!(published, Err(EngineError::Unreachable(_))),
            "{published:?}"
        );
    }
}

#[tokio::test]
async fn an_engine_that_says_nothing_any_more_is_not_waited_for_longer_than_minutes() {
    let answering = Answering::with(streamed!("{\"status\":\"Pushing\",\"id\":\"a\"}\r\n"), false).await;
    tokio::time::pause();
    let (published, _) = publish(&answering).await;
    assert_eq!(published, Err(EngineError::Deadline(300)));
}

#[tokio::test]
async fn a_tag_is_told_from_one_that_is_not_there_and_from_an_engine_that_cannot_ask() {
    let name = RegistryTag::parse("ghcr.io/acme/x:v1").unwrap();
    let there = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"Descriptor\":{\"digest\":\"sha256:\
                 0707070707070707070707070707070707070707070707070707070707070707\"}}";
    let gone = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{\"message\":\"manifest unknown\"}";
    let never = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{\"message\":\"page not found\"}";
    let ask = async |answer| {
        let answering = Answering::with(answer, true).await;
        let told = answering.engine.tagged_digest(&name, &login().await).await;
        assert!(
            answering
                .head()
                .starts_with("GET /v1.45/distribution/ghcr.io/acme/x:v1/json HTTP/1.1\r\n")
        );
        told
    };
    assert_eq!(ask(there).await, Ok(Some(Digest::from_bytes(&[7; 32]))));
    assert_eq!(ask(gone).await, Ok(None));
    assert!(ask(never).await.is_err());
}

#[tokio::test]
async fn what_an_engine_takes_without_tls_is_read_from_what_it_tells_of_itself() {
    let info = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"RegistryConfig\":{\"InsecureRegistryCIDRs\":\
                [\"127.0.0.0/8\",\"10.0.0.0/8\",\"odd\"],\"IndexConfigs\":{\"docker.io\":{\"Secure\":true},\
                \"r.lan:5000\":{\"Secure\":false}}}}";
    let insecure = Answering::with(info, true).await.engine.insecure().await.unwrap();
    assert_eq!(insecure.names, ["r.lan:5000"]);
    assert_eq!(insecure.further_networks().count(), 1);
}
