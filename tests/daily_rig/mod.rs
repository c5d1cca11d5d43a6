//! The lab with templates for its hosts in the config, and `tagboat session` on it.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::headless::{Tagboat, text};
use crate::real_fleet::Lab;
use std::path::PathBuf;
use tempfile::TempDir;

/// Templates that fit the lab's hosts, beside the built-in one, which does not.
const TEMPLATES: &str = r#"
[[templates]]
profile = "convocate"
name = "lab"
session_name = "convocate-session-{id}"
mounts = ["/srv/sessions/{id}:/work:make", "home-{id}:/home/claude", "/srv/nosuch:/nosuch:ro,optional"]
restart = "unless-stopped"
values = { project = "none" }
env = { OWNER = "{uid_of:root}", ADDRESS = "{host_ipv4}", PROJECT = "{project}" }
network = { name = "agents", hostname = "c-{short}" }
limits = { memory = "64MB", cpus = 0.5, pids = 50 }

[[templates]]
profile = "convocate"
name = "gap"
session_name = "convocate-session-{id}"
mounts = ["/srv/made/{id}:/made", "/srv/nosuch:/x"]

[[templates]]
profile = "convocate"
name = "nowhere"
session_name = "convocate-session-{id}"
network = { name = "nosuchnet" }

[[templates]]
profile = "convocate"
name = "wrong"
session_name = "convocate-session-{id}"
mounts = ["/srv/sessions/{id}:/work:make"]
process = { command = ["/nosuchprogram"] }
"#;

/// The lab with the templates in its config.
pub struct Daily {
    /// The lab.
    pub lab: Lab,
    /// The program.
    pub tagboat: Tagboat,
    config: PathBuf,
    _folder: TempDir,
}

impl Daily {
    /// Brings the lab back to the state after `lab up`.
    pub fn reset() -> Self {
        let lab = Lab::reset();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let known = std::fs::read_to_string(std::env::var_os("TAGBOAT_CONFIG").unwrap()).unwrap();
        std::fs::write(&config, format!("{known}\n{TEMPLATES}")).unwrap();
        Self {
            lab,
            tagboat: Tagboat::new(),
            config,
            _folder: folder,
        }
    }

    /// The words of `tagboat session` with this config.
    pub fn words<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        [&["--config", self.config.to_str().unwrap(), "session"], words].concat()
    }

    /// A run of `tagboat session`; what it wrote.
    /// A run of `tagboat session` that ends with this code; what it wrote.
    pub fn run(&self, words: &[&str], code: i32) -> String {
        let output = self.tagboat.run(&self.words(words), code);
        text(&output.stdout) + &text(&output.stderr)
    }

    /// Runs a shell line on a host as root.
    pub fn on(&self, host: &str, line: &str) -> String {
        self.lab.on(host, line)
    }

    /// What a container is like, or `gone`.
    pub fn inspect(&self, host: &str, name: &str, format: &str) -> String {
        self.on(
            host,
            &format!("docker inspect -f '{format}' {name} 2>/dev/null || echo gone"),
        )
    }
}
