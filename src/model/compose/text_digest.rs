//! The SHA-256 of a text: what a plan keeps of a file whose text may hold secrets.

use crate::model::names::Digest;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a text.
pub fn digest(text: &str) -> Digest {
    Digest::from_bytes(&Sha256::digest(text.as_bytes()).into())
}
