//! Releases of an image at the source: an application layer of many files, of which each release changes a few. As in real
//! builds, every file has a new time.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking")]

use sha2::{Digest, Sha256};
use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

/// Files of the application.
const FILES: u64 = 400;

/// A release that was built.
pub struct Release {
    /// Its tag.
    pub tag: String,
    /// The SHA-256 of all of its files in the order of their names.
    pub sha256: String,
}

impl Release {
    /// Builds `convocate:<tag>`: the same files for every tag, of which the first `edited` have a line more.
    pub fn build(tag: &str, edited: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let application = folder.path().join("app");
        fs::create_dir(&application).unwrap();
        let mut hash = Sha256::new();
        for number in 0..FILES {
            let mut content = noise(number);
            if number < edited {
                content.splice(5000..5000, format!("edited for {tag}\n").into_bytes());
            }
            hash.update(&content);
            let file = application.join(format!("file-{number:04}"));
            fs::write(&file, content).unwrap();
            let time =
                SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + edited * 1000 + number / 50);
            fs::File::options()
                .append(true)
                .open(file)
                .unwrap()
                .set_modified(time)
                .unwrap();
        }
        fs::write(
            folder.path().join("Dockerfile"),
            "FROM convocate:v1.0.0\nCOPY app /opt/app\n",
        )
        .unwrap();
        let built = Command::new("docker")
            .env("DOCKER_BUILDKIT", "0")
            .args(["build", "--quiet", "--tag", &format!("convocate:{tag}")])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        Self {
            tag: tag.to_owned(),
            sha256: hash
                .finalize()
                .iter()
                .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")),
        }
    }
}

/// Ten thousand bytes that do not compress, the same for the same number.
fn noise(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..1250).flat_map(|_| next()).collect()
}
