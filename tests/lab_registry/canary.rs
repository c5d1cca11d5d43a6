//! A token that is looked for everywhere while it is used in every way in which it can be given, and when something fails.

use crate::rig::{Rig, build, place, ran};
use crate::scanner::{Scanner, forms, holds};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

const CANARY: &str = "canary~?>+/7f3a91c2d4b8e605";

/// The one that is put where it must be found: another, because the looks at all processes of tests side by side see each other's.
const FOUND: &str = "decoy~?>+/90b1e7d35ac24f68";

/// The files under a folder that hold one of these forms.
fn files_with(folder: &Path, forms: &[Vec<u8>], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files_with(&entry.path(), forms, found);
        } else if kind.is_file() && holds(&fs::read(entry.path()).unwrap_or_default(), forms) {
            found.push(entry.path().display().to_string());
        }
    }
}

/// The files of a host that hold one of these forms. They are told on the standard input, so that looking for them puts them nowhere.
fn files_of_host(host: &str, forms: &[Vec<u8>]) -> String {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
    let places = "/etc /root /home /tmp /run /srv /var/lib/tagboat /var/log /var/tmp /var/lib/docker/image /var/lib/docker/containerd";
    let look = format!("grep -rlaFs -f - --exclude-dir=overlay2 {places} | grep -v '^/run/lab' || true");
    let mut child = Command::new(lab)
        .args(["exec", host, "sh", "-c", &look])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&forms.join(&b'\n'))
        .unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout)
        .unwrap()
        .trim()
        .to_owned()
}

