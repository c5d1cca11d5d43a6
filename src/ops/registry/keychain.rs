//! Where logins come from: a token that the operator gives, else what Docker keeps for the registry.

use super::docker_config::{DockerConfig, NoLogin};
use super::login::Login;
use super::secret::Secret;
use crate::model::clean::clean;
use crate::model::names::RegistryHost;
use crate::ops::environment::Environment;
use std::path::{Path, PathBuf};
use tokio::io::AsyncReadExt;
use zeroize::{Zeroize, Zeroizing};

/// No token is longer than this.
const LONGEST_TOKEN: u64 = 64 << 10;

/// Where logins come from. It holds a token only where the operator typed or piped one; everything else is read when it is
/// needed, and anew when a registry does not take it any more.
#[derive(Clone, Default)]
pub struct Keychain {
    given: Option<Given>,
    docker: Option<DockerConfig>,
}

#[derive(Clone)]
struct Given {
    username: String,
    token: Token,
}

#[derive(Clone)]
enum Token {
    Read(Secret),
    In(PathBuf),
}

/// It tells where it looks and nothing of what it finds.
impl std::fmt::Debug for Keychain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let from = match &self.given {
            Some(Given {
                token: Token::Read(_),
                ..
            }) => "a token that was given".to_owned(),
            Some(Given {
                token: Token::In(path),
                ..
            }) => format!("{}", path.display()),
            None => format!("{:?}", self.docker.as_ref().map(|docker| &docker.file)),
        };
        f.debug_tuple("Keychain").field(&from).finish()
    }
}

impl Keychain {
    /// The logins that Docker keeps for this operator.
    pub fn of_docker(environment: Environment<'_>) -> Self {
        Self {
            given: None,
            docker: DockerConfig::find(environment),
        }
    }

    /// The same, but for a user with a token that is in a file.
    #[must_use]
    pub fn with_token_in(self, username: String, file: &Path) -> Self {
        self.with(username, Token::In(file.to_owned()))
    }

    /// The same, but for a user with this token; what ends its line is not part of it.
    #[must_use]
    pub fn with_token(self, username: String, mut line: String) -> Self {
        let token = Secret::new(line.trim().to_owned());
        line.zeroize();
        self.with(username, Token::Read(token))
    }

    fn with(self, username: String, token: Token) -> Self {
        Self {
            given: Some(Given { username, token }),
            ..self
        }
    }

    /// The login for a registry, as it is now; nobody's where there is none for it.
    pub async fn login(&self, registry: &RegistryHost) -> Result<Login, NoLogin> {
        match (&self.given, &self.docker) {
            (Some(given), _) => {
                let token = match &given.token {
                    Token::Read(token) => token.clone(),
                    Token::In(path) => read_token(path).await?,
                };
                check(&token)?;
                Ok(Login::of(given.username.clone(), token))
            }
            (None, Some(docker)) => docker.login(registry).await,
            (None, None) => Ok(Login::Anonymous),
        }
    }
}

fn check(token: &Secret) -> Result<(), NoLogin> {
    let text = token.reveal();
    if text.is_empty() {
        Err(NoLogin::Token("is empty"))
    } else if text.chars().any(char::is_control) {
        Err(NoLogin::Token("has more than one line"))
    } else {
        Ok(())
    }
}

