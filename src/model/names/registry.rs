//! Names in a registry: its host, a repository there, and one image of that by its tag or by its digest.

use super::{Digest, ImageName, InvalidName, Tag, text_form};
// What an address is, without anything that could use a network.
use core::net::{IpAddr, Ipv6Addr};
use serde::{Deserialize, Serialize};

/// The host of a registry, with its port where that is not the usual one: `ghcr.io`, `localhost:5000`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryHost(String);

/// What engines call Docker Hub in names.
const HUB: &str = "docker.io";

impl RegistryHost {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        if matches!(text.as_str(), "index.docker.io" | "registry-1.docker.io") {
            return Some(Self(HUB.to_owned()));
        }
        let (name, port) = split_port(&text)?;
        let label = |label: &str| {
            let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !label.is_empty() && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
        };
        let is_name = match name.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']')?.parse::<Ipv6Addr>().is_ok(),
            None => name.split('.').all(label),
        };
        let port_ok = port.is_none_or(|port| {
            port.parse::<u16>().is_ok_and(|number| number > 0) && port.bytes().all(|b| b.is_ascii_digit())
        });
        (is_name && port_ok && text.len() <= 255).then_some(Self(text))
    }

    /// The host as text, `ghcr.io` or `localhost:5000`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its name or address without a port and without brackets.
    pub fn name(&self) -> &str {
        let name = split_port(&self.0).map_or(self.0.as_str(), |(name, _)| name);
        name.trim_start_matches('[').trim_end_matches(']')
    }

    /// Its address, where it is named by one.
    pub fn address(&self) -> Option<IpAddr> {
        self.name().parse().ok()
    }

    /// Whether it is Docker Hub.
    pub fn is_hub(&self) -> bool {
        self.0 == HUB
    }

    /// Whether it is the registry of GitHub.
    pub fn is_ghcr(&self) -> bool {
        self.0 == "ghcr.io"
    }

    /// Whether whoever asks for it asks itself: nothing of that leaves the machine, so engines take it without TLS.
    pub fn is_loopback(&self) -> bool {
        self.name() == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }

    /// The key under which Docker and its credential helpers keep the login.
    pub fn login_key(&self) -> &str {
        if self.is_hub() {
            "https://index.docker.io/v1/"
        } else {
            &self.0
        }
    }
}

impl std::fmt::Display for RegistryHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// None where what follows the last colon cannot be a port.
fn split_port(text: &str) -> Option<(&str, Option<&str>)> {
    match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (!port.is_empty()).then_some((name, Some(port))),
        _ => Some((text, None)),
    }
}

/// A repository in a registry: `ghcr.io/acme/convocate`. What is of Docker Hub is written out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryRepository {
    text: String,
    registry: RegistryHost,
}

const REPOSITORY_RULE: &str = "a registry and lower-case names behind it, such as ghcr.io/acme/convocate, without \
                               https:// and without a tag; acme/convocate is of Docker Hub";

impl RegistryRepository {
    /// Accepts `HOST[:PORT]/PATH`, and `PATH` alone as of Docker Hub, the way engines read it.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName::new("registry repository", text, REPOSITORY_RULE);
        let (registry, path) = match text.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
                (RegistryHost::parse(first).ok_or_else(invalid)?, rest.to_owned())
            }
            _ => (RegistryHost(HUB.to_owned()), text.to_owned()),
        };
        let path = if path.contains('/') || !registry.is_hub() {
            path
        } else {
            format!("library/{path}")
        };
        let text = format!("{registry}/{path}");
        if text.len() <= 255 && path.split('/').all(is_component) {
            Ok(Self { text, registry })
        } else {
            Err(invalid())
        }
    }

    /// The repository that an image's own name says, where that begins with a registry.
    pub fn of_image(image: &ImageName) -> Option<Self> {
        let (first, _) = image.as_str().split_once('/')?;
        let own = Self::parse(image.as_str()).ok()?;
        (first == own.registry().as_str()).then_some(own)
    }

    /// The whole name as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The registry that it is in.
    pub fn registry(&self) -> &RegistryHost {
        &self.registry
    }

    /// The name in the registry, such as `acme/convocate`.
    pub fn path(&self) -> &str {
        &self.text[self.registry.0.len() + 1..]
    }

    /// One image of it by its tag.
    pub fn with_tag(&self, tag: Tag) -> RegistryTag {
        RegistryTag {
            repository: self.clone(),
            tag,
        }
    }

    /// One image of it by its digest.
    pub fn with_digest(&self, digest: Digest) -> RegistryDigest {
        RegistryDigest {
            repository: self.clone(),
            digest,
        }
    }
}

text_form!(RegistryRepository);

/// `[a-z0-9]+` with `.`, `_`, `__` or dashes between.
fn is_component(part: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(edge).filter(|between| !between.is_empty());
    let mut separators = separators.peekable();
    part.starts_with(edge)
        && part.ends_with(edge)
        && separators.all(|one| matches!(one, "." | "_" | "__") || one.bytes().all(|b| b == b'-'))
}

/// Gives a pair of names its text forms.
macro_rules! pair_form {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.to_string()
            }
        }
    };
}

/// An image in a registry by its tag: `ghcr.io/acme/convocate:v3.1.0`. What it names can change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryTag {
    /// Where.
    pub repository: RegistryRepository,
    /// Its tag there.
    pub tag: Tag,
}

