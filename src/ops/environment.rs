//! The environment of the process, passed in as a value so that tests own it.

use std::ffi::OsString;
use std::path::PathBuf;

/// Looks up environment variables.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The variable as a path; an empty one counts as absent.
pub fn path_from(environment: Environment<'_>, name: &str) -> Option<PathBuf> {
    environment(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// The variable as text; an empty one, or one that is not UTF-8, counts as absent.
pub fn text_from(environment: Environment<'_>, name: &str) -> Option<String> {
    environment(name)
        .and_then(|value| value.into_string().ok())
        .filter(|value| !value.is_empty())
}