async fn read_token(path: &Path) -> Result<Secret, NoLogin> {
    let unreadable = |why: String| NoLogin::File {
        path: clean(&path.to_string_lossy()),
        why,
    };
    let file = tokio::fs::File::open(path).await;
    let file = file.map_err(|error| unreadable(error.to_string()))?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_TOKEN.try_into().unwrap_or_default()));
    let read = file.take(LONGEST_TOKEN).read_to_end(&mut bytes).await;
    read.map_err(|error| unreadable(error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("it is not text".to_owned()))?;
    Ok(Secret::new(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Keychain;
    use crate::model::names::RegistryRepository;
    use crate::ops::registry::{Login, NoLogin};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use std::ffi::OsString;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use tempfile::TempDir;

    /// A Docker config with this text, and what is told of it.
    fn docker(text: &str) -> (TempDir, Keychain) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), text).unwrap();
        let path = OsString::from(folder.path());
        let keychain = Keychain::of_docker(&move |name| (name == "DOCKER_CONFIG").then(|| path.clone()));
        (folder, keychain)
    }

    async fn told(keychain: &Keychain, repository: &str) -> Result<String, NoLogin> {
        let repository = RegistryRepository::parse(repository).unwrap();
        Ok(match keychain.login(repository.registry()).await? {
            Login::Anonymous => "nobody".to_owned(),
            Login::Password { username, password } => format!("{username} {}", password.reveal()),
            Login::IdentityToken(token) => format!("token {}", token.reveal()),
        })
    }

    #[tokio::test]
    async fn what_docker_login_wrote_is_found_for_its_registry_and_no_other() {
        let pair = |text: &str| STANDARD.encode(text);
        let text = format!(
            r#"{{"auths": {{"ghcr.io": {{"auth": "{}"}}, "https://index.docker.io/v1/": {{"auth": "{}"}},
                "localhost:5000": {{"username": "u", "password": "p"}}, "x.io": {{"identitytoken": "t", "auth": "{}"}},
                "empty.io": {{}}}}, "currentContext": "x"}}"#,
            pair("kim:a:b~?"),
            pair("hub:secret"),
            pair("00000000-0000-0000-0000-000000000000:"),
        );
        let (_folder, keychain) = docker(&text);
        for (repository, login) in [
            ("ghcr.io/acme/x", "kim a:b~?"),
            ("acme/x", "hub secret"),
            ("localhost:5000/x", "u p"),
            ("x.io/x", "token t"),
            ("empty.io/x", "nobody"),
            ("localhost/x", "nobody"),
        ] {
            assert_eq!(told(&keychain, repository).await.unwrap(), login, "{repository}");
        }
    }

    #[tokio::test]
    async fn a_config_that_is_not_there_is_nobody_and_a_broken_one_is_told_without_what_is_in_it() {
        let (folder, keychain) = docker(r#"{"auths": {"x.io": {"auth": ["canary"]}}}"#);
        let error = told(&keychain, "x.io/x").await.unwrap_err().to_string();
        assert!(
            error.contains("config.json") && !error.contains("canary"),
            "{error}"
        );
        fs::remove_file(folder.path().join("config.json")).unwrap();
        assert_eq!(told(&keychain, "x.io/x").await.unwrap(), "nobody");
        let (_folder, keychain) = docker(r#"{"auths": {"x.io": {"auth": "canary"}}}"#);
        let error = told(&keychain, "x.io/x").await.unwrap_err().to_string();
        assert!(
            error.contains("docker login") && !error.contains("canary"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_token_that_is_given_goes_before_what_docker_has_and_is_read_anew_from_its_file() {
        let (folder, keychain) = docker(r#"{"auths": {"x.io": {"username": "u", "password": "p"}}}"#);
        let file = folder.path().join("token");
        fs::write(&file, "first\n").unwrap();
        let of_file = keychain.clone().with_token_in("kim".to_owned(), &file);
        assert_eq!(told(&of_file, "x.io/x").await.unwrap(), "kim first");
        fs::write(&file, "second").unwrap();
        assert_eq!(told(&of_file, "x.io/x").await.unwrap(), "kim second");
        let piped = keychain
            .clone()
            .with_token("kim".to_owned(), "piped \r\n".to_owned());
        assert_eq!(told(&piped, "x.io/x").await.unwrap(), "kim piped");
        for (bad, why) in [("", "is empty"), ("a\nb", "has more than one line")] {
            let keychain = keychain.clone().with_token("kim".to_owned(), bad.to_owned());
            let error = told(&keychain, "x.io/x").await.unwrap_err();
            assert_eq!(error, NoLogin::Token(why));
        }
        assert!(!format!("{piped:?}{of_file:?}").contains("piped "));
        let gone = keychain.with_token_in("kim".to_owned(), Path::new("/nowhere/token"));
        assert!(told(&gone, "x.io/x").await.is_err());
    }

    #[tokio::test]
    async fn a_helper_is_asked_on_its_input_and_one_that_has_nothing_leaves_the_next_to_answer() {
        let (folder, _) = docker("{}");
        let helper = |name: &str, text: &str| {
            let path = folder.path().join(format!("docker-credential-{name}"));
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        };
        helper(
            "all",
            r#"read key; [ "$1" = get ] && printf '{"Username":"all","Secret":"%s"}' "$key""#,
        );
        helper("none", "echo credentials not found in native keychain; exit 1");
        helper("token", r#"printf '{"Username":"<token>","Secret":"t"}'"#);
        helper("broken", "echo canary; echo 'no keychain' >&2; exit 1");
        helper("babble", "echo canary");
        fs::write(
            folder.path().join("config.json"),
            r#"{"credsStore": "all", "credHelpers": {"n.io": "none", "t.io": "token", "b.io": "broken",
                "c.io": "babble", "g.io": "gone", "p.io": "../all"}}"#,
        )
        .unwrap();
        let at = folder.path().as_os_str().to_owned();
        let keychain = Keychain::of_docker(&move |name| {
            let mut search = at.clone();
            search.push(":/usr/bin:/bin");
            match name {
                "DOCKER_CONFIG" => Some(at.clone()),
                "PATH" => Some(search),
                _ => None,
            }
        });
        for (repository, login) in [
            ("x.io/x", "all x.io"),
            ("acme/x", "all https://index.docker.io/v1/"),
            ("n.io/x", "all n.io"),
            ("t.io/x", "token t"),
        ] {
            assert_eq!(told(&keychain, repository).await.unwrap(), login);
        }
        for (repository, why) in [
            (
                "b.io/x",
                "docker-credential-broken ended with exit status: 1: no keychain",
            ),
            ("c.io/x", "docker-credential-babble did not answer with a login"),
            ("g.io/x", "docker-credential-gone cannot be started"),
            ("p.io/x", "has a name that is no program's"),
        ] {
            let error = told(&keychain, repository).await.unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("canary"), "{error}");
        }
    }
}
