//! One host of the lab: its link's counters, its images, and how it is brought back to what it was.

use crate::cgroup::Group;
use crate::lab::IMAGE;
use crate::shell::output;
use color_eyre::eyre::{OptionExt, WrapErr, ensure};
use std::collections::BTreeSet;
use std::fs::{read_dir, read_to_string};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long an engine may take to remove the layers of images that are gone.
const PATIENCE: Duration = Duration::from_mins(2);

/// The references on a host. The containerd store is asked itself: its engine does not list an image whose blobs it lacks, such as
/// one that was pulled onto snapshots that were there.
const IMAGES: &str = r#"
socket=/run/docker/containerd/containerd.sock
if docker info --format '{{.DriverStatus}}' | grep -q io.containerd.snapshotter; then
  ctr --address "$socket" --namespace moby images list -q | sed 's|^docker.io/library/||; /@/d'
else
  docker images --format '{{.Repository}}:{{.Tag}}' | sed '/<none>/d'
fi
"#;

/// Removes images, what no image needs any more, and what contestants leave in their folders.
const FORGET: &str = r#"
[ $# = 0 ] || docker rmi -f "$@" >/dev/null || exit 1
docker image prune -f >/dev/null
rm -rf /tmp/bench-image.tar.gz /tmp/*-image-*
"#;

/// Where an engine keeps images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    /// Layers of overlay2, by their chains.
    Classic,
    /// Blobs and snapshots of containerd.
    Containerd,
}

/// Bytes to a host and from it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wire {
    /// From here to the host.
    pub(crate) sent: u64,
    /// From the host to here.
    pub(crate) received: u64,
}

impl Wire {
    /// Both ways.
    pub(crate) fn total(self) -> u64 {
        self.sent + self.received
    }

    /// What was added since `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            sent: self.sent - before.sent,
            received: self.received - before.received,
        }
    }

    /// Adds another host's.
    pub(crate) fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.received += other.received;
    }
}

/// What a host has at one time.
#[derive(Debug, Clone)]
pub(crate) struct Contents {
    /// Its references.
    images: Vec<String>,
    /// Layers of the classic store; blobs and snapshots of the other.
    layers: BTreeSet<String>,
}

/// One host.
pub(crate) struct Host {
    /// Its name.
    pub(crate) name: String,
    /// Its store.
    pub(crate) store: Store,
    /// Everything that runs on it.
    pub(crate) group: Group,
    pid: u32,
    data: PathBuf,
}

impl Host {
    /// Looks at a host that runs.
    pub(crate) fn find(name: &str) -> color_eyre::Result<Self> {
        let facts = "{{.State.Pid}}{{range .Mounts}}{{if eq .Destination \"/var/lib/docker\"}} {{.Source}}{{end}}{{end}}";
        let facts = output("docker", &["inspect", "-f", facts, name])?;
        let (pid, data) = facts
            .trim()
            .split_once(' ')
            .ok_or_eyre("the host has no folder for its engine")?;
        let pid = pid.parse()?;
        let info = ["exec", name, "docker", "info", "--format", "{{.DriverStatus}}"];
        let store = if output("docker", &info)?.contains("io.containerd.snapshotter") {
            Store::Containerd
        } else {
            Store::Classic
        };
        Ok(Self {
            name: name.to_owned(),
            store,
            group: Group::of(pid)?,
            pid,
            data: data.into(),
        })
    }

    /// The counters of its link: everything that went over it, the overhead of ssh and TCP too.
    pub(crate) fn wire(&self) -> color_eyre::Result<Wire> {
        let text = read_to_string(format!("/proc/{}/net/dev", self.pid)).wrap_err("the host is down")?;
        let line = text
            .lines()
            .find_map(|line| line.trim_start().strip_prefix("eth0:"));
        let numbers: Vec<&str> = line
            .ok_or_eyre("the host has no link")?
            .split_whitespace()
            .collect();
        Ok(Wire {
            sent: numbers.first().ok_or_eyre("an empty line")?.parse()?,
            received: numbers.get(8).ok_or_eyre("a short line")?.parse()?,
        })
    }

    /// What is on it now.
    pub(crate) fn contents(&self) -> color_eyre::Result<Contents> {
        Ok(Contents {
            images: self.images()?,
            layers: self.layers(),
        })
    }

    fn images(&self) -> color_eyre::Result<Vec<String>> {
        let images = self.exec(&["sh", "-c", IMAGES])?;
        Ok(images.lines().map(str::to_owned).collect())
    }

    fn layers(&self) -> BTreeSet<String> {
        let folders: &[&str] = match self.store {
            Store::Classic => &["image/overlay2/layerdb/sha256"],
            Store::Containerd => &[
                "containerd/daemon/io.containerd.content.v1.content/blobs/sha256",
                "containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots",
            ],
        };
        let entries = folders.iter().flat_map(|folder| read_dir(self.data.join(folder)));
        let names = entries.flatten().flatten();
        names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// Removes what an earlier bench that was killed has left.
    pub(crate) fn clear(&self) -> color_eyre::Result<()> {
        let mut images = self.images()?;
        images.retain(|image| image.contains(IMAGE));
        self.forget(&images)
    }

    fn forget(&self, images: &[String]) -> color_eyre::Result<()> {
        let mut words = vec!["sh", "-c", FORGET, "forget"];
        words.extend(images.iter().map(String::as_str));
        self.exec(&words).map(drop)
    }

    /// Removes what came since it had these contents, and waits until its layers are really gone.
    pub(crate) fn restore(&self, wanted: &Contents) -> color_eyre::Result<()> {
        let mut images = self.images()?;
        images.retain(|image| !wanted.images.contains(image));
        self.forget(&images)?;
        let end = Instant::now() + PATIENCE;
        while self.layers() != wanted.layers {
            let now = self.layers();
            let more = now.difference(&wanted.layers).count();
            let fewer = wanted.layers.difference(&now).count();
            ensure!(
                Instant::now() < end,
                "{}: the engine still has {more} layers more and {fewer} fewer than before",
                self.name
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Removes tagboat's helper, as if this host had never been pushed to.
    pub(crate) fn forget_helper(&self) -> color_eyre::Result<()> {
        self.exec(&["rm", "-rf", "/root/.cache/tagboat"]).map(drop)
    }

    /// Runs a command on it as root, past its link.
    pub(crate) fn exec(&self, words: &[&str]) -> color_eyre::Result<String> {
        let mut all = vec!["exec", &self.name];
        all.extend(words);
        output("docker", &all)
    }
}
