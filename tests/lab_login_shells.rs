//! Logins as they are found on real hosts: shells of every kind, login files that print, forced commands, sudo that asks,
//! keys that nobody trusts. Each works, or says what is wrong and what mends it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod real_fleet;
mod ssh_fleet;

use real_fleet::Lab;
use ssh_fleet::{Names, settings};
use std::time::Duration;
use tagboat::model::fleet::{ConnectionProblem, Listing};
use tagboat::ops::ports::{Script, ScriptCall};
use tokio::task::JoinSet;

/// An account of one host for one test; removed again at its end.
struct Account<'a> {
    lab: &'a Lab,
    host: &'static str,
    name: &'static str,
}

impl<'a> Account<'a> {
    /// An account that may open the Docker socket, with this login shell, that the lab's key is let into.
    fn new(lab: &'a Lab, host: &'static str, name: &'static str, shell: &str) -> Self {
        lab.on(
            host,
            &format!(
                "userdel -rf {name} 2>/dev/null; useradd -m -G docker -s {shell} {name} && passwd -q -d {name} >/dev/null; \
                 install -d -m 700 -o {name} ~{name}/.ssh && install -m 600 -o {name} /lab/authorized_keys ~{name}/.ssh/"
            ),
        );
        Self { lab, host, name }
    }

    /// A file of its home folder is what this shell line prints.
    fn file(self, path: &str, line: &str) -> Self {
        let name = self.name;
        self.lab.on(
            self.host,
            &format!("install -D -o {name} /dev/null ~{name}/{path} && {{ {line}; }} >~{name}/{path}"),
        );
        self
    }

    /// A line of sudo's rules.
    fn sudo(self, rules: &str) -> Self {
        let name = self.name;
        self.lab.on(
            self.host,
            &format!("printf '{rules}\\n' >/etc/sudoers.d/{name}; gpasswd -d {name} docker >/dev/null"),
        );
        self
    }

    fn address(&self) -> String {
        format!("{}@{}", self.name, self.host)
    }
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        let name = self.name;
        self.lab.on(
            self.host,
            &format!("pkill -KILL -u {name}; userdel -rf {name} 2>/dev/null; rm -f /etc/sudoers.d/{name}"),
        );
    }
}

fn assert_is_whole(listing: &Listing, who: &str) {
    let sessions = listing
        .containers
        .values()
        .filter(|container| container.session.is_some());
    assert_eq!(sessions.count(), 3, "{who}");
    assert_eq!(
        listing.stamp.active().unwrap().to_string(),
        "convocate:v1.0.0",
        "{who}"
    );
    assert!(listing.facts.as_ref().unwrap().space.staging > 0, "{who}");
}

#[tokio::test]
async fn a_host_is_listed_whatever_its_login_shell_is() {
    let lab = Lab::reset();
    let names = Names::new();
    for (name, shell) in [
        ("tb-fish", "/usr/bin/fish"),
        ("tb-tcsh", "/usr/bin/tcsh"),
        ("tb-bash", "/bin/bash"),
        ("tb-dash", "/bin/dash"),
    ] {
        let account = Account::new(&lab, "lab-1", name, shell);
        let listing = names.list(&account.address()).await;
        assert_is_whole(
            &listing.unwrap_or_else(|problem| panic!("{shell}: {problem}")),
            shell,
        );
    }
}

/// Prints each argument on a line of its own, quotes and all.
const SHOW: Script = Script {
    name: "show",
    text: "for word; do printf '<%s>\n' \"$word\"; done; cat",
};

#[tokio::test]
async fn arguments_and_input_reach_a_script_through_every_login_shell_and_are_never_executed() {
    let lab = Lab::reset();
    let names = Names::new();
    let long = "x".repeat(4096);
    let hostile = [
        "$(touch /tmp/owned)",
        "`touch /tmp/owned`",
        ";touch /tmp/owned",
        "a'b\"c",
        "!!",
        "-n",
        "a\nb",
        "\\",
        &long,
    ];
    for (name, shell) in [
        ("tb-fish", "/usr/bin/fish"),
        ("tb-tcsh", "/usr/bin/tcsh"),
        ("tb-bash", "/bin/bash"),
    ] {
        let account = Account::new(&lab, "lab-1", name, shell);
        let connector = names.connector();
        let connected = connector.connect(&settings(&account.address())).await.unwrap();
        let mut input: &[u8] = b"what is sent\n";
        let mut call = ScriptCall::question(SHOW, hostile);
        call.input = Some(&mut input);
        let output = connected.link.shell.run(call).await.unwrap();
        let wanted = hostile.map(|word| format!("<{word}>\n")).concat();
        assert_eq!(output.stdout, format!("{wanted}what is sent\n"), "{shell}");
    }
    assert_eq!(lab.on("lab-1", "ls /tmp/owned 2>/dev/null || true"), "");
}