impl RegistryTag {
    /// Accepts a repository, `:` and a tag.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName::new("image in a registry", text, "a repository, ':' and a tag");
        let (repository, tag) = text.rsplit_once(':').ok_or_else(invalid)?;
        if tag.contains('/') {
            return Err(invalid());
        }
        Ok(RegistryRepository::parse(repository)?.with_tag(Tag::parse(tag)?))
    }
}

impl std::fmt::Display for RegistryTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.repository, self.tag)
    }
}

pair_form!(RegistryTag);

/// An image in a registry by its digest: `ghcr.io/acme/convocate@sha256:…`. It always names the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryDigest {
    /// Where.
    pub repository: RegistryRepository,
    /// The digest of its manifest.
    pub digest: Digest,
}

impl RegistryDigest {
    /// Accepts a repository, `@` and a digest, as engines print it.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let rule = "a repository, '@' and sha256:…";
        let invalid = || InvalidName::new("image in a registry", text, rule);
        let (repository, digest) = text.rsplit_once('@').ok_or_else(invalid)?;
        Ok(RegistryRepository::parse(repository)?.with_digest(Digest::parse(digest)?))
    }
}

impl std::fmt::Display for RegistryDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.repository, self.digest)
    }
}

pair_form!(RegistryDigest);

#[cfg(test)]
mod tests {
    use super::{RegistryDigest, RegistryRepository, RegistryTag};

    #[test]
    fn a_repository_is_read_as_engines_read_it_and_written_out() {
        for (text, whole, registry, path) in [
            (
                "ghcr.io/acme/convocate",
                "ghcr.io/acme/convocate",
                "ghcr.io",
                "acme/convocate",
            ),
            ("localhost:5000/x", "localhost:5000/x", "localhost:5000", "x"),
            ("[::1]:5000/x", "[::1]:5000/x", "[::1]:5000", "x"),
            (
                "10.0.0.7:5000/a/b--c__d",
                "10.0.0.7:5000/a/b--c__d",
                "10.0.0.7:5000",
                "a/b--c__d",
            ),
            ("acme/agents", "docker.io/acme/agents", "docker.io", "acme/agents"),
            (
                "agents",
                "docker.io/library/agents",
                "docker.io",
                "library/agents",
            ),
            (
                "docker.io/agents",
                "docker.io/library/agents",
                "docker.io",
                "library/agents",
            ),
            (
                "index.docker.io/acme/agents",
                "docker.io/acme/agents",
                "docker.io",
                "acme/agents",
            ),
            (
                "GHCR.io/acme/agents",
                "ghcr.io/acme/agents",
                "ghcr.io",
                "acme/agents",
            ),
        ] {
            let read = RegistryRepository::parse(text).unwrap();
            assert_eq!(
                (read.as_str(), read.registry().as_str(), read.path()),
                (whole, registry, path)
            );
            assert_eq!(RegistryRepository::parse(read.as_str()).unwrap(), read);
        }
    }

    #[test]
    fn what_is_no_repository_is_refused() {
        for bad in [
            "",
            "https://ghcr.io/acme/x",
            "ghcr.io/Acme/x",
            "ghcr.io/acme/x:v1",
            "ghcr.io/acme/x@sha256:00",
            "ghcr.io/",
            "ghcr.io:0/x",
            "ghcr.io:70000/x",
            "ghcr.io:/x",
            "-ghcr.io/x",
            "ghcr..io/x",
            "ghcr.io/a//b",
            "ghcr.io/../b",
            "ghcr.io/a b",
            "ghcr.io/a.-b",
            "ghcr.io/a___b",
            "user:pass@ghcr.io/a",
            "[::1/x",
            "a?b/c",
        ] {
            assert!(RegistryRepository::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_registry_on_the_own_machine_is_loopback() {
        let of = |text: &str| RegistryRepository::parse(text).unwrap().registry().clone();
        for own in [
            "localhost/x",
            "localhost:5000/x",
            "127.0.0.1:5000/x",
            "127.9.9.9/x",
            "[::1]/x",
        ] {
            assert!(of(own).is_loopback(), "{own}");
        }
        for other in [
            "localhost.example.org/x",
            "10.0.0.1:5000/x",
            "ghcr.io/x",
            "[fe80::1]/x",
            "acme/x",
        ] {
            assert!(!of(other).is_loopback(), "{other}");
        }
        assert_eq!(of("acme/x").login_key(), "https://index.docker.io/v1/");
        assert_eq!(of("localhost:5000/x").login_key(), "localhost:5000");
    }

    #[test]
    fn an_image_of_a_repository_has_a_tag_or_a_digest() {
        let tag = RegistryTag::parse("localhost:5000/x:v1").unwrap();
        assert_eq!(
            (tag.repository.as_str(), tag.tag.as_str()),
            ("localhost:5000/x", "v1")
        );
        assert!(RegistryTag::parse("localhost:5000/x").is_err());
        let hex = "ab".repeat(32);
        let digest = RegistryDigest::parse(&format!("acme/x@sha256:{hex}")).unwrap();
        assert_eq!(digest.to_string(), format!("docker.io/acme/x@sha256:{hex}"));
        assert!(RegistryDigest::parse("acme/x:v1").is_err());
    }
}
