//! Checks of images that a real engine built, loaded and imported: with and without probes, and never with a value in what is said.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod headless;

use headless::{Tagboat, text};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A value that stands for every secret.
const CANARY: &str = "cAnArY7Zq93LmPx2";

/// What a program sees that is shut off from everything.
const SHUT_OFF: &str = "#!/bin/sh
touch /written 2>/dev/null && { echo the root can be written; exit 9; }
[ \"$(ls /sys/class/net)\" = lo ] || { echo there is a network; exit 8; }
grep -q '^CapEff:.*0000000000000000' /proc/self/status || { echo there are capabilities; exit 7; }
grep -q '^NoNewPrivs:.*1' /proc/self/status || { echo privileges can be gained; exit 6; }
[ \"$(id -un)\" = agent ] || { echo it is somebody else; exit 5; }
touch /tmp/x || { echo there is no room for temporary files; exit 4; }
grep -q '^tmpfs /scratch tmpfs ' /proc/mounts || { echo it has a volume; exit 3; }
echo cloche-agent 1.0
";

fn docker(words: &[&str]) -> String {
    let output = Command::new("docker")
        .env("DOCKER_BUILDKIT", "0")
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// An image of cloche's kind under this tag, with this agent and these instructions behind the others.
fn build(tag: &str, agent: &str, more: &str) {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, mode: u32, text: &str| {
        let path = folder.path().join("root").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    put(
        "etc/passwd",
        0o644,
        "root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000::/home/agent:/bin/sh\n",
    );
    put("etc/group", 0o644, "root:x:0:\nagent:x:1000:\n");
    put("usr/local/bin/cloche-agent", 0o755, agent);
    for name in ["clo", "git", "gosu"] {
        put(&format!("usr/local/bin/{name}"), 0o755, "#!/bin/sh\necho 1.0\n");
    }
    fs::write(folder.path().join("canary"), format!("{CANARY}\n")).unwrap();
    let text = format!(
        "FROM convocate:v1.0.0\nCOPY root/ /\nRUN mkdir -p /home/agent /workspace && chown 1000:1000 /home/agent /workspace\n\
         WORKDIR /workspace\nUSER agent\n{more}"
    );
    fs::write(folder.path().join("Dockerfile"), text).unwrap();
    docker(&[
        "build",
        "--quiet",
        "--network",
        "none",
        "--tag",
        tag,
        folder.path().to_str().unwrap(),
    ]);
}

/// Images that are gone at the end of a test.
struct Built(Vec<&'static str>);

impl Drop for Built {
    fn drop(&mut self) {
        let removed = Command::new("docker").arg("rmi").args(&self.0).output();
        assert!(removed.is_ok() || std::thread::panicking());
    }
}

fn findings(output: &Output) -> Vec<(String, String)> {
    let event: Value = serde_json::from_slice(&output.stdout).unwrap();
    let word = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let all = event["findings"].as_array().unwrap().iter();
    let bad = all.filter(|one| matches!(one["outcome"].as_str(), Some("fail" | "warning")));
    bad.map(|one| (word(one, "id"), word(one, "found"))).collect()
}

fn leftovers() -> String {
    docker(&["ps", "--all", "--quiet", "--filter", "label=tagboat.probe"])
}

fn volumes() -> String {
    docker(&["volume", "ls", "--quiet"])
}

/// No file below a folder holds the value.
fn holds_no_value(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().unwrap().is_dir() {
            holds_no_value(&entry.path());
        } else {
            let bytes = fs::read(entry.path()).unwrap();
            assert!(
                !String::from_utf8_lossy(&bytes).contains(CANARY),
                "{}",
                entry.path().display()
            );
        }
    }
}

#[test]
fn a_good_image_is_good_from_its_files_and_when_its_programs_are_run_shut_off_from_everything() {
    let _built = Built(vec!["check-good:v1"]);
    build("check-good:v1", SHUT_OFF, "");
    let before = volumes();
    let tagboat = Tagboat::new();
    let plain = tagboat.run(&["check", "check-good:v1", "--contract", "cloche", "--json"], 0);
    assert_eq!(findings(&plain), []);
    let probed = tagboat.run(
        &[
            "check",
            "check-good:v1",
            "--contract",
            "cloche",
            "--probe",
            "--json",
        ],
        0,
    );
    assert_eq!(findings(&probed), []);
    assert!(text(&probed.stdout).contains("run-cloche-agent"));
    assert_eq!((leftovers().as_str(), volumes()), ("", before));
}

#[test]
fn a_probe_finds_what_files_do_not_tell_and_leaves_nothing_behind() {
    let _built = Built(vec!["check-broken:v1"]);
    let script =
        format!("#!/bin/sh\necho starting >&2\necho it has no ghp_{CANARY}{CANARY}aaaa >&2\nexit 3\n");
    build("check-broken:v1", &script.replace("ghp_", "g''hp_"), "");
    let tagboat = Tagboat::new();
    let words = ["check", "check-broken:v1", "--contract", "cloche", "--json"];
    assert_eq!(findings(&tagboat.run(&words, 0)), []);
    let probed = tagboat.run(&[&words[..], &["--probe"]].concat(), 1);
    let [(id, found)] = &findings(&probed)[..] else {
        panic!("{}", text(&probed.stdout))
    };
    assert_eq!(id, "run-cloche-agent");
    // What it said looks like a secret, so that is all that is told of it.
    assert!(!found.contains(CANARY) && !found.is_empty(), "{found}");
    assert_eq!(leftovers(), "");
}

#[test]
fn a_probe_that_is_interrupted_removes_its_container() {
    let _built = Built(vec!["check-hangs:v1"]);
    build("check-hangs:v1", "#!/bin/sh\nexec sleep 600\n", "");
    let tagboat = Tagboat::new();
    let mut child = tagboat
        .command(&["check", "check-hangs:v1", "--contract", "cloche", "--probe"])
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while docker(&["ps", "--quiet", "--filter", "label=tagboat.probe"]).is_empty() {
        assert!(Instant::now() < deadline, "no probe was started");
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(leftovers(), "");
}

#[test]
fn secrets_are_found_wherever_they_are_and_said_nowhere() {
    let _built = Built(vec!["check-secret:v1"]);
    let more = format!(
        "ARG NPM_TOKEN={CANARY}\nRUN echo $NPM_TOKEN >/dev/null\nENV DB_PASSWORD={CANARY}\nLABEL api-key={CANARY}\n\
         COPY canary /home/agent/.gh_token\nUSER root\nRUN rm /home/agent/.gh_token\nUSER agent\n"
    );
    build("check-secret:v1", SHUT_OFF, &more);
    let tagboat = Tagboat::new();
    let check = ["check", "check-secret:v1", "--contract", "cloche"];
    let mut said = String::new();
    for form in [&[][..], &["--json"], &["--sarif"]] {
        let output = tagboat.run(&[&check[..], form].concat(), 1);
        said += &text(&output.stdout);
        said += &text(&output.stderr);
    }
    assert!(!said.contains(CANARY), "{said}");
    // The cache holds the layers as they are, packed; what is written in words does not hold the value.
    holds_no_value(&tagboat.state());
    let json = tagboat.run(&[&check[..], &["--json"]].concat(), 1);
    let mut ids: Vec<String> = findings(&json).into_iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(
        ids,
        ["secret-env", "secret-file", "secret-history", "secret-label"]
    );
    assert!(text(&json.stdout).contains("/home/agent/.gh_token"));
    assert!(
        said.contains("deletes or overwrites it, and it is still in the image"),
        "{said}"
    );
}

#[test]
fn images_that_were_imported_or_loaded_are_checked_like_those_that_were_built() {
    let _built = Built(vec!["check-imported:v1", "check-loaded:v1"]);
    build("check-loaded:v1", SHUT_OFF, "");
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let container = docker(&["create", "check-loaded:v1"]);
    docker(&["export", "--output", &file("flat.tar"), container.trim()]);
    docker(&["rm", container.trim()]);
    docker(&["import", &file("flat.tar"), "check-imported:v1"]);
    docker(&["save", "--output", &file("saved.tar"), "check-loaded:v1"]);
    docker(&["rmi", "check-loaded:v1"]);
    docker(&["load", "--input", &file("saved.tar")]);
    let tagboat = Tagboat::new();
    let loaded = tagboat.run(&["check", "check-loaded:v1", "--contract", "cloche", "--json"], 0);
    assert_eq!(findings(&loaded), []);
    // An import keeps the files and none of the settings.
    let imported = tagboat.run(
        &["check", "check-imported:v1", "--contract", "cloche", "--json"],
        0,
    );
    let ids: Vec<String> = findings(&imported).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["user", "workdir"]);
}

#[test]
fn an_image_that_is_not_here_is_told_with_the_way_on() {
    let output = Tagboat::new().run(&["check", "convocate:v9.9.9"], 2);
    assert!(
        text(&output.stderr).contains("convocate:v9.9.9 is not here"),
        "{}",
        text(&output.stderr)
    );
    let output = Tagboat::new().run(&["check", "v1.0.0"], 1);
    let said = text(&output.stdout);
    assert!(
        said.starts_with("convocate:v1.0.0 against the contract convocate:") && said.contains("FAIL    tmux"),
        "{said}"
    );
}
