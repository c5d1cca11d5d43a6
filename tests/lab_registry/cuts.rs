//! What is cut in the middle: a host, the registry, the console. It ends, it says how things are, and it is taken up.

use crate::rig::{Rig, build, docker, ran};
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, Instant};

const HOST: &str = "lab-1";

/// Whether this line tells bytes of a step that runs.
fn moves(line: &Value) -> bool {
    line["event"] == "progress" && line["progress"]["done"].as_u64().is_some_and(|done| done > 0)
}

fn signal(name: &str, id: u32) {
    let told = Command::new("kill")
        .args([&format!("-{name}"), &id.to_string()])
        .status()
        .unwrap();
    assert!(told.success());
}

/// The lab with an image at the source that nobody else has, as large as that.
fn with_image(bytes: u64) -> Rig {
    let rig = Rig::up();
    build("solo", bytes);
    rig
}

/// The words of its push through the registry.
fn pushing(to: &str) -> [&str; 10] {
    [
        "push", "solo", "--via", "registry", "--to", to, "--host", HOST, "--yes", "--json",
    ]
}

/// The words of its publication.
fn publishing(to: &str) -> [&str; 6] {
    ["publish", "solo", "--to", to, "--yes", "--json"]
}

/// It is in the registry, and a pull of it takes long enough to be met.
fn published_and_far() -> Rig {
    let rig = with_image(6_000_000);
    rig.publish("solo", &[], 0);
    rig.lab.run(&["shape", HOST, "rate=8mbit"]);
    rig
}

fn assert_stamped(rig: &Rig, reference: &str) {
    assert_eq!(
        rig.lab.on(HOST, "cat /etc/convocate-agent/current-image"),
        reference
    );
}

#[test]
fn a_host_that_is_cut_off_while_it_pulls_is_told_and_pulls_when_the_job_is_taken_up() {
    let rig = published_and_far();
    let to = rig.repository();
    let words = pushing(&to);
    let pulling = rig.until(&words, moves);
    rig.lab.run(&["cut", HOST]);
    let began = Instant::now();
    let cut = ran(&words, pulling, 1);
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    assert!(
        cut.errors.is_empty() || !cut.errors.contains("panicked"),
        "{}",
        cut.errors
    );
    rig.lab.run(&["heal", HOST]);
    rig.lab.run(&["shape", HOST, "off"]);
    assert_stamped(&rig, "convocate:v1.0.0");
    let resumed = rig.run(
        &["job", "resume", &rig.left_job(), "--yes", "--json", "--wait"],
        0,
    );
    assert_eq!(resumed.end(HOST).0, "done");
    assert_stamped(&rig, "convocate:solo");
}

#[test]
fn a_pull_that_is_interrupted_ends_at_once_and_is_taken_up() {
    let rig = published_and_far();
    let to = rig.repository();
    let words = pushing(&to);
    let pulling = rig.until(&words, moves);
    let began = Instant::now();
    signal("INT", pulling.id());
    ran(&words, pulling, 130);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    rig.lab.run(&["shape", HOST, "off"]);
    rig.run(&["job", "resume", &rig.left_job(), "--yes"], 0);
    assert_stamped(&rig, "convocate:solo");
}

#[test]
fn a_registry_that_says_nothing_any_more_keeps_nobody_who_wants_to_end_it() {
    let rig = with_image(60_000_000);
    let to = rig.repository();
    let publishing = rig.until(&publishing(&to), moves);
    rig.lab.run(&["registry", "pause"]);
    let began = Instant::now();
    signal("INT", publishing.id());
    let ended = publishing.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    rig.lab.run(&["registry", "continue"]);
    assert!(docker(&["image", "inspect", &format!("{to}:solo")]).is_err());
    let resumed = rig.run(&["job", "resume", &rig.left_job(), "--yes", "--json"], 0);
    assert_eq!(resumed.end("(source)").0, "done");
}

#[test]
fn a_registry_that_dies_in_the_middle_and_comes_back_gets_the_rest() {
    let rig = with_image(60_000_000);
    let to = rig.repository();
    let publishing = rig.until(&publishing(&to), moves);
    rig.lab.run(&["registry", "kill"]);
    rig.lab.run(&["registry", "start"]);
    let ended = publishing.wait_with_output().unwrap();
    assert_eq!(
        ended.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(rig.publish("solo", &[], 0).all.contains("there already"));
}

#[test]
fn a_console_that_dies_while_it_publishes_leaves_a_job_that_is_taken_up() {
    let rig = with_image(60_000_000);
    let to = rig.repository();
    let words = pushing(&to);
    let mut publishing = rig.until(&words, moves);
    signal("KILL", publishing.id());
    publishing.wait().unwrap();
    let resumed = rig.run(&["job", "resume", &rig.left_job(), "--yes", "--json"], 0);
    assert_eq!(resumed.end("(source)").0, "done");
    assert_eq!(resumed.end(HOST).0, "done");
    // The name that the first try left is gone, too.
    assert!(docker(&["image", "inspect", &format!("{to}:solo")]).is_err());
    assert_stamped(&rig, "convocate:solo");
}
