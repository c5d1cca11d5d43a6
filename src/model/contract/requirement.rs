//! A contract: its requirements, each with an id that never changes, how bad it is when it is broken, and what mends it.

use super::guideline::Guideline;
use serde::{Deserialize, Serialize};

/// All that an image of one kind must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// What it is for, in a few words.
    pub title: String,
    /// Its requirements.
    pub rules: Vec<Rule>,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its name for good: reports, ignores and other programs know it by this.
    pub id: String,
    /// How bad it is when it is broken.
    pub severity: Severity,
    /// What mends it.
    pub fix: String,
    /// What is required.
    pub requirement: Requirement,
}

/// How bad a broken requirement is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does not work, or it harms.
    #[default]
    Fail,
    /// It works, and is not as it should be.
    Warning,
}

/// What is required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Requirement {
    /// A file is at a path.
    File {
        /// Where.
        path: String,
        /// Whether everybody must be able to run it.
        runs: bool,
        /// Its permission bits, where they matter.
        mode: Option<u32>,
    },
    /// Nothing is at a path.
    Absent(String),
    /// A program is on PATH, and can be run.
    Program(String),
    /// There is a user, and it is not root.
    User {
        /// Its name.
        name: String,
        /// Its number.
        uid: Option<u64>,
        /// Its home directory.
        home: Option<String>,
        /// Its shell; that of every user must be in the image.
        shell: Option<String>,
    },
    /// A user may not become root.
    Unprivileged {
        /// Its name.
        user: String,
        /// Groups that are as good as root.
        groups: Vec<String>,
    },
    /// A folder is there.
    Folder {
        /// Where.
        path: String,
        /// Whose it is.
        owner: Option<String>,
    },
    /// As whom containers start.
    Starter(Starter),
    /// The entrypoint; an empty one where there must be none.
    Entrypoint(Vec<String>),
    /// The working directory.
    Workdir(String),
    /// A variable.
    Env {
        /// Its name.
        name: String,
        /// Its value.
        value: Option<String>,
        /// A part of its list, as in PATH.
        includes: Option<String>,
    },
    /// A label.
    Label {
        /// Its name.
        name: String,
        /// Whether it must be a version, `v1.2.3` or `1.2.3`.
        is_version: bool,
    },
    /// Volumes.
    Volumes(VolumeRules),
    /// All layers together are not larger.
    Size(u64),
    /// Files that a later layer overwrites or deletes are not larger together.
    Waste(u64),
    /// No secrets, wherever.
    Secrets(SecretRules),
    /// How a Dockerfile is written.
    Guideline(Guideline),
    /// A command that is run in the image, shut off from everything.
    Probe(Probe),
}

/// As whom containers start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Starter {
    /// As root: what starts there makes users, or steps down by itself.
    Root,
    /// As this user.
    User(String),
}

/// Which volumes an image declares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VolumeRules {
    /// Those that it must.
    pub required: Vec<String>,
    /// Those that it must not, nor anything below them.
    pub forbidden: Vec<String>,
}

/// What is no secret although it looks like one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SecretRules {
    /// Names of variables, arguments and labels.
    pub allow_names: Vec<String>,
    /// Files, and folders with all that is in them.
    pub allow_paths: Vec<String>,
}

impl SecretRules {
    pub(super) fn allows_name(&self, name: &str) -> bool {
        self.allow_names.iter().any(|allowed| allowed == name)
    }

    pub(super) fn allows_path(&self, path: &str) -> bool {
        let path = path.trim_start_matches('/');
        self.allow_paths.iter().any(|allowed| {
            let rest = path.strip_prefix(allowed.trim_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// A command that must succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// As whom it is run; as the image says when absent.
    pub user: Option<String>,
}

impl Requirement {
    /// What is required, in the words of a report.
    pub fn words(&self) -> String {
        match self {
            Self::File { path, runs: true, .. } => format!("the program {path}"),
            Self::File { path, .. } => format!("the file {path}"),
            Self::Absent(path) => format!("no {path}"),
            Self::Program(name) => format!("{name} on PATH"),
            Self::User { name, .. } => format!("the user {name}"),
            Self::Unprivileged { user, .. } => format!("{user} cannot become root"),
            Self::Folder {
                path,
                owner: Some(owner),
            } => format!("the folder {path} of {owner}"),
            Self::Folder { path, .. } => format!("the folder {path}"),
            Self::Starter(Starter::Root) => "containers start as root".to_owned(),
            Self::Starter(Starter::User(user)) => format!("containers start as {user}"),
            Self::Entrypoint(words) if words.is_empty() => "no entrypoint".to_owned(),
            Self::Entrypoint(words) => format!("the entrypoint {}", words.join(" ")),
            Self::Workdir(path) => format!("the working directory {path}"),
            Self::Env {
                name,
                includes: Some(part),
                ..
            } => format!("{part} in {name}"),
            Self::Env {
                name,
                value: Some(value),
                ..
            } => format!("{name}={value}"),
            Self::Env { name, .. } => format!("the variable {name}"),
            Self::Label { name, .. } => format!("the label {name}"),
            Self::Volumes(rules) if rules.required.is_empty() => {
                format!("no volume {}", rules.forbidden.join(", "))
            }
            Self::Volumes(rules) => format!("the volumes {}", rules.required.join(", ")),
            Self::Size(limit) => format!("at most {}", crate::model::amount::bytes(*limit)),
            Self::Waste(limit) => format!("at most {} that nobody sees", crate::model::amount::bytes(*limit)),
            Self::Secrets(_) => "no secrets".to_owned(),
            Self::Guideline(guideline) => guideline.words().to_owned(),
            Self::Probe(probe) => format!("{} succeeds", probe.command.join(" ")),
        }
    }
}
