//! The lab: its hosts, its source engine, its links.

use crate::cgroup::Group;
use crate::host::Host;
use crate::shell::{output, run};
use color_eyre::eyre::{OptionExt, WrapErr};
use std::fs::read_to_string;
use std::path::PathBuf;

/// The repository of the images, as `scripts/bench.d/images` names it.
pub(crate) const IMAGE: &str = "tagboat-bench";

/// How fast the links are, both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// As fast as the machine.
    Local,
    /// 1 Gbit/s.
    Gigabit,
    /// 100 Mbit/s.
    Fast,
}

impl Link {
    /// For the names of rounds.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Gigabit => "1gbit",
            Self::Fast => "100mbit",
        }
    }

    /// For the tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Local => "local speed",
            Self::Gigabit => "1 Gbit/s",
            Self::Fast => "100 Mbit/s",
        }
    }

    fn shape(self) -> &'static str {
        match self {
            Self::Local => "off",
            Self::Gigabit => "rate=1gbit",
            Self::Fast => "rate=100mbit",
        }
    }
}

/// The lab of this environment.
pub(crate) struct Lab {
    /// Its hosts, in order.
    pub(crate) hosts: Vec<Host>,
    /// The source engine, its containerd, and nothing else.
    pub(crate) source: Group,
    /// For ssh.
    pub(crate) ssh_config: PathBuf,
    /// What is put here is `/lab` on every host.
    pub(crate) shared: PathBuf,
}

impl Lab {
    /// Finds it by what its `env` command told.
    pub(crate) fn find() -> color_eyre::Result<Self> {
        let of = |name: &str| std::env::var(name).wrap_err("the lab is not up");
        let names = of("TAGBOAT_LAB_HOSTS")?;
        let folder = PathBuf::from(of("TAGBOAT_LAB_DIR")?).join("run");
        let pid = read_to_string(folder.join("docker.pid")).wrap_err("the source engine is down")?;
        Ok(Self {
            hosts: names
                .split_whitespace()
                .map(Host::find)
                .collect::<Result<_, _>>()?,
            source: Group::of(pid.trim().parse()?)?,
            ssh_config: of("TAGBOAT_LAB_SSH_CONFIG")?.into(),
            shared: folder.join("lab"),
        })
    }

    /// Sets the speed of a host's link.
    pub(crate) fn shape(host: &Host, link: Link) -> color_eyre::Result<()> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
        run(program, &["shape", &host.name, link.shape()])
    }

    /// Loads images into the source engine, where they are missing.
    pub(crate) fn load_images(tags: &[&str]) -> color_eyre::Result<()> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/bench.d/images");
        let mut words = vec!["load"];
        words.extend(tags);
        run(program, &words)
    }

    /// Versions of both ends.
    pub(crate) fn versions(&self) -> color_eyre::Result<String> {
        let source = output(
            "docker",
            &[
                "version",
                "--format",
                "{{.Server.Version}}, client {{.Client.Version}}",
            ],
        )?;
        let first = self.hosts.first().ok_or_eyre("the lab has no host")?;
        let host = first.exec(&["docker", "version", "--format", "{{.Server.Version}}"])?;
        Ok(format!("source engine {}; hosts {}", source.trim(), host.trim()))
    }
}
