//! A path on a host as it is written in a config.

use serde::{Deserialize, Serialize};

/// An absolute path without anything that a shell script or a log would misread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct HostPath(pub(super) String);

impl TryFrom<String> for HostPath {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        let is_absolute = path.starts_with('/') && path.len() > 1 && path.len() <= 1000;
        let is_plain = !path.chars().any(char::is_control) && path.split('/').all(|part| part != "..");
        if is_absolute && is_plain {
            Ok(Self(path))
        } else {
            Err(format!("{path:?} is not an absolute path on the host"))
        }
    }
}

impl From<HostPath> for String {
    fn from(path: HostPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::HostPath;

    #[test]
    fn a_path_on_a_host_is_absolute_and_does_not_climb() {
        for (path, fits) in [
            ("/etc/convocate-agent/current-image", true),
            ("relative", false),
            ("", false),
            ("/", false),
            ("/a/../etc/shadow", false),
            ("/a\nb", false),
        ] {
            assert_eq!(HostPath::try_from(path.to_owned()).is_ok(), fits, "{path:?}");
        }
    }
}
