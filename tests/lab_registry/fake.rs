//! A registry on this machine's own address, in the clear as engines take it there, that makes trouble when it is told to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use tagboat::model::names::Digest;

/// What goes wrong, as often as is said, with requests of this method for paths with this in them.
pub(crate) struct Fault {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) times: u32,
    pub(crate) what: What,
}

/// What goes wrong.
pub(crate) enum What {
    /// It says no.
    Says(&'static str, &'static str),
    /// The line is cut in the middle of the body.
    Cut,
    /// From now on it takes this password and no other.
    Password(&'static str),
}

/// A fake registry; it ends with the process.
#[derive(Clone)]
pub(crate) struct Fake {
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    password: String,
    faults: Vec<Fault>,
    blobs: HashMap<String, Vec<u8>>,
    uploads: HashMap<String, Vec<u8>>,
    manifests: HashMap<String, (String, Vec<u8>)>,
    begun: usize,
}

struct Request {
    method: String,
    path: String,
    password: String,
    kind: String,
    body: Vec<u8>,
}

impl Fake {
    /// One that lets `lab` in with this password.
    pub(crate) fn start(password: &str, faults: Vec<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let fake = Self {
            address: listener.local_addr().unwrap().to_string(),
            state: Arc::new(Mutex::new(State {
                password: password.to_owned(),
                faults,
                ..State::default()
            })),
        };
        let shared = fake.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let fake = shared.clone();
                // A client may go away at any point.
                std::thread::spawn(move || fake.serve(stream).unwrap_or_default());
            }
        });
        fake
    }

    /// How often something of the faults is left to go wrong.
    pub(crate) fn faults_left(&self) -> u32 {
        self.state
            .lock()
            .unwrap()
            .faults
            .iter()
            .map(|fault| fault.times)
            .sum()
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        // An engine tries TLS first; what it hears then tells it that there is none.
        if reader
            .fill_buf()?
            .first()
            .is_none_or(|byte| !byte.is_ascii_uppercase())
        {
            return stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
        let Some(request) = self.read(&mut reader)? else {
            return Ok(());
        };
        let answer = self.answer(&request);
        stream.write_all(&answer)?;
        stream.flush()
    }

    /// The request; none where the line is to be cut.
    fn read(&self, reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.insert(name.to_lowercase(), value.to_owned()),
                None => break,
            };
        }
        if self.cuts(&method, &path) {
            let mut some = [0; 100];
            reader.read_exact(&mut some)?;
            return Ok(None);
        }
        let mut body = Vec::new();
        if headers
            .get("transfer-encoding")
            .is_some_and(|value| value == "chunked")
        {
            loop {
                let mut size = String::new();
                reader.read_line(&mut size)?;
                let size = u64::from_str_radix(size.trim(), 16).unwrap_or_default();
                reader.by_ref().take(size).read_to_end(&mut body)?;
                reader.read_line(&mut String::new())?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = headers.get("content-length") {
            reader
                .by_ref()
                .take(length.parse().unwrap())
                .read_to_end(&mut body)?;
        }
        let login = headers
            .get("authorization")
            .and_then(|value| value.strip_prefix("Basic "));
        let login = login
            .and_then(|login| STANDARD.decode(login).ok())
            .unwrap_or_default();
        let login = String::from_utf8(login).unwrap_or_default();
        Ok(Some(Request {
            method,
            path,
            password: login.strip_prefix("lab:").unwrap_or_default().to_owned(),
            kind: headers.remove("content-type").unwrap_or_default(),
            body,
        }))
    }

    fn cuts(&self, method: &str, path: &str) -> bool {
        let mut state = self.state.lock().unwrap();
        let fault = state.faults.iter_mut().find(|fault| {
            fault.times > 0
                && fault.method == method
                && path.contains(fault.path)
                && matches!(fault.what, What::Cut)
        });
        fault.is_some_and(|fault| {
            fault.times -= 1;
            true
        })
    }

    fn answer(&self, request: &Request) -> Vec<u8> {
        let mut state = self.state.lock().unwrap();
        if request.password != state.password {
            let body = r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#;
            return reply(
                "401 Unauthorized",
                "WWW-Authenticate: Basic realm=\"fake\"\r\n",
                body.as_bytes(),
            );
        }
        let State { faults, password, .. } = &mut *state;
        let fault = faults.iter_mut().find(|fault| {
            fault.times > 0 && fault.method == request.method && request.path.contains(fault.path)
        });
        if let Some(fault) = fault {
            fault.times -= 1;
            match fault.what {
                What::Says(status, body) => {
                    return reply(status, "Content-Type: application/json\r\n", body.as_bytes());
                }
                What::Password(new) => new.clone_into(password),
                What::Cut => {}
            }
        }
        state.serve(request)
    }
}

