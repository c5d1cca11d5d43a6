//! A bare machine in the place of a lab host, and the operator's commands about it.

use crate::headless::{Tagboat, text};
use crate::real_fleet::Lab;

/// What a machine is like; its Debian is that of the lab's engine: 13 in `scripts/test`, 12 in `scripts/engines 20.10`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) init: &'static str,
    pub(crate) login: &'static str,
}

pub(crate) const SYSTEMD_ROOT: Kind = kind("systemd", "root");
pub(crate) const SYSTEMD_SUDO: Kind = kind("systemd", "sudo");
pub(crate) const CRON_ROOT: Kind = kind("cron", "root");
pub(crate) const CRON_SUDO: Kind = kind("cron", "sudo");

const fn kind(init: &'static str, login: &'static str) -> Kind {
    Kind { init, login }
}

/// One of them.
pub(crate) struct Machine {
    pub(crate) lab: Lab,
    pub(crate) tagboat: Tagboat,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

impl Machine {
    /// A bare one under the name of a lab host.
    pub(crate) fn bare(name: &'static str, kind: Kind) -> Self {
        let lab = Lab::reset();
        lab.run(&["bare", name, "--init", kind.init, "--login", kind.login]);
        Self {
            lab,
            tagboat: Tagboat::new(),
            name,
            kind,
        }
    }

    /// Runs a shell line there as root.
    pub(crate) fn sh(&self, line: &str) -> String {
        self.lab.on(self.name, line)
    }

    /// `tagboat host VERB NAME WORDS`, which ends with this code; what it wrote to both streams.
    pub(crate) fn host(&self, verb: &str, words: &[&str], code: i32) -> String {
        let words = [&["host", verb, self.name], words].concat();
        let output = self.tagboat.run(&words, code);
        text(&output.stdout) + &text(&output.stderr)
    }

    /// What the doctor finds, as `LEVEL SUBJECT: FOUND`, with the exit code that fits.
    pub(crate) fn findings(&self) -> Vec<String> {
        let words = ["host", "doctor", self.name, "--json"];
        let output = self.tagboat.command(&words).output().unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)));
        let found = told["hosts"][0]["findings"].as_array().unwrap();
        let has_problem = found.iter().any(|one| one["level"] == "problem");
        assert_eq!(output.status.code(), Some(i32::from(has_problem)), "{told}");
        let word = |one: &serde_json::Value, key: &str| one[key].as_str().unwrap().to_owned();
        let line = |one| {
            format!(
                "{} {}: {}",
                word(one, "level"),
                word(one, "subject"),
                word(one, "found")
            )
        };
        found.iter().map(line).collect()
    }

    /// A session as the agents of the host start one, from the active tag.
    pub(crate) fn start_session(&self, name: &str) {
        self.sh(&format!(
            "docker run -d --pull never --restart unless-stopped --name convocate-session-{name} \
             $(cat /etc/convocate-agent/current-image) >/dev/null"
        ));
    }

    /// Every file that there is outside of the engine, of processes and of logs, with owner, mode and content.
    pub(crate) fn files(&self) -> String {
        self.sh(
            "find /etc /usr/local /srv /opt /var/lib /var/spool/cron /root /home -xdev \
               \\( -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/systemd -o -path /var/lib/tagboat \\) -prune \
               -o -printf '%p %U:%G %m %l\\n' | sort",
        )
    }
}
