//! The version that a file of a project says: a VERSION file, or a Cargo.toml.

use std::fs;
use std::io;
use std::path::Path;

/// Why a file says no version.
#[derive(Debug, thiserror::Error)]
pub enum NoVersion {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
    /// It is no TOML.
    #[error("it is no TOML: {0}")]
    NotToml(String),
    /// It has none.
    #[error("it has no version")]
    None,
}

/// Reads the version: of a `.toml` that of its package or workspace, with `v` before it as tags have it; of another file its first
/// line, as it is.
pub fn version_in(file: &Path) -> Result<String, NoVersion> {
    let text = fs::read_to_string(file).map_err(NoVersion::Unreadable)?;
    if file.extension().is_none_or(|end| end != "toml") {
        let first = text.lines().map(str::trim).find(|line| !line.is_empty());
        return first.map(str::to_owned).ok_or(NoVersion::None);
    }
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| NoVersion::NotToml(error.message().to_owned()))?;
    let package = |table: &toml::Table| table.get("package")?.get("version")?.as_str().map(str::to_owned);
    let workspace = table.get("workspace").and_then(toml::Value::as_table);
    package(&table)
        .or_else(|| package(workspace?))
        .map(|version| format!("v{version}"))
        .ok_or(NoVersion::None)
}

#[cfg(test)]
mod tests {
    use super::{NoVersion, version_in};
    use std::fs;

    #[test]
    fn a_version_is_read_from_a_version_file_or_a_manifest() {
        let place = tempfile::tempdir().unwrap();
        let said = |name: &str, text: &str| {
            let file = place.path().join(name);
            fs::write(&file, text).unwrap();
            version_in(&file)
        };
        assert_eq!(said("VERSION", "\n v3.1.0 \nmore\n").unwrap(), "v3.1.0");
        assert_eq!(
            said("Cargo.toml", "[package]\nversion = \"1.2.3\"\n").unwrap(),
            "v1.2.3"
        );
        let shared = "[workspace.package]\nversion = \"2.0.0\"\n[package]\nversion.workspace = true\n";
        assert_eq!(said("Cargo.toml", shared).unwrap(), "v2.0.0");
        assert!(matches!(said("VERSION", "\n"), Err(NoVersion::None)));
        assert!(matches!(
            said("Cargo.toml", "[package\n"),
            Err(NoVersion::NotToml(_))
        ));
        assert!(matches!(
            version_in(&place.path().join("none")),
            Err(NoVersion::Unreadable(_))
        ));
    }
}