/// The most memory that this process ever had.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

#[tokio::test]
async fn ten_megabytes_that_a_login_file_prints_are_neither_read_as_answers_nor_kept() {
    let lab = Lab::reset();
    let names = Names::new();
    let noise = r"printf '%s\n' 'printf \'stamp_state=read\\nsocket=open\\n\\033[31mWelcome\\n\'; head -c 10000000 /dev/zero | tr \'\\0\' x; echo oops >&2'"
        .replace("\\'", "'\\''");
    names.list("lab-1").await.unwrap();
    let before = peak();
    let account = Account::new(&lab, "lab-1", "tb-noisy", "/bin/bash").file(".bashrc", &noise);
    let heard = lab.on("lab-1", "su tb-noisy -c '. ~/.bashrc' 2>/dev/null | wc -c");
    assert!(heard.parse::<u64>().unwrap() > 10_000_000, "{heard}");
    assert_is_whole(&names.list(&account.address()).await.unwrap(), "noisy");
    let grown = peak() - before;
    assert!(grown < 8 << 10, "{grown} kB more for 10 MB of noise");
}

#[tokio::test]
async fn whatever_language_and_banner_a_login_has_scripts_run_without_a_language_and_reasons_stay_what_they_are()
 {
    let lab = Lab::reset();
    let banner = "/etc/ssh/sshd_config.d/a-banner.conf";
    let hup = "kill -HUP \"$(cat /run/sshd.pid)\"";
    // What ssh itself says when a login fails, among escapes and 1000 lines.
    let text = "Permission denied (owner).\\nHost key verification failed.\\nOffending key in /x:1\\nkex_exchange_identification: Connection closed by remote host\\033[2J\\n";
    lab.on(
        "lab-1",
        &format!(
            "printf '{text}' >/run/banner; yes 'Unauthorised use is prohibited.' | head -n 1000 >>/run/banner; \
             echo Banner /run/banner >{banner}; {hup}; until sshd -T | grep -qx 'banner /run/banner'; do :; done"
        ),
    );
    let mut names = Names::new();
    names.name("stranger", "lab-1", "  User nobody");
    let mut told = Vec::new();
    for (name, shell, file, line) in [
        (
            "tb-de",
            "/bin/bash",
            ".bashrc",
            "export LC_ALL=de_DE.UTF-8 LANGUAGE=de",
        ),
        (
            "tb-tr",
            "/usr/bin/fish",
            ".config/fish/config.fish",
            "set -gx LC_ALL tr_TR.UTF-8",
        ),
    ] {
        let account = Account::new(&lab, "lab-1", name, shell).file(file, &format!("echo '{line}'"));
        let show = Script {
            name: "language",
            text: "printf '%s' \"$LC_ALL\"",
        };
        let connector = names.connector();
        let connected = connector.connect(&settings(&account.address())).await.unwrap();
        let output = connected
            .link
            .shell
            .run(ScriptCall::question(show, [""; 0]))
            .await;
        told.push((name, output.unwrap().stdout, names.list(&account.address()).await));
    }
    let denied = names.connect("stranger").await.err().unwrap();
    lab.on("lab-1", &format!("rm {banner}; {hup}"));
    for (name, language, listing) in told {
        assert_eq!(language, "C", "{name}");
        assert_is_whole(&listing.unwrap(), name);
    }
    let said = denied.to_string();
    assert!(
        said.starts_with("needs auth: nobody@") && said.ends_with("Permission denied (publickey)."),
        "{said}"
    );
}

#[tokio::test]
async fn a_noisy_login_that_reaches_docker_only_by_sudo_is_listed_too() {
    let lab = Lab::reset();
    let names = Names::new();
    let noise = r"echo 'echo Welcome; head -c 100000 /dev/zero | tr \\0 x'";
    let account = Account::new(&lab, "lab-1", "tb-ops", "/bin/bash")
        .file(".bashrc", noise)
        .sudo("tb-ops ALL=(ALL) NOPASSWD: ALL");
    assert_is_whole(&names.list(&account.address()).await.unwrap(), "sudo");
}

