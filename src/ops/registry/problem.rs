//! What a registry means when it says no. Engines hand on its words, and each engine and registry has its own.

use super::docker_config::NoLogin;
use crate::model::names::{RegistryHost, RegistryRepository};
use crate::ops::ports::EngineError;
use std::time::Duration;

/// Why a registry does not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It does not know who asks: 401.
    Unauthorised,
    /// Who asks may not: 403.
    Forbidden,
    /// There is no such thing: 404.
    NotFound,
    /// Too much was asked in too short a time: 429; how long it wants to be left alone, where it says that.
    TooMany(Option<Duration>),
    /// It has a trouble of its own: 5xx.
    Server,
    /// The line to it was cut, or it is not there.
    Cut,
    /// The engine does not know who signed its certificate, or it is not this registry's.
    Certificate,
    /// It speaks no TLS.
    Plain,
    /// The engine between could not be asked, or said nothing for too long.
    Engine,
    /// There is no login to ask with.
    Login,
    /// Something else.
    Other,
}

/// What came of asking a registry, where that was not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct RegistryError {
    /// What it means.
    pub problem: Problem,
    /// What was said, made harmless.
    pub said: String,
}

/// Words that tell what is meant, in the order in which they are looked for: some answers have words of two kinds.
const WORDS: [(Problem, &[&str]); 9] = [
    // The engine's own store lacks a part of the image.
    (Problem::Other, &["content digest"]),
    (Problem::Plain, &["server gave http response to https client"]),
    (
        Problem::Certificate,
        &[
            "x509:",
            "tls: failed to verify",
            "certificate signed by",
            "bad certificate",
        ],
    ),
    (
        Problem::TooMany(None),
        &["toomanyrequests", "too many requests", "rate limit"],
    ),
    // Docker Hub says both in one answer, to those who may not and about what is not there.
    (
        Problem::Forbidden,
        &[
            "requested access to the resource is denied",
            "insufficient_scope",
            "permission_denied",
        ],
    ),
    (
        Problem::Unauthorised,
        &[
            "unauthorized",
            "authentication required",
            "no basic auth credentials",
            "incorrect username or password",
            "failed to authorize",
        ],
    ),
    (Problem::Forbidden, &["denied", "forbidden"]),
    (
        Problem::NotFound,
        &[
            "manifest unknown",
            "name unknown",
            "manifest_unknown",
            "name_unknown",
            "not found",
        ],
    ),
    (
        Problem::Server,
        &[
            "internal server error",
            "bad gateway",
            "service unavailable",
            "gateway timeout",
            "gateway time-out",
        ],
    ),
];

/// How a line that was cut is told.
const CUT: [&str; 12] = [
    "eof",
    "connection reset",
    "connection refused",
    "broken pipe",
    "timeout",
    "timed out",
    "deadline exceeded",
    "closed network connection",
    "network is unreachable",
    "no route to host",
    "no such host",
    "server misbehaving",
];

impl RegistryError {
    /// What an engine's answer means.
    pub fn of(error: &EngineError) -> Self {
        let problem = match error {
            EngineError::Unreachable(_) | EngineError::Deadline(_) | EngineError::NotUnderstood(_) => {
                Problem::Engine
            }
            EngineError::NotFound(said) => read(said, Some(404)),
            EngineError::Denied(said) => read(said, Some(403)),
            EngineError::Conflict(said) => read(said, None),
            EngineError::Answered { code, message } => {
                read(message, Some(*code).filter(|code| ![200, 500].contains(code)))
            }
        };
        let said = match error {
            EngineError::Answered { message: said, .. }
            | EngineError::Denied(said)
            | EngineError::NotFound(said)
            | EngineError::Conflict(said) => said.clone(),
            other => other.to_string(),
        };
        Self { problem, said }
    }

    /// What the lack of a login means.
    pub fn of_login(error: &NoLogin) -> Self {
        Self {
            problem: Problem::Login,
            said: error.to_string(),
        }
    }

    /// Whether the same may succeed a moment later: nothing that was published or pulled is lost then.
    pub fn may_pass(&self) -> bool {
        matches!(self.problem, Problem::TooMany(_) | Problem::Server | Problem::Cut)
    }

    /// Whether running the job again may help without anything being mended.
    pub fn is_passing(&self) -> bool {
        self.may_pass() || self.problem == Problem::Engine
    }