/// A credential helper that has the canary, and the folder in which it is.
fn helper(rig: &Rig) -> std::path::PathBuf {
    let folder = rig.docker.path().join("bin");
    fs::create_dir(&folder).unwrap();
    let answer = json!({"Username": "lab", "Secret": CANARY}).to_string();
    fs::write(folder.join("answer"), answer).unwrap();
    let program = folder.join("docker-credential-canary");
    fs::write(
        &program,
        format!("#!/bin/sh\nread key; cat '{}'\n", folder.join("answer").display()),
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Uses the canary in every way: from Docker's own file, from a helper, from a file and from the input; published, pulled, refused and
/// failed. What all of that said.
fn use_everywhere(rig: &Rig) -> String {
    let to = rig.repository();
    rig.log_in(&rig.address, CANARY);
    let mut said = rig.push("solo", &["--all"], 0).all;
    let bin = helper(rig);
    rig.docker_config(&json!({"credsStore": "canary"}));
    let words = ["publish", "solo1", "--to", &to, "--yes", "--json"];
    let mut helped = rig.command(&words);
    helped.env(
        "PATH",
        std::env::join_paths([bin, "/usr/bin".into(), "/bin".into()]).unwrap(),
    );
    said += &ran(&words, helped.spawn().unwrap(), 0).all;
    rig.docker_config(&json!({}));
    let through = [
        "push",
        "solo2",
        "--via",
        "registry",
        "--to",
        &to,
        "--all",
        "--yes",
        "--username",
        "lab",
    ];
    let piped = [&through[..], &["--token-stdin"]].concat();
    said += &rig.run_with(&piped, &format!("{CANARY}\n"), 0).all;
    said += &put_a_project(rig);
    // A job that fails in the middle, and a plan that the registry does not take.
    rig.lab.on(
        "lab-1",
        "rm -r /etc/docker/certs.d; docker rmi convocate:solo2 >/dev/null",
    );
    let file = rig.docker.path().join("token");
    fs::write(&file, CANARY).unwrap();
    let of_file = [&through[..], &["--json", "--token-file", file.to_str().unwrap()]].concat();
    said += &rig.run(&of_file, 4).all;
    said += &rig.run(&["job", "show", &rig.left_job(), "--json"], 0).all;
    Rig::set_password("not the canary");
    rig.log_in(&rig.address, CANARY);
    said += &rig.publish("v1.1.0", &[], 3).all;
    said += &rig.run(&["job", "list", "--json"], 0).all;
    said + &rig.run(&["config", "show"], 0).all
}

/// Has a host pull the image of a project, which does not run, so that all of it is taken off again. None on a lab without Compose.
fn put_a_project(rig: &Rig) -> String {
    let compose = "docker compose version --short 2>/dev/null || true";
    if rig.lab.on("lab-1", compose).is_empty() {
        return String::new();
    }
    let config = rig.docker.path().join("tagboat.toml");
    let fleet = fs::read_to_string(std::env::var("TAGBOAT_CONFIG").unwrap()).unwrap();
    let project = "[[projects]]\nname = \"canary\"\n\n[[projects.services]]\nname = \"agents\"\n";
    fs::write(&config, format!("{fleet}\n{project}")).unwrap();
    let to = rig.repository();
    let words = [
        "--config",
        config.to_str().unwrap(),
        "compose",
        "bootstrap",
        "canary",
        "--host",
        "lab-1",
        "--image",
        "solo1",
        "--via",
        "registry",
        "--to",
        &to,
        "--username",
        "lab",
        "--token-stdin",
        "--yes",
        "--json",
    ];
    let put = rig.run_with(&words, &format!("{CANARY}\n"), 1);
    assert_eq!(put.step("lab-1", "pull"), ["done"]);
    assert_eq!(put.step("lab-1", "put_back"), ["done"]);
    put.all
}

#[test]
fn a_token_is_in_no_output_argument_environment_journal_log_or_file_of_console_or_hosts() {
    let rig = Rig::up();
    for tag in ["solo", "solo1", "solo2"] {
        build(tag, 2_000_000);
    }
    Rig::set_password(CANARY);
    let scanner = Scanner::for_text(CANARY);
    let said = use_everywhere(&rig);
    scanner.round();
    assert_eq!(scanner.end(), [].into());
    let forms = forms(CANARY);
    assert!(said.contains("unauthorized") && said.contains("x509"), "{said}");
    assert!(!holds(said.as_bytes(), &forms));
    let mut found = Vec::new();
    let home = rig.tagboat.state().parent().unwrap().to_owned();
    assert!(home.join("state/published.jsonl").exists());
    files_with(&home, &forms, &mut found);
    for log in ["engine.log", "registry/log"] {
        let log = place().parent().unwrap().join(log);
        assert!(log.exists(), "{}", log.display());
        if holds(&fs::read(&log).unwrap(), &forms) {
            found.push(log.display().to_string());
        }
    }
    assert_eq!(found, [""; 0]);
    for host in ["lab-1", "lab-2"] {
        assert_eq!(files_of_host(host, &forms), "", "{host}");
    }
}

#[test]
fn the_look_finds_a_token_that_is_there() {
    let rig = Rig::up();
    let scanner = Scanner::for_text(FOUND);
    let encoded = forms(FOUND)
        .pop()
        .map(|form| String::from_utf8(form).unwrap())
        .unwrap();
    let mut in_words = Command::new("sleep").arg0_and(FOUND).spawn().unwrap();
    let mut in_environment = Command::new("sleep")
        .arg("60")
        .env("TOKEN", format!("a{encoded}b"))
        .spawn()
        .unwrap();
    scanner.round();
    for child in [&mut in_words, &mut in_environment] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let found = scanner.end();
    assert!(
        found.contains("cmdline of sleep") && found.contains("environ of sleep"),
        "{found:?}"
    );
    let hidden = format!("echo '{{\"auth\": \"{encoded}\"}}' >/root/hidden.json");
    rig.lab.on("lab-1", &hidden);
    assert_eq!(files_of_host("lab-1", &forms(FOUND)), "/root/hidden.json");
    fs::write(rig.docker.path().join("x"), format!("x{FOUND}")).unwrap();
    let mut found = Vec::new();
    files_with(rig.docker.path(), &forms(FOUND), &mut found);
    assert!(found[0].ends_with("/x"), "{found:?}");
}

/// A program that is called by another name than its own.
trait Called {
    fn arg0_and(&mut self, name: &str) -> &mut Self;
}

impl Called for Command {
    fn arg0_and(&mut self, name: &str) -> &mut Self {
        std::os::unix::process::CommandExt::arg0(self, name).arg("60")
    }
}
