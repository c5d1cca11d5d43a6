//! The lease of a real host between consoles: seen by all, waited for, taken over when it has run out, and lost by whoever
//! could not renew it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod headless;
mod real_fleet;

use headless::{Tagboat, text};
use real_fleet::Lab;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tagboat::model::profile::Profile;
use tagboat::model::setup::prune_script;

const HOST: &str = "lab-1";

/// A push that takes longer than any test, while it sends.
fn long_push(tagboat: &Tagboat) -> Child {
    let words = [
        "push", "v1.1.0", "--host", HOST, "--yes", "--json", "--mode", "full", "--limit", "50K",
    ];
    tagboat.until_step(&words, "send")
}

fn activate(tagboat: &Tagboat, more: &[&str], code: i32) -> Vec<Value> {
    let words = ["activate", "v0.9.0", "--host", HOST, "--yes", "--json"];
    tagboat.lines(&[&words[..], more].concat(), code)
}

fn stamp(lab: &Lab) -> String {
    lab.on(HOST, "cat /etc/convocate-agent/current-image")
}

/// What was said on the track of a run.
fn said(lines: &[Value]) -> String {
    let logs = lines.iter().filter(|line| line["event"] == "log");
    logs.map(|line| line["line"].as_str().unwrap().to_owned() + "\n")
        .collect()
}