    /// What to do about it, for who publishes to a repository, or pulls from it.
    pub fn advice(&self, repository: &RegistryRepository, publishes: bool) -> String {
        let registry = repository.registry();
        match self.problem {
            Problem::Unauthorised => format!(
                "log in with a token that is still good: {}, or --username and --token-file",
                docker_login(registry)
            ),
            Problem::Login => format!("mend that, or log in anew: {}", docker_login(registry)),
            Problem::Forbidden => forbidden(repository, publishes),
            Problem::NotFound if publishes => {
                format!("make the repository {repository} at the registry first")
            }
            Problem::NotFound => format!("see whether {repository} still has it, and publish it again"),
            Problem::TooMany(_) if registry.is_hub() => {
                "Docker Hub counts pulls: log in, or wait until its hours are over".to_owned()
            }
            Problem::TooMany(_) => "wait until the registry takes requests again".to_owned(),
            Problem::Server => format!("look at {registry}: it has a trouble of its own"),
            Problem::Cut => format!("see whether the engine reaches {registry}"),
            Problem::Certificate => format!(
                "give that engine the certificate of who signed for {registry}: /etc/docker/certs.d/{registry}/ca.crt"
            ),
            Problem::Plain => format!("give {registry} a certificate: a login is never sent in the clear"),
            Problem::Engine => "see whether the engine runs".to_owned(),
            Problem::Other => format!("look at {registry} and at the log of the engine"),
        }
    }
}

/// How a login is kept where tagboat finds it.
fn docker_login(registry: &RegistryHost) -> String {
    if registry.is_hub() {
        "docker login".to_owned()
    } else {
        format!("docker login {registry}")
    }
}

fn forbidden(repository: &RegistryRepository, publishes: bool) -> String {
    let registry = repository.registry();
    match (registry.is_ghcr(), registry.is_hub(), publishes) {
        (true, _, true) => format!(
            "GitHub wants a classic token with write:packages, of a user who may write to {}; a package that a workflow has \
             made takes others' only when it is linked to them",
            repository.path()
        ),
        (true, _, false) => {
            "GitHub makes a package private with its first push: use a token with read:packages, or make it public".to_owned()
        }
        (_, true, true) => format!(
            "Docker Hub wants a token with Read & Write, of a user who may write to {}; it says the same of a repository that \
             is not there",
            repository.path()
        ),
        (_, true, false) => {
            "Docker Hub says this of private repositories and of those that are not there: log in, and look at the name"
                .to_owned()
        }
        (_, _, true) => format!("use a user or a token that may write to {repository}"),
        (_, _, false) => format!("use a user or a token that may read {repository}"),
    }
}

fn read(said: &str, code: Option<u16>) -> Problem {
    let lower = said.to_lowercase();
    let by_words = WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| lower.contains(word)))
        .map(|(problem, _)| *problem);
    let problem = by_words
        .or_else(|| status(&lower).and_then(of_status))
        .or_else(|| code.and_then(of_status))
        .or_else(|| {
            CUT.iter()
                .any(|word| lower.contains(word))
                .then_some(Problem::Cut)
        });
    match problem {
        Some(Problem::TooMany(_)) => Problem::TooMany(told_wait(&lower)),
        Some(problem) => problem,
        None => Problem::Other,
    }
}

fn of_status(code: u16) -> Option<Problem> {
    match code {
        401 => Some(Problem::Unauthorised),
        403 => Some(Problem::Forbidden),
        404 => Some(Problem::NotFound),
        429 => Some(Problem::TooMany(None)),
        500..=599 => Some(Problem::Server),
        _ => None,
    }
}

/// The status that an engine quotes: `received unexpected HTTP status: 503 Service Unavailable`.
fn status(lower: &str) -> Option<u16> {
    let after = lower.find("status").or_else(|| lower.find("http "))?;
    let words = lower[after..].split(|c: char| !c.is_ascii_alphanumeric());
    let mut codes = words
        .filter(|word| word.len() == 3)
        .filter_map(|word| word.parse().ok());
    codes.find(|code| (400..600).contains(code))
}

