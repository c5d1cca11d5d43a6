//! One mount of a template, written as `SOURCE:TARGET` or `SOURCE:TARGET:OPTIONS`.

use super::pattern::{BadPattern, Pattern};
use serde::{Deserialize, Serialize};

/// Something that is mounted into a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MountPattern {
    /// Where it comes from: a path of the host, or the name of a volume.
    pub source: Pattern,
    /// Where it is in the container.
    pub target: Pattern,
    /// Whether the session may not write to it.
    pub is_read_only: bool,
    /// What is done where a path of the host is missing.
    pub if_missing: IfMissing,
}

/// What is done where the path of a bind mount is not on the host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IfMissing {
    /// Nothing is started: an engine would make an empty directory of root's in its place.
    #[default]
    Refuse,
    /// It is left out (`optional`).
    LeaveOut,
    /// It is made, and belongs to the owner of the directory that it is in (`make`).
    Make,
}

/// A text that is no mount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMount {
    /// A text with a mistake in its placeholders.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    /// It has not two or three parts.
    #[error(
        "{0:?} is no mount: write /path/on/host:/path or volume:/path, then :ro, :optional or :make where it is wanted"
    )]
    Parts(String),
    /// The place in the container is no absolute path.
    #[error("{0:?} is no absolute path in the container")]
    Target(String),
    /// The source is neither a path nor a name.
    #[error("{0:?} is neither an absolute path on the host nor the name of a volume")]
    Source(String),
    /// An option that there is not, or one that does not fit.
    #[error(
        "the option {0:?} does not fit this mount: there are ro and rw, and for a path on the host optional or make"
    )]
    Option(String),
}

impl MountPattern {
    /// Reads a mount.
    pub fn parse(text: &str) -> Result<Self, BadMount> {
        let parts = split(text);
        let (source, target, options) = match parts.as_slice() {
            [source, target] => (*source, *target, ""),
            [source, target, options] => (*source, *target, *options),
            _ => return Err(BadMount::Parts(text.to_owned())),
        };
        let mut mount = Self {
            source: Pattern::parse(source)?,
            target: Pattern::parse(target)?,
            is_read_only: false,
            if_missing: IfMissing::Refuse,
        };
        if !is_plain_path(target) {
            return Err(BadMount::Target(target.to_owned()));
        }
        let is_named = mount.is_volume() && is_volume_name(source);
        if !is_named && (mount.is_volume() || !is_plain_path(source)) {
            return Err(BadMount::Source(source.to_owned()));
        }
        for option in options.split(',').filter(|option| !option.is_empty()) {
            match option {
                "ro" => mount.is_read_only = true,
                "rw" => {}
                "optional" if !mount.is_volume() && mount.if_missing == IfMissing::Refuse => {
                    mount.if_missing = IfMissing::LeaveOut;
                }
                "make" if !mount.is_volume() && mount.if_missing == IfMissing::Refuse => {
                    mount.if_missing = IfMissing::Make;
                }
                _ => return Err(BadMount::Option(option.to_owned())),
            }
        }
        Ok(mount)
    }

    /// Whether a volume is mounted, and not a path of the host.
    pub fn is_volume(&self) -> bool {
        !self.source.as_str().starts_with('/')
    }
}

/// An absolute path that does not climb; what is filled in is looked at again.
pub(super) fn is_plain_path(text: &str) -> bool {
    text.starts_with('/') && text.len() > 1 && text.len() <= 1000 && text.split('/').all(|part| part != "..")
}

/// The letters of a volume's name, or placeholders.
pub(super) fn is_volume_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '{' | '}' | ':');
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '{')
        && text.len() <= 200
        && text.chars().all(allowed)
}

/// At colons that are not within braces.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

impl std::fmt::Display for MountPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.source.as_str(), self.target.as_str())?;
        let read_only = self.is_read_only.then_some("ro");
        let missing = match self.if_missing {
            IfMissing::Refuse => None,
            IfMissing::LeaveOut => Some("optional"),
            IfMissing::Make => Some("make"),
        };
        let options: Vec<&str> = [read_only, missing].into_iter().flatten().collect();
        if options.is_empty() {
            return Ok(());
        }
        write!(f, ":{}", options.join(","))
    }
}

impl TryFrom<String> for MountPattern {
    type Error = BadMount;

    fn try_from(text: String) -> Result<Self, BadMount> {
        Self::parse(&text)
    }
}

impl From<MountPattern> for String {
    fn from(mount: MountPattern) -> Self {
        mount.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{IfMissing, MountPattern};

    #[test]
    fn a_mount_reads_back_from_its_text() {
        for text in [
            "/home/claude/{id}:/home/claude:make",
            "/usr/local/bin/claude:/usr/local/bin/claude:ro",
            "/home/claude/.ssh:/home/claude/.ssh:ro,optional",
            "scratch-{id}:/scratch",
            "/run/{uid_of:claude}:/run/user",
        ] {
            assert_eq!(MountPattern::parse(text).unwrap().to_string(), text);
        }
        let mount = MountPattern::parse("/a:/b:ro,make").unwrap();
        assert!(mount.is_read_only && mount.if_missing == IfMissing::Make && !mount.is_volume());
        assert!(MountPattern::parse("data:/b").unwrap().is_volume());
    }

    #[test]
    fn what_an_engine_would_take_for_something_else_is_refused() {
        for bad in [
            "/only",
            "",
            "/a:relative",
            "relative/path:/b",
            "/a/../b:/c",
            "/a:/b/../c",
            "/a:/b:rw,nosuch",
            "data:/b:make",
            "data:/b:optional",
            "/a:/b:make,optional",
            "/:/b",
            "/a:/b:ro:x",
            "/a:/{",
        ] {
            assert!(MountPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
