//! The registry of the peers: Debian's `docker-registry` on this machine's loopback, brought back to one state before each run.

use crate::cgroup::Group;
use crate::shell::run;
use color_eyre::eyre::{WrapErr, ensure};
use std::fs::{create_dir_all, read_to_string, remove_dir_all, rename, write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a registry, or what skopeo remembers, begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// Nothing.
    Empty,
    /// t1, pushed before.
    First,
}

/// The registry and its folders.
pub(crate) struct Registry {
    port: u16,
    folder: PathBuf,
}

impl Registry {
    /// Chooses its port: the same for the whole run, since the source engine remembers repositories by it.
    pub(crate) fn new(work: &Path) -> color_eyre::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let folder = work.join("registry");
        create_dir_all(folder.join("empty/data"))?;
        create_dir_all(folder.join("empty/skopeo"))?;
        Ok(Self { port, folder })
    }

    /// As it is written in references.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What skopeo remembers in this run.
    pub(crate) fn skopeo_cache(&self) -> PathBuf {
        self.folder.join("run/skopeo")
    }

    /// Starts it in a group, with the contents of before.
    pub(crate) fn start(&self, begin: Begin, group: &Group) -> color_eyre::Result<Child> {
        let from = match begin {
            Begin::Empty => self.folder.join("empty"),
            Begin::First => self.folder.join("first"),
        };
        let at = self.folder.join("run");
        self.clear()?;
        run("cp", &["-a", &from.to_string_lossy(), &at.to_string_lossy()])?;
        let settings = self.folder.join("config.yml");
        let data = at.join("data");
        write(
            &settings,
            format!(
                "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n  \
                 cache:\n    blobdescriptor: inmemory\nhttp:\n  addr: {}\n",
                data.display(),
                self.address(),
            ),
        )?;
        let log = self.folder.join("log");
        let errors = std::fs::File::create(&log)?;
        let mut child = group
            .command(&["docker-registry", "serve", &settings.to_string_lossy()])
            .stdout(Stdio::null())
            .stderr(errors)
            .stdin(Stdio::null())
            .spawn()?;
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let is_late = Instant::now() > end || child.try_wait()?.is_some();
            ensure!(
                !is_late,
                "docker-registry does not start: {}",
                read_to_string(&log).unwrap_or_default().trim()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(child)
    }

    /// What it and skopeo have now is what they begin with from now on.
    pub(crate) fn keep_first(&self) -> color_eyre::Result<()> {
        let first = self.folder.join("first");
        if first.exists() {
            remove_dir_all(&first)?;
        }
        rename(self.folder.join("run"), first).wrap_err("the registry never ran")
    }

    /// Frees the space of the last run.
    pub(crate) fn clear(&self) -> color_eyre::Result<()> {
        let at = self.folder.join("run");
        if at.exists() {
            remove_dir_all(at)?;
        }
        Ok(())
    }
}
