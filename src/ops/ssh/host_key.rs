//! A host key as a line of a `known_hosts` file, and the fingerprint by which people compare it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

/// A key that a host showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKey {
    /// Its algorithm as `ssh-keygen -l` writes it: `ED25519`.
    pub kind: String,
    /// `SHA256:` and 43 letters.
    pub fingerprint: String,
    /// The line of a `known_hosts` file, as ssh wrote it.
    pub(super) line: String,
}

impl HostKey {
    /// Reads a line of a `known_hosts` file; none where it is no plain key of a host.
    pub(super) fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        let mut words = line.split_whitespace();
        let hosts = words.next()?;
        if hosts.starts_with(['#', '@']) {
            return None;
        }
        let algorithm = words.next()?;
        let key = STANDARD.decode(words.next()?).ok()?;
        let plain = algorithm.strip_prefix("sk-").unwrap_or(algorithm);
        let kind = plain
            .strip_prefix("ssh-")
            .or_else(|| plain.split_once("-sha2").map(|(kind, _)| kind));
        Some(Self {
            kind: kind
                .unwrap_or(plain)
                .split('@')
                .next()
                .unwrap_or_default()
                .to_uppercase(),
            fingerprint: format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(key))),
            line: line.to_owned(),
        })
    }

    /// Whether a fingerprint that somebody typed is of this key.
    pub fn is(&self, fingerprint: &str) -> bool {
        self.fingerprint == fingerprint.trim_end_matches('=')
    }
}

/// Accepts `SHA256:` and the 43 letters of a SHA-256; others, such as those of MD5, say too little.
pub fn check_fingerprint(text: &str) -> Result<String, String> {
    let hash = text
        .strip_prefix("SHA256:")
        .map(|hash| hash.trim_end_matches('='));
    let is_right = hash.is_some_and(|hash| STANDARD_NO_PAD.decode(hash).is_ok_and(|bytes| bytes.len() == 32));
    if is_right {
        Ok(text.to_owned())
    } else {
        Err("write it as `ssh-keygen -lf KEY` does: SHA256: and 43 letters".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{HostKey, check_fingerprint};

    const LINE: &str = "|1|jG2Zg0wVKqo0D7oe4JhW2Xk/wZk=|yC5RVBoMfdVWoSZp7fNJAfQ9ZM0= ssh-ed25519 \
        AAAAC3NzaC1lZDI1NTE5AAAAICOCgxgw0+RMJ/ZuCakXjqKg8WQcLlzNW4bGhISKN3jD";
    const FINGERPRINT: &str = "SHA256:N5gktPNGlLgV6iwOF+RN/+Iqo+LZjtR2wG4RTxd3h4c";

    #[test]
    fn the_fingerprint_of_a_key_is_the_one_that_ssh_keygen_shows() {
        let key = HostKey::read(LINE).unwrap();
        assert_eq!(
            (key.kind.as_str(), key.fingerprint.as_str()),
            ("ED25519", FINGERPRINT)
        );
        assert!(key.is(FINGERPRINT) && key.is(&format!("{FINGERPRINT}=")));
        assert!(!key.is("SHA256:N5gktPNGlLgV6iwOF+RN/+Iqo+LZjtR2wG4RTxd3h4d"));
        assert_eq!(key.line, LINE);
    }

    #[test]
    fn the_kind_of_a_key_is_the_word_that_operators_know() {
        for (algorithm, kind) in [
            ("ssh-rsa", "RSA"),
            ("ecdsa-sha2-nistp256", "ECDSA"),
            ("sk-ssh-ed25519@openssh.com", "ED25519"),
        ] {
            assert_eq!(HostKey::read(&format!("h {algorithm} AAAA")).unwrap().kind, kind);
        }
    }

    #[test]
    fn what_is_no_key_of_a_host_is_none() {
        for line in [
            "",
            "# h ssh-rsa AAAA",
            "@cert-authority * ssh-rsa AAAA",
            "h ssh-rsa",
            "h ssh-rsa ?",
        ] {
            assert_eq!(HostKey::read(line), None, "{line}");
        }
    }

    #[test]
    fn only_a_whole_sha256_fingerprint_can_be_trusted() {
        assert_eq!(check_fingerprint(FINGERPRINT).as_deref(), Ok(FINGERPRINT));
        for wrong in [
            "",
            "yes",
            "SHA256:",
            "SHA256:N5gkt",
            "MD5:16:27:ac:a5",
            &FINGERPRINT[7..],
        ] {
            assert!(check_fingerprint(wrong).is_err(), "{wrong}");
        }
    }
}
