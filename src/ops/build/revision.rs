//! Which state of a project is built: what git says of its directory, where there is git.

use crate::model::clean::clean;
use std::path::Path;
use std::process::{Command, Stdio};

/// What git says of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Revision {
    /// The commit, with `-dirty` behind it where files differ from it.
    pub(super) name: Option<String>,
    /// When it was made, in seconds since 1970.
    pub(super) committed_at: Option<i64>,
    /// Where it comes from, without a login.
    pub(super) source: Option<String>,
}

impl Revision {
    /// That of a directory; nothing where it is in no repository, or git is not here.
    pub(super) fn of(directory: &Path) -> Self {
        let git = |words: &[&str]| said(directory, words);
        let Some(told) = git(&["log", "-1", "--format=%H %ct", "--", "."]).filter(|told| !told.is_empty())
        else {
            return Self::default();
        };
        let (commit, at) = told.split_once(' ').unwrap_or((&told, ""));
        let is_dirty = git(&["status", "--porcelain", "--", "."]).is_none_or(|changed| !changed.is_empty());
        let dirty = if is_dirty { "-dirty" } else { "" };
        Self {
            name: Some(format!("{commit}{dirty}")),
            committed_at: at.parse().ok(),
            source: git(&["config", "--get", "remote.origin.url"]).map(|url| without_login(&url)),
        }
    }
}

/// What git answers, in a line; none where it fails.
pub(super) fn said(directory: &Path, words: &[&str]) -> Option<String> {
    Some(said_lines(directory, words)?.join(" ").trim().to_owned())
}

/// What git answers, line by line; none where it fails.
pub(super) fn said_lines(directory: &Path, words: &[&str]) -> Option<Vec<String>> {
    let answer = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(words)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    answer.status.success().then(|| text.lines().map(clean).collect())
}

/// An address without the name and the password that may stand in it: it becomes a label that everybody can read.
fn without_login(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    format!("{scheme}://{place}/{path}")
}

#[cfg(test)]
mod tests {
    use super::{Revision, without_login};
    use crate::ops::build::git_fixture::{commit_all, git};
    use std::fs;

    #[test]
    fn a_directory_has_the_last_commit_of_it_and_says_where_it_differs() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(Revision::of(place.path()), Revision::default());
        git(place.path(), &["init", "-q"]);
        fs::write(place.path().join("Dockerfile"), "FROM scratch\n").unwrap();
        commit_all(place.path(), "one");
        git(
            place.path(),
            &["remote", "add", "origin", "https://kim:word@example.org/it.git"],
        );
        let clean = Revision::of(place.path());
        assert_eq!(clean.committed_at, Some(1_700_000_000));
        assert_eq!(clean.source.as_deref(), Some("https://example.org/it.git"));
        assert_eq!(clean.name.as_ref().unwrap().len(), 40);
        fs::write(place.path().join("Dockerfile"), "FROM other\n").unwrap();
        assert_eq!(
            Revision::of(place.path()).name,
            clean.name.map(|name| name + "-dirty")
        );
    }

    #[test]
    fn no_login_comes_into_a_label() {
        for (url, plain) in [
            ("https://me:word@host/a@b", "https://host/a@b"),
            ("https://token@host/a", "https://host/a"),
            ("ssh://git@host:22/a", "ssh://host:22/a"),
            ("git@host:a/b.git", "git@host:a/b.git"),
        ] {
            assert_eq!(without_login(url), plain);
        }
    }
}
