//! SHA-256 digests, and the image id, which is one of them.

use super::{InvalidName, text_form};
use serde::{Deserialize, Serialize};

/// `sha256:` and 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

const RULE: &str = "sha256: followed by 64 hex digits";

impl Digest {
    /// Accepts `sha256:<64 hex>` as engines print it.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        let allowed = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        if hex.len() == 64 && hex.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::new("digest", text, RULE))
        }
    }

    /// The digest of 32 raw hash bytes.
    pub fn from_bytes(hash: &[u8; 32]) -> Self {
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for byte in hash {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
            }
        }
        Self(text)
    }

    /// The whole digest as text, `sha256:` included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 64 hex digits without the algorithm.
    pub fn hex(&self) -> &str {
        &self.0["sha256:".len()..]
    }
}

text_form!(Digest);

/// What an engine calls an image: the config digest on the classic store, the manifest digest on the containerd store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImageId(pub Digest);

impl ImageId {
    /// Accepts `sha256:<64 hex>`.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        Digest::parse(text).map(Self)
    }

    /// The whole id as text, `sha256:` included.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The first 12 hex digits, as Docker shows it.
    pub fn short(&self) -> &str {
        &self.0.hex()[..12]
    }
}

impl std::fmt::Display for ImageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, ImageId};

    #[test]
    fn only_a_whole_lower_case_sha256_is_a_digest() {
        let hex = "ab".repeat(32);
        assert!(Digest::parse(&format!("sha256:{hex}")).is_ok());
        for bad in [
            hex.clone(),
            format!("sha512:{hex}"),
            format!("sha256:{}", &hex[1..]),
            hex.to_uppercase(),
        ] {
            assert!(Digest::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn raw_hash_bytes_print_as_the_engine_prints_them() {
        let digest = Digest::from_bytes(&[0x0f; 32]);
        assert_eq!(digest.as_str(), format!("sha256:{}", "0f".repeat(32)));
        assert_eq!(ImageId(digest).short(), "0f0f0f0f0f0f");
    }
}
