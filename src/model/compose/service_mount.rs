//! A mount of a service as Compose's short form has it: `SOURCE:TARGET`, with `:ro` where the service may not write.

/// What a service has mounted where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceMount {
    /// A path of the host, or the name of a volume.
    pub source: String,
    /// Where it is in the container.
    pub target: String,
    /// Whether the service may only read it.
    pub read_only: bool,
}

impl ServiceMount {
    /// Reads the short form. A target without a source would be an anonymous volume, which no generated file has.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().any(char::is_control) {
            return Err("it holds a control character");
        }
        let parts = split(text);
        let (source, target, mode) = match parts.as_slice() {
            [source, target] => (*source, *target, "rw"),
            [source, target, mode] => (*source, *target, *mode),
            _ => return Err("a mount is SOURCE:TARGET or SOURCE:TARGET:ro"),
        };
        if !target.starts_with(['/', '$']) || target.len() < 2 {
            return Err("the place in the container is an absolute path");
        }
        if !is_path(source) && !is_volume(source) {
            return Err("its source is a path of the host (`./x`, `/x`, `${X}`) or the name of a volume");
        }
        let read_only = match mode {
            "ro" => true,
            "rw" => false,
            _ => return Err("a mount is read only with `:ro`; nothing else may stand there"),
        };
        Ok(Self {
            source: source.to_owned(),
            target: target.to_owned(),
            read_only,
        })
    }

    /// The volume of the project that it is; none for a path of the host.
    pub fn volume(&self) -> Option<&str> {
        (!is_path(&self.source)).then_some(self.source.as_str())
    }
}

impl std::fmt::Display for ServiceMount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mode = if self.read_only { ":ro" } else { "" };
        write!(f, "{}:{}{mode}", self.source, self.target)
    }
}

/// A name for the volume at a path: `/home/agent/data` becomes `home-agent-data`.
pub fn volume_name(path: &str) -> String {
    let words: Vec<&str> = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.join("-").to_ascii_lowercase() {
        name if name.len() > 1 => name,
        // Compose takes one letter for a drive of Windows.
        letter => format!("data-{letter}").trim_end_matches('-').to_owned(),
    }
}

/// Splits at colons, but not at those within `${NAME:-x}`.
pub(super) fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_u32);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' if before == '$' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    parts.push(&text[begin..]);
    parts
}

/// Whether Compose takes a source for a path of the host.
pub(super) fn is_path(source: &str) -> bool {
    source.starts_with(['/', '.', '~', '$'])
}

fn is_volume(source: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    source.len() > 1 && source.starts_with(|c: char| c.is_ascii_alphanumeric()) && source.chars().all(inner)
}

#[cfg(test)]
mod tests {
    use super::{ServiceMount, volume_name};

    #[test]
    fn a_mount_is_a_path_or_a_named_volume_and_never_anonymous() {
        for (text, volume) in [
            ("agent-data:/home/agent/data", Some("agent-data")),
            ("./projects:/home/agent/projects:ro", None),
            ("${CLAUDE:-/var/lib/claude}:${CLAUDE:-/var/lib/claude}", None),
            ("~/.ssh:/home/agent/.ssh:ro", None),
        ] {
            let mount = ServiceMount::parse(text).unwrap();
            assert_eq!((mount.volume(), mount.to_string().as_str()), (volume, text));
        }
        for bad in [
            "/data",
            "data",
            "",
            "a:b",
            "aa:/b:rx",
            "a b:/c",
            "-x:/c",
            "aa:/b:ro:z",
            "aa:/",
            "aa:/b\n",
        ] {
            assert!(ServiceMount::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_volume_is_called_after_its_path() {
        for (path, name) in [
            ("/home/agent/data", "home-agent-data"),
            ("/data/", "data"),
            ("/", "data"),
            ("/a", "data-a"),
            ("/A_b", "a-b"),
        ] {
            assert_eq!(volume_name(path), name);
        }
    }
}