fn failure(lines: &[Value]) -> String {
    let ended = lines.iter().find(|line| line["event"] == "target_ended").unwrap();
    ended["result"]["detail"]["cause"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Waits for a job that has not ended.
fn open_job(tagboat: &Tagboat) -> String {
    loop {
        let jobs = tagboat.lines(&["job", "list", "--host", HOST, "--json"], 0);
        let jobs = jobs[0]["jobs"].as_array().unwrap();
        if let Some(job) = jobs.iter().find(|job| job["ended_at"].is_null()) {
            return job["id"].as_str().unwrap().to_owned();
        }
    }
}

/// Stops a console, or lets it go on, with the ssh processes that carry its connections: as if its link were cut.
fn signal(console: &Child, name: &str) {
    let id = console.id().to_string();
    let told = Command::new("sh")
        .args(["-c", "kill -\"$2\" $1 $(pgrep -P $1)", "-", &id, name])
        .status()
        .unwrap();
    assert!(told.success());
}

#[test]
fn who_changes_a_host_is_seen_by_every_other_console_and_by_a_login_without_root() {
    let lab = Lab::reset();
    let (first, second) = (Tagboat::new(), Tagboat::new());
    let mut push = long_push(&first);
    let host = second.host(HOST);
    let lease = &host["lease"];
    assert_eq!(
        lease["holder"],
        format!("lab@desk (process {})", push.id()),
        "{host}"
    );
    assert_eq!(lease["what"], "push");
    let left = lease["seconds_left"].as_u64().unwrap();
    assert!((1..=60).contains(&left), "{lease}");
    let told = text(&second.run(&["status", "--host", HOST], 0).stdout);
    assert!(told.contains("is changing this host (push, job "), "{told}");
    let mode = lab.on(
        HOST,
        "stat -c %a /etc/convocate-agent/lease /var/lib/tagboat | tr '\\n' ' '",
    );
    assert_eq!(mode, "644 700");
    let refused = activate(&second, &[], 1);
    assert!(
        failure(&refused).contains(&format!("lab@desk (process {}) is changing this host", push.id())),
        "{refused:?}"
    );
    signal(&push, "INT");
    push.wait().unwrap();
    assert_eq!(second.host(HOST)["lease"], Value::Null);
    assert_eq!(
        lab.on(HOST, "ls /etc/convocate-agent/lease 2>/dev/null || true"),
        ""
    );
}

#[test]
fn a_job_that_waits_for_another_ones_host_goes_on_when_that_is_done() {
    let lab = Lab::reset();
    let (first, second) = (Tagboat::new(), Tagboat::new());
    let mut push = long_push(&first);
    let words = [
        "activate",
        "v0.9.0",
        "--host",
        HOST,
        "--yes",
        "--json",
        "--wait=2m",
    ];
    let waiting = second.command(&words).spawn().unwrap();
    open_job(&second);
    signal(&push, "INT");
    push.wait().unwrap();
    let output = waiting.wait_with_output().unwrap();
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("waiting for its end, at most 2 min"), "{told}");
    assert_eq!(stamp(&lab), "convocate:v0.9.0");
}

#[test]
fn a_job_that_waits_can_be_cancelled_and_waits_no_longer_than_was_said() {
    let _lab = Lab::reset();
    let (first, second) = (Tagboat::new(), Tagboat::new());
    let mut push = long_push(&first);
    let began = Instant::now();
    let late = activate(&second, &["--wait=3s"], 1);
    assert!(failure(&late).contains("s were waited"), "{late:?}");
    assert!(began.elapsed() < Duration::from_secs(30));
    let words = ["activate", "v0.9.0", "--host", HOST, "--yes", "--json", "--wait"];
    let mut waiting = second.command(&words).spawn().unwrap();
    let job = open_job(&second);
    while second
        .command(&["job", "cancel", &job, "-y"])
        .output()
        .unwrap()
        .status
        .code()
        != Some(0)
    {}
    assert_eq!(waiting.wait().unwrap().code(), Some(130));
    signal(&push, "INT");
    push.wait().unwrap();
}

#[test]
fn the_host_of_a_console_that_vanished_is_taken_when_its_lease_has_run_out_and_that_one_changes_it_no_more() {
    let lab = Lab::reset();
    let (first, second) = (Tagboat::new(), Tagboat::new());
    let push = long_push(&first);
    signal(&push, "STOP");
    let refused = activate(&second, &[], 1);
    assert!(failure(&refused).contains("is changing this host"), "{refused:?}");
    let began = Instant::now();
    let lines = activate(&second, &["--wait=3m"], 0);
    let waited = began.elapsed();
    println!(
        "a lease whose console vanished was taken after {} s",
        waited.as_secs()
    );
    assert!(waited < Duration::from_secs(90), "{waited:?}");
    assert!(
        said(&lines).contains("renewed its lease no more: taken over"),
        "{lines:?}"
    );
    assert_eq!(stamp(&lab), "convocate:v0.9.0");
    let lease = "for lease in /var/lib/tagboat/lease.*; do cut -f 1,3 $lease; done; cat /etc/convocate-agent/lease 2>/dev/null || true";
    let before = lab.on(HOST, lease);
    signal(&push, "CONT");
    let output = push.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let jobs = first.lines(&["job", "list", "--json"], 0);
    let shown = first.lines(
        &[
            "job",
            "show",
            jobs[0]["jobs"][0]["id"].as_str().unwrap(),
            "--json",
        ],
        0,
    );
    let cause = shown[0]["targets"][0]["detail"]["cause"].as_str().unwrap();
    assert!(cause.contains("the lease of this host was lost"), "{cause}");
    assert_eq!(stamp(&lab), "convocate:v0.9.0");
    assert_eq!(lab.on(HOST, "docker images -q convocate:v1.1.0"), "");
    assert_eq!(
        lab.on(HOST, lease),
        before,
        "whose lease was lost gives none back"
    );
}

/// Has a console begin a restart on a host, and kills both in the middle of it; the session.
fn restart_left_open(lab: &Lab, console: &Tagboat, host: &str) -> String {
    lab.on(host, "docker tag convocate:v1.0.0 convocate:v1.1.0");
    let name = lab.first_session(host);
    let point = lab.crash_point(host, &name, "rename");
    let words = [
        "session", "restart", &name, "--host", host, "--tag", "v1.1.0", "--yes", "--json",
    ];
    let mut killed = console.until_step(&words, "hold");
    killed.kill().unwrap();
    killed.wait().unwrap();
    lab.on(host, &format!("while [ -e {point} ]; do sleep 0.1; done"));
    name
}

/// How its restart has ended, as soon as it has, and what the session runs then.
fn end_of_restart(lab: &Lab, host: &str, name: &str) -> String {
    lab.on(
        host,
        &format!(
            "until cat /var/lib/tagboat/restarts/*-{name}/ended 2>/dev/null; do sleep 0.2; done; \
             docker inspect -f '{{{{.Config.Image}}}} {{{{.State.Status}}}}' {name}"
        ),
    )
}

#[test]
fn a_restart_that_a_killed_console_left_open_is_taken_up_by_whoever_takes_the_host_next() {
    let lab = Lab::reset();
    let (first, second) = (Tagboat::new(), Tagboat::new());
    let name = restart_left_open(&lab, &first, HOST);
    let lines = activate(&second, &[], 0);
    assert!(said(&lines).contains("taken over"), "{lines:?}");
    assert_eq!(
        end_of_restart(&lab, HOST, &name),
        "undone\nconvocate:v1.0.0 running"
    );
}

#[test]
fn a_rollout_that_only_holds_its_images_on_a_host_takes_up_what_a_killed_console_left_there_first() {
    let lab = Lab::reset();
    let (first, second) = (Tagboat::new(), Tagboat::new());
    let name = restart_left_open(&lab, &first, "lab-3");
    for host in ["lab-1", "lab-2"] {
        lab.on(host, "docker tag convocate:v1.0.0 convocate:v1.1.0");
    }
    // Its canary is on the first host, and after that it waits for a word: nobody's turn comes on the last one.
    let words = ["rollout", "--all", "--tag", "v1.1.0", "--approve", "-y", "--json"];
    let mut waiting = second.command(&words).spawn().unwrap();
    let mut lines = BufReader::new(waiting.stdout.take().unwrap()).lines();
    let told = lines.find(|line| {
        let line = line.as_ref().unwrap();
        line.contains("lab-3") && line.contains("taken over")
    });
    assert!(
        told.is_some(),
        "it took the host as if nobody had left anything there"
    );
    // Its output must not fill up.
    std::thread::spawn(move || lines.count());
    assert_eq!(
        end_of_restart(&lab, "lab-3", &name),
        "undone\nconvocate:v1.0.0 running"
    );
    lab.on(
        "lab-3",
        "until docker images --format '{{.Tag}}' tagboat-pin | grep -q '^job-'; do sleep 0.2; done",
    );
    signal(&waiting, "INT");
    waiting.wait().unwrap();
}

#[test]
fn the_prune_of_the_host_itself_is_waited_for_by_every_job() {
    let lab = Lab::reset();
    let script = prune_script(&Profile::convocate());
    lab.on(
        HOST,
        &format!("cat >/root/prune <<'PRUNE_SCRIPT'\n{script}\nPRUNE_SCRIPT"),
    );
    lab.on(
        HOST,
        "id=$(docker create --pull never convocate:v1.0.0); docker commit -c 'LABEL of=spare' $id convocate:spare >/dev/null; docker rm $id >/dev/null; \
         TAGBOAT_PRUNE_GRACE=8 setsid sh /root/prune >/dev/null 2>&1 </dev/null & \
         until docker images -q tagboat-pin:prune-spare | grep -q .; do sleep 0.1; done",
    );
    let tagboat = Tagboat::new();
    assert_eq!(tagboat.host(HOST)["lease"]["holder"], "the host's own prune");
    lab.on(HOST, "docker tag convocate:v1.0.0 convocate:v1.1.0");
    let lines = tagboat.lines(&["activate", "v1.1.0", "--host", HOST, "--yes", "--json"], 0);
    assert!(
        said(&lines).contains("the host's own prune is at work: waiting for its end"),
        "{lines:?}"
    );
    assert_eq!(stamp(&lab), "convocate:v1.1.0");
}

#[test]
fn a_host_whose_clock_is_a_day_off_keeps_leases_as_any_other_and_its_clock_is_told() {
    let lab = Lab::reset();
    // An hour more than the day: the seconds that a look takes count on one side.
    for (shift, words) in [("+25", "1 d ahead of"), ("-25", "1 d behind")] {
        lab.on(
            HOST,
            &format!(
                "printf '#!/bin/sh\\nexec /usr/bin/date -d \"{shift} hours\" \"$@\"\\n' >/usr/local/bin/date; chmod 755 /usr/local/bin/date"
            ),
        );
        let (first, second) = (Tagboat::new(), Tagboat::new());
        let mut push = long_push(&first);
        let host = second.host(HOST);
        let off = host["clock_off_seconds"].as_i64().unwrap();
        assert!((89_900..=90_100).contains(&off.abs()), "{host}");
        let lease = &host["lease"];
        let held = lease["held_seconds"].as_i64().unwrap();
        let left = lease["seconds_left"].as_i64().unwrap();
        assert!((0..60).contains(&held) && (1..=60).contains(&left), "{lease}");
        let told = text(&second.run(&["status", "--host", HOST], 0).stdout);
        assert!(
            told.contains(&format!("its clock is {words} this machine's")),
            "{told}"
        );
        let refused = activate(&second, &[], 1);
        assert!(failure(&refused).contains("is changing this host"), "{refused:?}");
        signal(&push, "INT");
        push.wait().unwrap();
        activate(&second, &[], 0);
        second.run(&["activate", "v1.0.0", "--host", HOST, "--yes"], 0);
    }
}
