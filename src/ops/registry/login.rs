//! Who asks a registry, in the form in which engines want to be told.

use super::secret::Secret;
use crate::model::names::RegistryHost;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde::Serialize;
use zeroize::Zeroizing;

/// Who asks a registry.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// Nobody: what is public needs no login.
    Anonymous,
    /// A user with a password or a token.
    Password {
        /// The user.
        username: String,
        /// The password or the token.
        password: Secret,
    },
    /// A token that stands for a user.
    IdentityToken(Secret),
}

#[derive(Default, Serialize)]
struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identitytoken: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serveraddress: Option<&'a str>,
}

/// JSON makes six bytes of one at most; with room for all of it no half-written copy is left behind in memory.
const JSON_GROWTH: usize = 6;

impl Login {
    /// A user with a password, or, where the name says so, the token that credential helpers hand out in its place.
    pub(super) fn of(username: String, password: Secret) -> Self {
        if username == "<token>" {
            Self::IdentityToken(password)
        } else {
            Self::Password { username, password }
        }
    }

    /// Whether it is nobody's.
    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous)
    }

    /// The value of `X-Registry-Auth`: JSON in the Base64 of URLs. Engines refuse the standard one, which differs from it for
    /// passwords with `~`, `?`, `>` or what is not ASCII (research/reliability.md, finding 20).
    pub(crate) fn header(&self, registry: &RegistryHost) -> Zeroizing<String> {
        let wire = match self {
            Self::Anonymous => Wire::default(),
            Self::Password { username, password } => Wire {
                username: Some(username),
                password: Some(password.reveal()),
                serveraddress: Some(registry.login_key()),
                ..Wire::default()
            },
            Self::IdentityToken(token) => Wire {
                identitytoken: Some(token.reveal()),
                serveraddress: Some(registry.login_key()),
                ..Wire::default()
            },
        };
        let texts = [
            wire.username,
            wire.password,
            wire.identitytoken,
            wire.serveraddress,
        ];
        let length: usize = texts.into_iter().flatten().map(str::len).sum();
        let mut json = Zeroizing::new(Vec::with_capacity(128 + JSON_GROWTH * length));
        // Writing texts into memory cannot fail; nothing at all is what an engine takes for nobody.
        if serde_json::to_writer(&mut *json, &wire).is_err() {
            json.clear();
        }
        Zeroizing::new(URL_SAFE.encode(&*json))
    }
}

#[cfg(test)]
mod tests {
    use super::Login;
    use crate::model::names::RegistryRepository;
    use crate::ops::registry::Secret;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE;
    use serde_json::{Value, json};

    fn decoded(login: &Login, repository: &str) -> Value {
        let repository = RegistryRepository::parse(repository).unwrap();
        let header = login.header(repository.registry());
        serde_json::from_slice(&URL_SAFE.decode(header.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_password_of_whatever_letters_is_told_as_engines_read_it() {
        for password in ["~?>+/", "~~~~???>>>", "pä ss\"wörd\\\u{1F511}", "\u{7f}\n\t"] {
            let login = Login::of("kim".to_owned(), Secret::new(password.to_owned()));
            assert_eq!(
                decoded(&login, "ghcr.io/acme/x"),
                json!({"username": "kim", "password": password, "serveraddress": "ghcr.io"})
            );
        }
        let odd = Login::of("kim".to_owned(), Secret::new("?>~".repeat(9)));
        let header = odd.header(RegistryRepository::parse("x.io/y").unwrap().registry());
        assert!(!header.contains(['+', '/']), "{}", *header);
        assert!(header.contains(['-', '_']), "{}", *header);
    }

    #[test]
    fn a_token_in_place_of_a_user_is_told_as_one_and_nobody_as_nobody() {
        let token = Login::of("<token>".to_owned(), Secret::new("abc".to_owned()));
        assert_eq!(
            decoded(&token, "acme/x"),
            json!({"identitytoken": "abc", "serveraddress": "https://index.docker.io/v1/"})
        );
        assert_eq!(decoded(&Login::Anonymous, "acme/x"), json!({}));
    }
}
