//! A host is added only when it works, and its key is trusted only when somebody vouches for it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod headless;
mod real_fleet;

use headless::{Tagboat, text};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use real_fleet::Lab;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// An operator with an ssh config and known hosts of their own, who knows no lab host yet.
struct Desk {
    folder: TempDir,
    tagboat: Tagboat,
}

const CONFIG: &str = "# My fleet.\n[discovery]\nagent_keys = false\n";

impl Desk {
    /// `options` come before those of the lab, and therefore win.
    fn new(options: &str) -> Self {
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

    fn known_hosts_file(&self) -> PathBuf {
        self.folder.path().join("known hosts")
    }

    fn config_file(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    fn config_before(&self) -> String {
        let ssh = self.folder.path().join("ssh");
        format!("{CONFIG}\n[ssh]\nconfig_file = \"{}\"\n", ssh.display())
    }

    fn known_hosts(&self) -> String {
        std::fs::read_to_string(self.known_hosts_file()).unwrap_or_default()
    }

    fn config(&self) -> String {
        std::fs::read_to_string(self.config_file()).unwrap()
    }

    fn add(&self, words: &[&str]) -> Output {
        let file = self.config_file();
        let words = [
            &["--config", file.to_str().unwrap(), "host", "add", "--yes"],
            words,
        ]
        .concat();
        self.tagboat.command(&words).output().unwrap()
    }

    /// A run that ends with this code and changes nothing; what it said.
    fn refused(&self, words: &[&str], code: i32) -> String {
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
    fn on_a_terminal(&self, words: &[&str], answers: &[(&str, &str)]) -> (String, u32) {
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
    fn added(&self, words: &[&str]) -> String {
        let output = self.add(words);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{said}");
        said
    }
}

/// The fingerprint of a lab host's key, as it says itself.
fn fingerprint(lab: &Lab, host: &str) -> String {
    let said = lab.on(host, "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
    said.split_whitespace().nth(1).unwrap().to_owned()
}

fn public_key(lab: &Lab, host: &str) -> String {
    let key = lab.on(host, "cat /etc/ssh/ssh_host_ed25519_key.pub");
    key.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn address(host: &str) -> String {
    let config = std::env::var("TAGBOAT_LAB_SSH_CONFIG").unwrap();
    let output = Command::new("ssh")
        .args(["-F", &config, "-G", host])
        .output()
        .unwrap();
    let said = text(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("hostname "));
    line.unwrap().to_owned()
}

#[test]
fn an_unknown_key_is_told_with_its_fingerprint_and_trusted_only_by_it() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let right = fingerprint(&lab, "lab-1");
    let said = desk.refused(&["lab-1", "--group", "eu"], 3);
    assert!(
        said.contains(&format!("its host key is not known: ED25519 {right}")),
        "{said}"
    );
    assert!(
        said.contains(&format!(
            "tagboat host add lab-1 --group 'eu' --trust-key {right} --yes"
        )),
        "{said}"
    );

    let other = fingerprint(&lab, "lab-2");
    let said = desk.refused(&["lab-1", "--trust-key", &other], 3);
    assert!(
        said.contains(&format!("is ED25519 {right}, and not {other}")),
        "{said}"
    );

    let said = desk.added(&["lab-1", "--group", "eu", "--trust-key", &right]);
    assert!(said.contains("lab-1: connected, Docker"), "{said}");
    assert!(said.contains("active tag convocate:v1.0.0, 3 sessions"), "{said}");
    assert_eq!(
        desk.config(),
        format!(
            "{}\n[[hosts]]\nname = \"lab-1\"\ngroups = [\"eu\"]\n",
            desk.config_before()
        )
    );
    assert_eq!(
        desk.known_hosts().trim(),
        format!("{} {}", address("lab-1"), public_key(&lab, "lab-1"))
    );

    // Known now: a second name for it is asked nothing.
    assert!(
        desk.added(&["again", "lab-1"])
            .contains("lab-1 has the same address")
    );
}

#[test]
fn a_dry_run_shows_the_key_and_trusts_nothing() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let file = desk.config_file();
    let words = [
        "--config",
        file.to_str().unwrap(),
        "host",
        "add",
        "lab-1",
        "--dry-run",
    ];
    let output = desk.tagboat.run(&words, 0);
    assert!(
        text(&output.stderr).contains(&fingerprint(&lab, "lab-1")),
        "{output:?}"
    );
    assert!(
        text(&output.stdout).contains("not tested, because its host key is not known"),
        "{output:?}"
    );
    assert_eq!(
        (desk.known_hosts(), desk.config()),
        (String::new(), desk.config_before())
    );
}

#[test]
fn a_changed_key_is_refused_even_where_its_fingerprint_is_named() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let line = format!("{} {}\n", address("lab-1"), public_key(&lab, "lab-2"));
    std::fs::write(desk.known_hosts_file(), line).unwrap();
    let right = fingerprint(&lab, "lab-1");
    for words in [&["lab-1"][..], &["lab-1", "--trust-key", &right]] {
        let said = desk.refused(words, 3);
        assert!(
            said.contains("host key changed") && said.contains("find out why"),
            "{said}"
        );
    }
}

#[test]
fn a_host_that_is_known_by_a_key_of_another_kind_is_refused() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let key = desk.folder.path().join("rsa");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f"])
        .arg(&key)
        .status()
        .unwrap();
    assert!(made.success());
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    std::fs::write(desk.known_hosts_file(), format!("{} {public}", address("lab-1"))).unwrap();
    let right = fingerprint(&lab, "lab-1");
    let said = desk.refused(&["lab-1", "--trust-key", &right], 3);
    assert!(
        said.contains("another kind of key") || said.contains("host key changed"),
        "{said}"
    );
}

#[test]
fn a_host_that_cannot_be_reached_or_entered_is_not_written() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let said = desk.refused(&["dead", "ssh://root@127.0.0.1:1"], 1);
    assert!(said.contains("dead: unreachable: Connection refused"), "{said}");

    // The key was vouched for, and stays known: only the login is missing.
    let right = fingerprint(&lab, "lab-3");
    let stranger = format!("nobody-at-all@{}", address("lab-3"));
    let output = desk.add(&["lab-3", &stranger, "--trust-key", &right]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("needs auth") && said.contains("The config was not changed; the host key is in"),
        "{said}"
    );
    assert_eq!(desk.config(), desk.config_before());
    desk.added(&["lab-3", &stranger, "--no-test"]);
}

#[test]
fn a_login_with_sudo_is_added_like_one_of_root() {
    let lab = Lab::reset();
    let desk = Desk::new("Host lab-1\nUser ops\nHashKnownHosts yes");
    let said = desk.added(&["lab-1", "--trust-key", &fingerprint(&lab, "lab-1")]);
    assert!(said.contains("with sudo"), "{said}");
    assert!(desk.known_hosts().starts_with("|1|"), "{}", desk.known_hosts());
}

#[test]
fn a_host_behind_another_one_shows_its_key_through_it_and_the_one_between_must_be_known() {
    let lab = Lab::reset();
    let desk = Desk::new("Host lab-3\nProxyJump lab-1");
    let right = fingerprint(&lab, "lab-3");
    let said = desk.refused(&["lab-3", "--trust-key", &right], 3);
    assert!(
        said.contains("the host key of its jump host lab-1 is not known"),
        "{said}"
    );
    desk.added(&["lab-1", "--trust-key", &fingerprint(&lab, "lab-1")]);
    let said = desk.added(&["lab-3", "--trust-key", &right]);
    assert!(said.contains("lab-3: connected"), "{said}");
    let known = desk.known_hosts();
    assert!(known.contains(&public_key(&lab, "lab-3")), "{known}");
}

#[test]
fn on_a_terminal_the_key_is_asked_about_first_and_the_entry_then() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let words = ["host", "add", "lab-2"];
    let (shown, code) = desk.on_a_terminal(&words, &[("Is this the key of the host?", "n")]);
    assert_eq!((code, desk.known_hosts().as_str()), (3, ""), "{shown}");
    let yes = [("Is this the key of the host?", "y"), ("Go on?", "y")];
    let (shown, code) = desk.on_a_terminal(&words, &yes);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains(&fingerprint(&lab, "lab-2")), "{shown}");
    assert!(
        desk.config().ends_with("\n[[hosts]]\nname = \"lab-2\"\n"),
        "{}",
        desk.config()
    );
    let (shown, code) = desk.on_a_terminal(
        &["host", "add", "lab-3"],
        &[("Is this the key", "y"), ("Go on?", "n")],
    );
    assert_eq!(code, 3, "{shown}");
    assert!(
        shown.contains("The config was not changed; the host key is in"),
        "{shown}"
    );
}

