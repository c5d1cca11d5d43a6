//! What sessions write, read from real hosts: by number, by text, followed, and cut off.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod daily_rig;
mod headless;
mod real_fleet;

use daily_rig::Daily;
use headless::text;
use std::io::{BufRead, BufReader};

#[test]
fn lines_are_read_by_number_by_text_and_followed_until_the_session_ends() {
    let daily = Daily::reset();
    let run = "docker run -d --name convocate-session-told convocate:v1.0.0 sh -c 'echo one; echo Two >&2; printf \"\\033[31mthree\\033[0m\\033[2J\\n\"' >/dev/null";
    daily.on("lab-1", run);
    daily.on("lab-1", "docker wait convocate-session-told >/dev/null");
    let read =
        |words: &[&str], code| daily.run(&[&["logs", "told", "--host", "lab-1"], words].concat(), code);
    // What is written to the two streams at the same time comes in either order.
    let all = read(&[], 0);
    assert_eq!(all.lines().count(), 3, "{all}");
    assert!(
        all.contains("three\\x1b[2J"),
        "colours go, the rest is harmless: {all}"
    );
    assert_eq!(read(&["--tail", "1"], 0).lines().count(), 1);
    assert_eq!(read(&["--grep", "two"], 0), "Two\n");
    assert_eq!(
        read(&["--grep", "two", "--json"], 0),
        "{\"v\":1,\"event\":\"line\",\"stream\":\"stderr\",\"text\":\"Two\"}\n"
    );
    assert_eq!(read(&["--since", "2099-01-01T00:00:00Z"], 0), "");
    read(&["--since", "yesterday"], 2);
    assert!(read(&["--follow"], 0).contains("the container ended with exit code 0"));

    daily.on(
        "lab-1",
        "docker run -d --log-driver none --name convocate-session-mute convocate:v1.0.0 >/dev/null",
    );
    let told = daily.run(&["logs", "mute", "--host", "lab-1"], 1);
    assert!(told.contains("keeps nothing that could be read"), "{told}");
}

#[test]
fn following_ends_with_a_reason_when_the_host_is_cut_off() {
    let daily = Daily::reset();
    let name = daily.on(
        "lab-1",
        "docker ps --format '{{.Names}}' --filter name=convocate-session | head -n 1",
    );
    let mut child = daily
        .tagboat
        .command(&daily.words(&["logs", &name, "-f", "--host", "lab-1"]))
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("heartbeat"));
    daily.lab.run(&["cut", "lab-1"]);
    let output = child.wait_with_output().unwrap();
    daily.lab.run(&["heal", "lab-1"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(
        told.contains("the connection to lab-1 was lost") && told.contains("follow it again"),
        "{told}"
    );
}