/// How long a registry wants to be left alone, where it says so: `retry-after: 870.8µs`, `retry after 30`.
fn told_wait(lower: &str) -> Option<Duration> {
    let after = lower.find("retry-after").or_else(|| lower.find("retry after"))?;
    let text = lower[after + "retry-after".len()..].trim_start_matches([':', '=', '"', ' ']);
    let number: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let unit = text[number.len()..].trim_start();
    let value: f64 = number.parse().ok()?;
    let seconds = match unit {
        unit if unit.starts_with("µs") || unit.starts_with("us") => value / 1e6,
        unit if unit.starts_with("ms") => value / 1e3,
        unit if unit.starts_with('m') => value * 60.0,
        unit if unit.starts_with('h') => value * 3600.0,
        _ => value,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::{Problem, RegistryError};
    use crate::model::names::RegistryRepository;
    use crate::ops::ports::EngineError;
    use std::time::Duration;

    fn of(said: &str) -> Problem {
        let message = said.to_owned();
        RegistryError::of(&EngineError::Answered { code: 200, message }).problem
    }

    const SAID: &[(&str, Problem)] = &[
        ("unauthorized: authentication required", Problem::Unauthorised),
        ("no basic auth credentials", Problem::Unauthorised),
        (
            "unauthorized: unauthenticated: User cannot be authenticated with the token provided",
            Problem::Unauthorised,
        ),
        (
            "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized",
            Problem::Unauthorised,
        ),
        ("denied: denied", Problem::Forbidden),
        ("denied: permission_denied: write_package", Problem::Forbidden),
        (
            "errors: denied: requested access to the resource is denied unauthorized: authentication required",
            Problem::Forbidden,
        ),
        (
            "pull access denied for acme/x, repository does not exist or may require 'docker login'",
            Problem::Forbidden,
        ),
        (
            "push access denied: server message: insufficient_scope: authorization failed",
            Problem::Forbidden,
        ),
        (
            "received unexpected HTTP status: 403 Forbidden",
            Problem::Forbidden,
        ),
        (
            "error parsing HTTP 403 response body: invalid character '<'",
            Problem::Forbidden,
        ),
        ("manifest unknown: manifest unknown", Problem::NotFound),
        (
            "toomanyrequests: You have reached your pull rate limit.",
            Problem::TooMany(None),
        ),
        (
            "toomanyrequests: retry-after: 1500ms, allowed: 44000/minute",
            Problem::TooMany(Some(Duration::from_millis(1500))),
        ),
        (
            "received unexpected HTTP status: 429 Too Many Requests",
            Problem::TooMany(None),
        ),
        (
            "received unexpected HTTP status: 500 Internal Server Error",
            Problem::Server,
        ),
        ("error parsing HTTP 502 response body", Problem::Server),
        ("Head \"https://x:5000/v2/\": EOF", Problem::Cut),
        (
            "write tcp 10.0.0.1:4: write: connection reset by peer",
            Problem::Cut,
        ),
        (
            "dial tcp 10.0.0.1:5000: connect: connection refused",
            Problem::Cut,
        ),
        ("net/http: TLS handshake timeout", Problem::Cut),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            Problem::Certificate,
        ),
        ("http: server gave HTTP response to HTTPS client", Problem::Plain),
        ("no space left on device", Problem::Other),
        ("content digest sha256:00: not found", Problem::Other),
    ];

    #[test]
    fn what_registries_say_through_engines_is_understood() {
        for &(said, problem) in SAID {
            assert_eq!(of(said), problem, "{said}");
        }
        assert_eq!(
            RegistryError::of(&EngineError::Deadline(300)).problem,
            Problem::Engine
        );
        let denied = EngineError::Denied("no".to_owned());
        assert_eq!(RegistryError::of(&denied).problem, Problem::Forbidden);
    }

    #[test]
    fn the_advice_fits_the_registry() {
        let advice = |said: &str, repository: &str, publishes| {
            let message = said.to_owned();
            let error = RegistryError::of(&EngineError::Answered { code: 200, message });
            error.advice(&RegistryRepository::parse(repository).unwrap(), publishes)
        };
        assert!(advice("denied: denied", "ghcr.io/a/x", true).contains("write:packages"));
        assert!(advice("denied: denied", "ghcr.io/a/x", false).contains("private with its first push"));
        assert!(advice("denied", "a/x", true).contains("Read & Write"));
        assert!(advice("unauthorized", "a/x", true).contains("docker login,"));
        assert!(
            advice("x509: unknown", "r.lan:5000/x", false).contains("/etc/docker/certs.d/r.lan:5000/ca.crt")
        );
        assert!(advice("x", "r.lan:5000/x", true).contains("r.lan:5000"));
    }
}
