//! A whole host in a folder: its engine, its shell, its staging directory and its stamp.

use super::{Flavour, SimulatedEngine, SimulatedShell};
use crate::model::fleet::{Privilege, Store};
use crate::model::names::HostName;
use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};
use crate::ops::host_link::HostLink;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A host in a folder that goes with it.
pub(crate) struct SimulatedHost {
    pub(crate) engine: Arc<SimulatedEngine>,
    pub(crate) shell: Arc<SimulatedShell>,
    pub(crate) link: HostLink,
    folder: tempfile::TempDir,
}

impl SimulatedHost {
    /// A host with root's rights and this machine's programs.
    pub(crate) fn new(store: Store) -> Self {
        Self::with(store, Flavour::Native, Privilege::Root).unwrap()
    }

    /// A host as described; none where busybox is asked for and not installed.
    pub(crate) fn with(store: Store, flavour: Flavour, privilege: Privilege) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::create_dir(at("staging")).unwrap();
        let engine = Arc::new(SimulatedEngine::new(store, Path::new(&at("engine"))));
        let shell = Arc::new(SimulatedShell::new(folder.path(), flavour, privilege)?);
        let mut profile = Profile::convocate();
        profile.paths.stamp = at("etc/current-image");
        profile.paths.history = at("etc/image-history");
        profile.paths.staging = at("staging");
        profile.paths.state = at("state");
        let settings = HostSettings {
            name: HostName::parse("sim-1").unwrap(),
            address: Address::Local,
            known_from: KnownFrom::ConfigFile,
            groups: Vec::new(),
            guard: Guard::Normal,
            helper: true,
            profile,
        };
        let link = HostLink {
            settings,
            privilege,
            shell: shell.clone(),
            engine: engine.clone(),
            tunnel: None,
        };
        Some(Self {
            engine,
            shell,
            link,
            folder,
        })
    }

    /// A path of the host: `staging`, `etc/current-image`, `engine`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The content of a file, if it is there.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(name)).ok()
    }

    /// The names in the staging directory, sorted.
    pub(crate) fn staged(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("staging")).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}
