//! What a host answered about its Compose and a project, line by line.

use crate::model::clean::clean;
use crate::model::names::ProjectPath;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// How Compose is called on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `docker compose`.
    Plugin,
    /// `docker-compose`.
    Standalone,
}

impl Kind {
    /// The word of the scripts.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plugin => "plugin",
            Self::Standalone => "standalone",
        }
    }
}

/// What was found before anything changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Compose and its version; none if it is not there.
    pub(super) compose: Option<(Kind, String)>,
    /// Files that are not there or cannot be read.
    pub(super) missing: Vec<String>,
    /// Env files that cannot be written.
    pub(super) readonly: Vec<String>,
    /// The env files, in the order in which they were asked for.
    pub(super) env_files: Vec<EnvFile>,
    /// The containers of the service.
    pub(super) containers: Vec<String>,
}

/// An env file of a project.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EnvFile {
    /// Where it is, without links.
    pub(super) path: ProjectPath,
    /// What is in it; none if that is no text.
    pub(super) text: Option<String>,
}

/// What Compose makes of a project.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// With the old pin and with the new one, as JSON.
    Read {
        /// For whom its files make the container that runs: the name and the home.
        account: (String, String),
        /// With its files as they are.
        before: String,
        /// With the new pin.
        after: String,
    },
    /// Its files make another container than the one that runs, even with the old pin.
    Drift,
    /// It does not read them.
    Bad(String),
}

/// Reads the answer of the look; none if it is not understood.
pub(super) fn read_found(output: &str) -> Option<Found> {
    let mut found = Found::default();
    let mut path = None;
    for line in output.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "compose" => {
                found.compose = match rest.split_once(' ') {
                    Some(("plugin", version)) => Some((Kind::Plugin, clean(version))),
                    Some(("standalone", version)) => Some((Kind::Standalone, clean(version))),
                    _ => None,
                }
            }
            "missing" => found.missing.push(clean(rest)),
            "readonly" => found.readonly.push(clean(rest)),
            "env" => path = Some(ProjectPath::parse(rest).ok()?),
            "text" => {
                let bytes = BASE64_STANDARD.decode(rest).ok()?;
                found.env_files.push(EnvFile {
                    path: path.take()?,
                    text: String::from_utf8(bytes).ok(),
                });
            }
            "container" => found.containers.push(rest.to_owned()),
            _ => return None,
        }
    }
    Some(found)
}

/// Reads the answer of the try; none if it is not understood.
pub(super) fn read_tried(output: &str) -> Option<Tried> {
    let (mut account, mut before, mut after) = (None, None, None);
    let decoded = |text: &str| String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok();
    for line in output.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "account" => account = rest.split_once(' '),
            "before" => before = decoded(rest),
            "after" => after = decoded(rest),
            "drift" => return Some(Tried::Drift),
            "bad" => return Some(Tried::Bad(clean(rest))),
            _ => return None,
        }
    }
    let (user, home) = account?;
    Some(Tried::Read {
        account: (user.to_owned(), home.to_owned()),
        before: before?,
        after: after?,
    })
}

/// The first number of a version: `2` of `v2.26.1-4`.
pub(super) fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Tried, major, read_found, read_tried};

    #[test]
    fn a_look_tells_compose_its_files_and_containers() {
        let found = read_found(
            "compose plugin 2.26.1-4\nmissing /srv/a b\nenv /srv/x/.env\ntext QT0xCg==\nreadonly /srv/y\ncontainer ab\n",
        )
        .unwrap();
        assert_eq!(found.compose, Some((Kind::Plugin, "2.26.1-4".to_owned())));
        assert_eq!(found.missing, ["/srv/a b"]);
        assert_eq!(found.env_files[0].text.as_deref(), Some("A=1\n"));
        assert_eq!(found.readonly, ["/srv/y"]);
        assert_eq!(found.containers, ["ab"]);
        assert_eq!(read_found("compose none\n").unwrap().compose, None);
    }

    #[test]
    fn an_env_file_that_is_no_text_is_there_but_has_none() {
        let found = read_found("env /srv/x/.env\ntext /w==\n").unwrap();
        assert_eq!(found.env_files[0].text, None);
        for broken in [
            "env relative\ntext QQ==\n",
            "text QQ==\n",
            "env /x\ntext %\n",
            "juggle\n",
        ] {
            assert_eq!(read_found(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_try_tells_both_sides_or_why_there_are_none() {
        assert_eq!(
            read_tried("account ops /home/ops\nbefore e30=\nafter e30=\n"),
            Some(Tried::Read {
                account: ("ops".to_owned(), "/home/ops".to_owned()),
                before: "{}".to_owned(),
                after: "{}".to_owned(),
            })
        );
        assert_eq!(read_tried("drift\n"), Some(Tried::Drift));
        assert_eq!(
            read_tried("account ops /home/ops\nbad no \u{1b}[1mfile\n"),
            Some(Tried::Bad("no \\x1b[1mfile".to_owned()))
        );
        for cut in [
            "",
            "account ops /home/ops\nbefore e30=\n",
            "account ops /h\nbefore e30=\nafter e3\n",
        ] {
            assert_eq!(read_tried(cut), None, "{cut:?}");
        }
    }

    #[test]
    fn a_version_begins_with_its_first_number() {
        assert_eq!(major("v2.26.1-4"), Some(2));
        assert_eq!(major("1.29.2"), Some(1));
        assert_eq!(major("dev"), None);
    }
}
