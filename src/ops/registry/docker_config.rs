//! The logins that Docker keeps: its config file, and the programs that this names.

use super::login::Login;
use super::secret::Secret;
use crate::model::clean::clean;
use crate::model::names::RegistryHost;
use crate::ops::environment::{Environment, path_from};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::{Zeroize, Zeroizing};

/// How long a credential helper may take: it may ask a keychain, and nobody can answer a question of it here.
const HELPER: Duration = Duration::from_secs(20);

/// Why the logins of Docker cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoLogin {
    /// A file cannot be read.
    #[error("{path} cannot be read: {why}")]
    File {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// A credential helper did not answer as one.
    #[error("the credential helper {name} {why}")]
    Helper {
        /// The program.
        name: String,
        /// What became of it.
        why: String,
    },
    /// A token that was given is none.
    #[error("the token that was given {0}")]
    Token(&'static str),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ConfigFile {
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<Secret>,
    username: Option<String>,
    password: Option<Secret>,
    identitytoken: Option<Secret>,
}

/// The answer of a helper.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: Secret,
}

/// Where Docker keeps its logins, and where the programs are that it asks for them.
#[derive(Debug, Clone)]
pub(super) struct DockerConfig {
    pub(super) file: PathBuf,
    search: Option<OsString>,
}

impl DockerConfig {
    /// The one of this operator.
    pub(super) fn find(environment: Environment<'_>) -> Option<Self> {
        let own = path_from(environment, "DOCKER_CONFIG");
        let folder = own.or_else(|| Some(path_from(environment, "HOME")?.join(".docker")))?;
        Some(Self {
            file: folder.join("config.json"),
            search: environment("PATH"),
        })
    }

    /// The login that Docker has for a registry, in Docker's order: the helper for this registry, the one for all, the file itself.
    pub(super) async fn login(&self, registry: &RegistryHost) -> Result<Login, NoLogin> {
        login_of(self, registry).await
    }
}

async fn login_of(docker: &DockerConfig, registry: &RegistryHost) -> Result<Login, NoLogin> {
    let file = &docker.file;
    let unreadable = |why: String| NoLogin::File {
        path: clean(&file.to_string_lossy()),
        why,
    };
    let text = match tokio::fs::read(file).await {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Login::Anonymous),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    // What serde says of a value may quote it.
    let config: ConfigFile = serde_json::from_slice(&text)
        .map_err(|error| unreadable(format!("line {} is not as Docker writes it", error.line())))?;
    let own = config.cred_helpers.iter().find(|(key, _)| is_for(key, registry));
    for name in own.map(|(_, name)| name).into_iter().chain(&config.creds_store) {
        if name.is_empty() {
            continue;
        }
        let helper = Helper::named(name)?;
        if let Some(login) = helper.ask(registry.login_key(), docker.search.as_deref()).await? {
            return Ok(login);
        }
    }
    let entry = config.auths.into_iter().find(|(key, _)| is_for(key, registry));
    match entry {
        Some((_, entry)) => entry.login().map_err(|why| unreadable(why.to_owned())),
        None => Ok(Login::Anonymous),
    }
}

/// Whether a key of the file stands for a registry: old files have whole addresses there.
fn is_for(key: &str, registry: &RegistryHost) -> bool {
    let host = key
        .strip_prefix("https://")
        .or_else(|| key.strip_prefix("http://"));
    let host = host.unwrap_or(key).split('/').next().unwrap_or_default();
    let host = match host.to_ascii_lowercase().as_str() {
        "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
        other => other.to_owned(),
    };
    host == registry.as_str()
}

impl Entry {
    fn login(self) -> Result<Login, &'static str> {
        if let Some(token) = self.identitytoken.filter(|token| !token.reveal().is_empty()) {
            return Ok(Login::IdentityToken(token));
        }
        if let (Some(username), Some(password)) = (self.username, self.password) {
            return Ok(Login::of(username, password));
        }
        let Some(auth) = self.auth.filter(|auth| !auth.reveal().is_empty()) else {
            return Ok(Login::Anonymous);
        };
        let broken = "an `auth` in it is not what `docker login` writes";
        let pair = STANDARD.decode(auth.reveal().trim()).map_err(|_| broken)?;
        let pair = match String::from_utf8(pair) {
            Ok(pair) => Zeroizing::new(pair),
            Err(error) => {
                error.into_bytes().zeroize();
                return Err(broken);
            }
        };
        let (username, password) = pair.split_once(':').ok_or(broken)?;
        let password = password.trim_end_matches('\0').to_owned();
        Ok(Login::of(username.to_owned(), Secret::new(password)))
    }
}

/// A program that keeps logins: `docker-credential-NAME`.
struct Helper(String);

impl Helper {
    /// Only a plain word: it becomes part of the name of a program.
    fn named(name: &str) -> Result<Self, NoLogin> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.chars().all(allowed) {
            Ok(Self(format!("docker-credential-{name}")))
        } else {
            Err(NoLogin::Helper {
                name: clean(name),
                why: "has a name that is no program's".to_owned(),
            })
        }
    }

    /// What it has for a registry; none where it has nothing. The registry is told on its standard input, the login comes from
    /// its output: neither is in an argument or in the environment of anything.
    async fn ask(&self, key: &str, search: Option<&OsStr>) -> Result<Option<Login>, NoLogin> {
        let failed = |why: String| NoLogin::Helper {
            name: self.0.clone(),
            why,
        };
        let mut command = Command::new(&self.0);
        if let Some(search) = search {
            command.env("PATH", search);
        }
        let mut child = command
            .arg("get")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(format!("cannot be started: {error}")))?;
        let asked = async {
            if let Some(mut stdin) = child.stdin.take() {
                // One that answers without listening is told the same by its answer.
                let _ = stdin.write_all(key.as_bytes()).await;
            }
            child.wait_with_output().await
        };
        let output = timeout(HELPER, asked)
            .await
            .map_err(|_| failed(format!("did not answer within {} s", HELPER.as_secs())))?
            .map_err(|error| failed(format!("was lost: {error}")))?;
        let stdout = Zeroizing::new(output.stdout);
        if !output.status.success() {
            // Helpers say so on their standard output, each in its own words with these in them.
            let said = String::from_utf8_lossy(&stdout).to_lowercase();
            if said.contains("not found") {
                return Ok(None);
            }
            let error = String::from_utf8_lossy(&output.stderr);
            let line = error.lines().next().map(clean).unwrap_or_default();
            let line = line.trim().chars().take(200).collect::<String>();
            return Err(failed(format!("ended with {}: {line}", output.status)));
        }
        let answer: Answer =
            serde_json::from_slice(&stdout).map_err(|_| failed("did not answer with a login".to_owned()))?;
        let is_empty = answer.username.is_empty() && answer.secret.reveal().is_empty();
        Ok((!is_empty).then(|| Login::of(answer.username, answer.secret)))
    }
}
