//! The helper that rebuilds layers on a host: a static program that every tagboat carries (`recipe/src/bin/tagboat-helper.rs`).

use crate::model::names::Digest;
use sha2::{Digest as _, Sha256};
use std::sync::OnceLock;

/// The program and its digest, under which it is kept on hosts.
#[derive(Debug)]
pub struct Helper {
    /// Its bytes.
    pub bytes: &'static [u8],
    /// The same packed with gzip, as they are sent.
    pub packed: &'static [u8],
    /// The SHA-256 of the program.
    pub sha256: Digest,
    /// What it runs on, in Docker's words.
    pub architecture: &'static str,
}

impl Helper {
    /// The helper of this tagboat.
    pub fn embedded() -> &'static Self {
        static HELPER: OnceLock<Helper> = OnceLock::new();
        HELPER.get_or_init(|| {
            let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/tagboat-helper"));
            Self {
                bytes,
                packed: include_bytes!(concat!(env!("OUT_DIR"), "/tagboat-helper.gz")),
                sha256: Digest::from_bytes(&Sha256::digest(bytes).into()),
                architecture: env!("TAGBOAT_HELPER_ARCHITECTURE"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Helper;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    #[test]
    fn the_helper_runs_and_applies_the_recipes_of_this_version() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("helper");
        fs::write(&file, Helper::embedded().bytes).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let output = Command::new(&file).arg("version").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let form = tagboat_recipe::FORM;
        assert_eq!(
            said.split_whitespace().last(),
            Some(form.to_string().as_str()),
            "{said}"
        );
    }

    #[test]
    fn the_helper_is_static_and_small() {
        let bytes = Helper::embedded().bytes;
        assert!(bytes.len() < 4 << 20, "{} bytes", bytes.len());
        let needs_loader = bytes.windows(14).any(|part| part == b"/lib64/ld-linu");
        assert!(!needs_loader, "it asks for a dynamic loader");
    }
}
