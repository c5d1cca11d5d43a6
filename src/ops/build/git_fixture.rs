//! Repositories for tests.

use std::path::Path;
use std::process::Command;

/// Runs git, as nobody in particular and at no particular time.
pub(super) fn git(directory: &Path, words: &[&str]) {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(directory)
        .args(words)
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "kim")
            .env(format!("GIT_{who}_EMAIL"), "kim@example.org");
        command.env(format!("GIT_{who}_DATE"), "@1700000000 +0000");
    }
    assert!(command.output().unwrap().status.success(), "{words:?}");
}

/// Commits everything that is in a directory.
pub(super) fn commit_all(directory: &Path, message: &str) {
    git(directory, &["add", "-A"]);
    git(directory, &["commit", "-qm", message]);
}