#[test]
fn no_question_of_a_jump_hosts_ssh_reaches_the_terminal() {
    Lab::reset();
    let desk = Desk::new("Host lab-3\nProxyJump lab-1");
    let known = format!("{}[[hosts]]\nname = \"lab-3\"\n", desk.config_before());
    std::fs::write(desk.config_file(), known).unwrap();
    let (shown, code) = desk.on_a_terminal(&["status"], &[]);
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("lab-3: host key unknown: jump host lab-1") && !shown.contains("authenticity"),
        "{shown}"
    );
}

#[test]
fn no_question_of_the_ssh_of_a_proxy_command_reaches_the_terminal() {
    let lab = Lab::reset();
    let desk = Desk::new("");
    let door = address("lab-1");
    let passwords = "/etc/ssh/sshd_config.d/a-password.conf";
    let hup = "kill -HUP \"$(cat /run/sshd.pid)\"";
    lab.on(
        "lab-1",
        &format!(
            "echo PasswordAuthentication yes >{passwords}; {hup}; until sshd -T | grep -qx 'passwordauthentication yes'; do :; done; \
             : >/var/log/sshd.log"
        ),
    );
    let mut shown = Vec::new();
    // The operator's own ssh, which nobody told to ask nothing: about the key of the door, and for a password at it.
    for options in [
        "StrictHostKeyChecking=ask",
        "StrictHostKeyChecking=no -o PreferredAuthentications=password",
    ] {
        let ssh = format!(
            "Host lab-3\nProxyCommand ssh -F none -o UserKnownHostsFile=/dev/null -o {options} -W %h:%p ops@{door}\n"
        );
        let lab = std::fs::read_to_string(desk.folder.path().join("ssh")).unwrap();
        let file = desk.folder.path().join("asking");
        std::fs::write(&file, format!("{ssh}{lab}")).unwrap();
        let config = format!(
            "{CONFIG}\n[ssh]\nconfig_file = \"{}\"\n\n[[hosts]]\nname = \"lab-3\"\n",
            file.display()
        );
        std::fs::write(desk.config_file(), config).unwrap();
        shown.push(desk.on_a_terminal(&["status"], &[]).0);
    }
    let failed = lab.on(
        "lab-1",
        &format!("grep -ci 'failed password' /var/log/sshd.log; rm {passwords}; {hup}"),
    );
    for (shown, told) in shown.iter().zip([
        "lab-3: host key unknown: The authenticity of host".to_owned(),
        format!("lab-3: needs auth: ssh asks what nobody can answer here: ops@{door}'s password:"),
    ]) {
        assert!(shown.contains(&told), "{shown}");
        let asked = shown.replace(&told, "");
        assert!(
            !asked.contains("authenticity") && !asked.contains("password:"),
            "{shown}"
        );
    }
    assert_eq!(failed, "0", "nothing is answered with an empty password");
}