#[tokio::test]
async fn a_login_that_runs_no_commands_says_what_it_says_instead() {
    let lab = Lab::reset();
    let names = Names::new();
    let forced = |command: &str| format!("printf 'command=\"{command}\" '; cat /lab/authorized_keys");
    let keys = ".ssh/authorized_keys";
    let refusing = Account::new(&lab, "lab-1", "tb-nologin", "/usr/sbin/nologin");
    let backups =
        Account::new(&lab, "lab-1", "tb-forced", "/bin/sh").file(keys, &forced("echo only backups here"));
    let files = Account::new(&lab, "lab-1", "tb-files", "/bin/sh").file(keys, &forced("internal-sftp"));
    for (account, said) in [
        (refusing, "This account is currently not available."),
        (backups, "only backups here"),
        (files, "This service allows sftp connections only."),
    ] {
        let problem = names.connect(&account.address()).await.err().unwrap();
        assert_eq!(problem, ConnectionProblem::NoShell(said.to_owned()));
        assert!(
            !problem.is_passing() && problem.advice().contains("chsh"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn sudo_that_wants_a_password_or_a_terminal_is_told_in_its_own_words() {
    let lab = Lab::reset();
    let names = Names::new();
    let password = Account::new(&lab, "lab-1", "tb-pass", "/bin/sh").sudo("tb-pass ALL=(ALL) ALL");
    lab.on("lab-1", "echo tb-pass:secret | chpasswd");
    let tty = Account::new(&lab, "lab-1", "tb-tty", "/bin/sh")
        .sudo("Defaults:tb-tty requiretty\\ntb-tty ALL=(ALL) NOPASSWD: ALL");
    for (account, said) in [
        (password, "a password is required"),
        (tty, "you must have a tty to run sudo"),
    ] {
        let problem = names.connect(&account.address()).await.err().unwrap();
        let told = problem.to_string();
        assert!(
            matches!(problem, ConnectionProblem::DockerDenied(_)) && told.contains(said),
            "{told}"
        );
        assert!(
            problem.advice().contains("sudo -n docker"),
            "{}",
            problem.advice()
        );
    }
}

#[tokio::test]
async fn a_host_with_one_session_for_each_connection_answers_one_script_after_the_other() {
    let lab = Lab::reset();
    let limit = "/etc/ssh/sshd_config.d/a-limit.conf";
    let hup = "kill -HUP \"$(cat /run/sshd.pid)\"";
    lab.on(
        "lab-1",
        &format!("echo MaxSessions 1 >{limit}; {hup}; until sshd -T | grep -qx 'maxsessions 1'; do :; done"),
    );
    let names = Names::new();
    let connector = names.connector();
    let connected = connector.connect(&settings("lab-1")).await;
    let mut at_once = JoinSet::new();
    if let Ok(connected) = connected {
        for n in 0..6 {
            let shell = connected.link.shell.clone();
            at_once.spawn(async move {
                let mut input: &[u8] = b"";
                let mut call = ScriptCall::question(SHOW, [n.to_string()]).within(Duration::from_secs(30));
                call.input = Some(&mut input);
                shell.run(call).await.map(|output| output.stdout)
            });
        }
    }
    let answers = at_once.join_all().await;
    let listing = names.list("lab-1").await;
    lab.on("lab-1", &format!("rm {limit}; {hup}"));
    let mut answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    answers.sort();
    assert_eq!(answers, ["<0>\n", "<1>\n", "<2>\n", "<3>\n", "<4>\n", "<5>\n"]);
    assert_is_whole(&listing.unwrap(), "MaxSessions 1");
}

#[tokio::test]
async fn a_key_that_is_unknown_or_changed_is_told_with_its_fingerprint_and_the_exact_command() {
    let lab = Lab::reset();
    let mut names = Names::new();
    let key = |host: &str| lab.on(host, "cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    let print = lab.on(
        "lab-1",
        "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2",
    );
    let other = names.file("other", &format!("# mine\nlab-1 {}\n", key("lab-2")));
    let nobody = names.file("nobody", "");
    names.host(
        "stranger",
        "lab-1",
        &format!("  UserKnownHostsFile {}", nobody.display()),
    );
    names.host(
        "changed",
        "lab-1",
        &format!("  UserKnownHostsFile {}", other.display()),
    );
    let unknown = names.connect("stranger").await.err().unwrap();
    let config = nobody.with_file_name("ssh_config");
    assert_eq!(
        unknown,
        ConnectionProblem::HostKeyUnknown(format!(
            "ssh-ed25519 {print} is in no known_hosts file; if it is the right one, trust it with: \
             ssh -F '{}' -o StrictHostKeyChecking=ask 'stranger' true",
            config.display()
        ))
    );
    let changed = names.connect("changed").await.err().unwrap();
    let file = other.display();
    assert_eq!(
        changed,
        ConnectionProblem::HostKeyChanged(format!(
            "it shows {print}, and not the key at {file}:2; once you know why, forget that one with: ssh-keygen -f '{file}' -R 'lab-1'"
        ))
    );
    assert!(!unknown.is_passing() && !changed.is_passing());
    let kept = std::fs::read_to_string(&nobody).unwrap();
    assert_eq!(kept, "", "nothing is trusted by itself");
}
