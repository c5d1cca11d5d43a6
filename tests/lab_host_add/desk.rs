//! An operator at a desk of their own, and what the hosts of the lab say of themselves.

use crate::headless::{Tagboat, text};
use crate::real_fleet::Lab;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// An operator with an ssh config and known hosts of their own, who knows no lab host yet.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) tagboat: Tagboat,
}

pub(crate) const CONFIG: &str = "# My fleet.\n[discovery]\nagent_keys = false\n";

impl Desk {
    /// `options` come before those of the lab, and therefore win.
    pub(crate) fn new(options: &str) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
            tagboat: Tagboat::new(),
        };
        let lab = std::fs::read_to_string(std::env::var("TAGBOAT_LAB_SSH_CONFIG").unwrap()).unwrap();
        let own: Vec<_> = lab
            .lines()
            .filter(|line| !line.contains("KnownHostsFile") && !line.contains("StrictHostKeyChecking"))
            .collect();
        let known = desk.known_hosts_file();
        let ssh = format!(
            "{options}\nHost *\nHashKnownHosts no\nUserKnownHostsFile \"{}\"\nGlobalKnownHostsFile /dev/null\n{}\n",
            known.display(),
            own.join("\n")
        );
        std::fs::write(desk.folder.path().join("ssh"), ssh).unwrap();
        std::fs::write(desk.config_file(), desk.config_before()).unwrap();
        desk
    }

    pub(crate) fn known_hosts_file(&self) -> PathBuf {
        self.folder.path().join("known hosts")
    }

    pub(crate) fn config_file(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    pub(crate) fn config_before(&self) -> String {
        let ssh = self.folder.path().join("ssh");
        format!("{CONFIG}\n[ssh]\nconfig_file = \"{}\"\n", ssh.display())
    }

    pub(crate) fn known_hosts(&self) -> String {
        std::fs::read_to_string(self.known_hosts_file()).unwrap_or_default()
    }

    pub(crate) fn config(&self) -> String {
        std::fs::read_to_string(self.config_file()).unwrap()
    }

    pub(crate) fn add(&self, words: &[&str]) -> Output {
        let file = self.config_file();
        let words = [
            &["--config", file.to_str().unwrap(), "host", "add", "--yes"],
            words,
        ]
        .concat();
        self.tagboat.command(&words).output().unwrap()
    }

    /// A run that ends with this code and changes nothing; what it said.
    pub(crate) fn refused(&self, words: &[&str], code: i32) -> String {
        let before = self.known_hosts();
        let output = self.add(words);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(self.config(), self.config_before(), "{said}");
        assert_eq!(self.known_hosts(), before, "{said}");
        assert!(said.contains("Nothing was changed"), "{said}");
        said
    }

    /// A run on a terminal: at each of these texts the answer is typed. What stood on the terminal, and the exit code.
    pub(crate) fn on_a_terminal(&self, words: &[&str], answers: &[(&str, &str)]) -> (String, u32) {
        let pty = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tagboat"));
        command.args(["--config", self.config_file().to_str().unwrap()]);
        command.args(words);
        for folder in ["TAGBOAT_STATE_DIR", "TAGBOAT_CACHE_DIR"] {
            command.env(folder, self.folder.path().join(folder));
        }
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let (mut screen, mut keyboard) = (
            pty.master.try_clone_reader().unwrap(),
            pty.master.take_writer().unwrap(),
        );
        let (mut shown, mut piece, mut answers) = (String::new(), [0; 4096], answers.iter());
        let mut next = answers.next();
        // The end of the program is the end of its terminal.
        while let Ok(read @ 1..) = screen.read(&mut piece) {
            shown.push_str(&String::from_utf8_lossy(&piece[..read]));
            if let Some((_, answer)) = next.filter(|(question, _)| shown.contains(question)) {
                keyboard.write_all(format!("{answer}\n").as_bytes()).unwrap();
                next = answers.next();
            }
        }
        (shown, child.wait().unwrap().exit_code())
    }

    /// A run that adds a host; what it said.
    pub(crate) fn added(&self, words: &[&str]) -> String {
        let output = self.add(words);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{said}");
        said
    }
}

/// The fingerprint of a lab host's key, as it says itself.
pub(crate) fn fingerprint(lab: &Lab, host: &str) -> String {
    let said = lab.on(host, "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
    said.split_whitespace().nth(1).unwrap().to_owned()
}

pub(crate) fn public_key(lab: &Lab, host: &str) -> String {
    let key = lab.on(host, "cat /etc/ssh/ssh_host_ed25519_key.pub");
    key.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

pub(crate) fn address(host: &str) -> String {
    let config = std::env::var("TAGBOAT_LAB_SSH_CONFIG").unwrap();
    let output = Command::new("ssh")
        .args(["-F", &config, "-G", host])
        .output()
        .unwrap();
    let said = text(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("hostname "));
    line.unwrap().to_owned()
}
