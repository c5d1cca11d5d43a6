//! A project that is put on a host which has nothing of it: what is put where, and what was seen there before.

mod given_env;
mod seen;

pub use given_env::GivenEnv;
pub use seen::{FolderSeen, HostProject, ProjectContainer, Tried};

use crate::model::compose::{ComposeProject, ImageOrigin, PinnedRef, generate, mounted_everywhere};
use crate::model::container_path::is_same_path;
use crate::model::names::{Digest, InvalidName, PinKey, ProjectName, ProjectPath, ServiceName};
use serde::{Deserialize, Serialize};

/// The file that is put into the folder of a project.
pub const COMPOSE_FILE: &str = "docker-compose.yml";

/// A project and its place. The text of its env file is not in it: that may hold secrets, and a plan is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// What Compose calls it.
    pub project: ProjectName,
    /// The folder that it gets.
    pub folder: ProjectPath,
    /// The variable that pins it.
    pub pin: PinKey,
    /// What it is pinned to.
    pub pinned: PinnedRef,
    /// The Compose file, byte for byte as `compose generate` makes it.
    pub text: String,
    /// The services that are started.
    pub services: Vec<ServiceName>,
    /// Those that are started on demand only.
    pub on_demand: Vec<ServiceName>,
    /// The folders that are made, the innermost first.
    pub folders: Vec<ProjectPath>,
    /// The volumes that are made.
    pub new_volumes: Vec<String>,
    /// The volumes that are there already, with whatever is in them.
    pub old_volumes: Vec<String>,
    /// Where every service has something mounted.
    pub mounted: Vec<String>,
    /// What the files in the folder were when this was planned.
    pub before: FilesBefore,
}

/// The SHA-256 of the files that were there; none for one that was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesBefore {
    /// Of the Compose file.
    pub file: Option<Digest>,
    /// Of the `.env`.
    pub env: Option<Digest>,
}

impl Bootstrap {
    /// A project on its way into a folder that nothing is known of yet.
    pub fn of(project: &ComposeProject, pinned: &PinnedRef, folder: &ProjectPath) -> Self {
        let names = |on_demand: bool| -> Vec<ServiceName> {
            let services = project.services.iter();
            let chosen = services.filter(|one| one.profiles.is_empty() != on_demand);
            chosen.map(|one| one.name.clone()).collect()
        };
        Self {
            project: project.name.clone(),
            folder: folder.clone(),
            pin: project.pin().clone(),
            pinned: pinned.clone(),
            text: generate(project, &ImageOrigin::Pinned(pinned.clone())),
            services: names(false),
            on_demand: names(true),
            folders: Vec::new(),
            new_volumes: Vec::new(),
            old_volumes: Vec::new(),
            mounted: mounted_everywhere(project),
            before: FilesBefore::default(),
        }
    }

    /// Its Compose file.
    pub fn file(&self) -> Result<ProjectPath, InvalidName> {
        ProjectPath::parse(&format!("{}/{COMPOSE_FILE}", self.folder))
    }

    /// Its `.env`.
    pub fn env_file(&self) -> Result<ProjectPath, InvalidName> {
        ProjectPath::parse(&format!("{}/.env", self.folder))
    }

    /// The first of these paths at which not every service has a mount: the image's volume there would have no name.
    pub fn unmounted<'a>(&self, declared: &'a [String]) -> Option<&'a str> {
        let is_mounted = |path: &str| self.mounted.iter().any(|known| is_same_path(known, path));
        declared.iter().map(String::as_str).find(|path| !is_mounted(path))
    }
}
