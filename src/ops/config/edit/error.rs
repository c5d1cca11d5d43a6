//! Why a config file cannot be changed.

use crate::model::names::HostName;
use crate::ops::config::ConfigError;
use std::path::PathBuf;

/// Why a config file cannot be changed. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is no TOML.
    #[error("it is not TOML: {0}")]
    NotToml(String),
    /// Its hosts are no tables.
    #[error("its hosts are no list of tables")]
    NoTables,
    /// There is no such host in it.
    #[error("there is no host {0} in it")]
    NoSuchHost(HostName),
    /// What would be written is no config that works.
    #[error("with this change it would be wrong: {}", .0.problem)]
    Wrong(ConfigError),
    /// Somebody else wrote it at the same time.
    #[error("it was changed meanwhile")]
    Changed,
    /// It cannot be read or written.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
}

impl EditError {
    /// What the operator can do about it.
    pub fn advice(&self, file: &std::path::Path) -> String {
        let file = file.display();
        match self {
            Self::NotToml(_) => format!("mend {file} first"),
            Self::NoTables => format!("write them as [[hosts]] tables in {file}"),
            Self::NoSuchHost(_) => {
                "see `tagboat host list` for the hosts and where they come from".to_owned()
            }
            Self::Wrong(error) => error.advice.clone(),
            Self::Changed => "run the same again".to_owned(),
            Self::Io { .. } => "look at the rights of the file and of its folder".to_owned(),
        }
    }

    pub(super) fn io(what: &str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let what = format!("{what} {}", PathBuf::from(path).display());
        move |error| Self::Io { what, error }
    }
}
