//! A host is added only when it works, and its key is trusted only when somebody vouches for it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked;
mod desk;
#[path = "../headless/mod.rs"]
mod headless;
#[path = "../real_fleet/mod.rs"]
mod real_fleet;

use desk::{Desk, address, fingerprint, public_key};
use headless::text;
use real_fleet::Lab;
use std::process::Command;

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
fn another_name_of_a_machine_that_is_there_already_is_told_before_it_is_added_and_by_every_look_after() {
    let lab = Lab::reset();
    let theirs = std::fs::read_to_string(std::env::var("TAGBOAT_LAB_SSH_CONFIG").unwrap()).unwrap();
    let block = theirs
        .split("Host ")
        .find(|block| block.starts_with("lab-1\n"))
        .unwrap();
    let own: Vec<_> = block
        .lines()
        .skip(1)
        .filter(|line| !line.contains("KnownHosts"))
        .collect();
    let desk = Desk::new(&format!("Host twin\n{}", own.join("\n")));
    for host in ["lab-1", "lab-2"] {
        let said = desk.added(&[host, "--trust-key", &fingerprint(&lab, host)]);
        assert!(
            !said.contains("same machine"),
            "hosts of the lab share a kernel: {said}"
        );
    }
    let said = desk.added(&["twin"]);
    assert!(
        said.contains("note: lab-1 is the same machine (one engine)"),
        "{said}"
    );
    let file = desk.config_file();
    let of = |words: &[&str], code| {
        let words = [&["--config", file.to_str().unwrap()], words].concat();
        text(&desk.tagboat.run(&words, code).stdout)
    };
    let told = of(&["status"], 0);
    assert!(
        told.contains("lab-1: the same machine as twin: its sessions are there twice"),
        "{told}"
    );
    assert!(!told.contains("lab-2: the same"), "{told}");
    let told = of(&["status", "--json"], 0);
    assert!(told.contains(r#""same_machine_as":["lab-1"]"#), "{told}");
    let told = text(
        &desk
            .tagboat
            .command(&[
                "--config",
                file.to_str().unwrap(),
                "host",
                "doctor",
                "twin",
                "lab-1",
            ])
            .output()
            .unwrap()
            .stdout,
    );
    assert!(
        told.contains("it is the same machine as lab-1 (one engine)"),
        "{told}"
    );
}