impl State {
    fn serve(&mut self, request: &Request) -> Vec<u8> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let path = path.rsplit_once("/v2/").map_or(path, |(_, path)| path);
        match (request.method.as_str(), path) {
            ("GET", "") => reply(
                "200 OK",
                "Docker-Distribution-Api-Version: registry/2.0\r\n",
                b"{}",
            ),
            ("POST", _) => self.begin(),
            ("PATCH", place) => self.take(place, &request.body),
            ("PUT", place) if place.contains("/uploads/") => self.end(place, query, &request.body),
            ("PUT", place) => {
                let digest = sha256(&request.body);
                let manifest = (request.kind.clone(), request.body.clone());
                self.manifests.insert(last(place).to_owned(), manifest.clone());
                self.manifests.insert(digest.clone(), manifest);
                reply(
                    "201 Created",
                    &format!("Docker-Content-Digest: {digest}\r\n"),
                    b"",
                )
            }
            ("GET", place) => self.give(place),
            ("HEAD", place) => {
                let whole = self.give(place);
                let head = whole.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
                whole[..head + 4].to_vec()
            }
            _ => reply("405 Method Not Allowed", "", b""),
        }
    }

    fn begin(&mut self) -> Vec<u8> {
        self.begun += 1;
        let upload = format!("upload-{}", self.begun);
        let place = format!(
            "Location: /v2/x/blobs/uploads/{upload}\r\nRange: 0-0\r\nDocker-Upload-UUID: {upload}\r\n"
        );
        self.uploads.insert(upload, Vec::new());
        reply("202 Accepted", &place, b"")
    }

    fn take(&mut self, place: &str, bytes: &[u8]) -> Vec<u8> {
        let upload = last(place);
        let held = self.uploads.entry(upload.to_owned()).or_default();
        held.extend_from_slice(bytes);
        let end = held.len().max(1) - 1;
        let told = format!("Location: /v2/x/blobs/uploads/{upload}\r\nRange: 0-{end}\r\n");
        reply("202 Accepted", &told, b"")
    }

    fn end(&mut self, place: &str, query: &str, rest: &[u8]) -> Vec<u8> {
        let mut bytes = self.uploads.remove(last(place)).unwrap_or_default();
        bytes.extend_from_slice(rest);
        let query = query.replace("%3A", ":");
        let digest = query.rsplit("digest=").next().unwrap().to_owned();
        assert_eq!(digest, sha256(&bytes), "what arrived is not what was sent");
        let told = format!("Location: /v2/x/blobs/{digest}\r\nDocker-Content-Digest: {digest}\r\n");
        self.blobs.insert(digest, bytes);
        reply("201 Created", &told, b"")
    }

    fn give(&self, place: &str) -> Vec<u8> {
        let name = last(place);
        let manifest = self
            .manifests
            .get(name)
            .map(|(kind, bytes)| (kind.as_str(), bytes));
        let blob = || {
            self.blobs
                .get(name)
                .map(|bytes| ("application/octet-stream", bytes))
        };
        let unknown = br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;
        match manifest.or_else(blob) {
            Some((kind, bytes)) => {
                let digest = sha256(bytes);
                let told = format!("Content-Type: {kind}\r\nDocker-Content-Digest: {digest}\r\n");
                reply("200 OK", &told, bytes)
            }
            None => reply("404 Not Found", "", unknown),
        }
    }
}

fn last(place: &str) -> &str {
    place.rsplit('/').next().unwrap()
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn sha256(bytes: &[u8]) -> String {
    Digest::from_bytes(&Sha256::digest(bytes).into()).to_string()
}
