//! Consoles in each other's way, and consoles that die or sleep in the middle of a push: a host is changed by one at a time, a
//! tag is never half moved, and what arrived is not sent again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gate;
mod headless;
mod real_fleet;
mod release;

use gate::{Gate, Moment};
use headless::{Tagboat, text};
use real_fleet::{Lab, RealFleet};
use release::{Release, assert_arrived, assert_told, planned};
use serde_json::Value;
use std::process::{Child, Command as Process};
use std::time::Duration;
use tagboat::model::job::{JobState, StepKind, Verdict};
use tagboat::model::plan::{ModeChoice, Plan};

/// One host of each kind of store.
const BOTH: [&str; 2] = ["lab-1", "lab-2"];

/// The results of a run that printed JSON lines, by host.
fn results(lines: &[Value]) -> Vec<Value> {
    lines.last().unwrap()["results"].as_array().unwrap().clone()
}

/// What a run says of a host that another console has.
fn is_refused_by_lease(result: &Value, holder: &str) -> bool {
    let detail = &result["detail"];
    let cause = detail["cause"].as_str().unwrap_or_default();
    result["result"] == "failed"
        && detail["step"] == "check"
        && cause.starts_with(&format!("{holder} (process "))
        && cause.contains("is changing this host (push, job ")
        && detail["advice"]
            .as_str()
            .is_some_and(|advice| advice.contains("waits for it"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_console_is_told_who_changes_a_host_and_with_which_content_and_the_first_one_ends_well() {
    let lab = Lab::reset();
    let first = Release::build("r1", 0);
    let mut real = RealFleet::connected().await;
    let gates = BOTH.map(|host| Gate::set(&lab, host, "docker", "load", Moment::Start));
    let plan = planned(&mut real, "r1", &BOTH, ModeChoice::Best).await;
    let id = real.begin(Plan::Push(plan)).await;
    for gate in &gates {
        gate.reached(&lab);
    }
    let rival = Tagboat::new();
    let push = ["push", "r1", "--host", "lab-1,lab-2", "--yes", "--json"];
    let refused = results(&rival.lines(&push, 1));
    for result in &refused {
        assert!(is_refused_by_lease(result, "test@desk"), "{result}");
        assert!(
            result["detail"]["cause"].as_str().unwrap().contains(id.as_str()),
            "{result}"
        );
    }
    // The same tag is another image here by now.
    let second = Release::build("r1", 3);
    assert!(
        results(&rival.lines(&push, 1))
            .iter()
            .all(|result| is_refused_by_lease(result, "test@desk"))
    );
    for gate in &gates {
        gate.open(&lab);
    }
    let job = real.ended(&id).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
    for host in BOTH {
        assert_arrived(&lab, host, &first);
    }
    rival.run(&push, 3);
    let moving = [
        "push",
        "r1",
        "--host",
        "lab-1,lab-2",
        "--yes",
        "--json",
        "--replace-tag",
    ];
    rival.run(&moving, 0);
    for host in BOTH {
        assert_arrived(&lab, host, &second);
    }
    release::forget();
}

#[test]
fn two_consoles_that_push_the_same_image_at_once_bring_it_to_every_host() {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    let consoles = [Tagboat::new(), Tagboat::new()];
    let push = ["push", "r1", "--host", "lab-1,lab-2", "--yes", "--json"];
    let runs = consoles
        .each_ref()
        .map(|console| console.command(&push).spawn().unwrap());
    let ends = runs.map(|run| {
        let output = run.wait_with_output().unwrap();
        let lines: Vec<Value> = text(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        results(&lines)
    });
    for host in BOTH {
        let of_host: Vec<_> = ends.iter().flatten().filter(|end| end["host"] == host).collect();
        assert!(of_host.iter().any(|end| end["result"] == "done"), "{of_host:#?}");
        assert!(
            of_host
                .iter()
                .all(|end| end["result"] == "done" || is_refused_by_lease(end, "lab@desk")),
            "{of_host:#?}"
        );
        assert_arrived(&lab, host, &release);
    }
    for console in &consoles {
        console.run(&push, 0);
    }
    release::forget();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_somebody_gave_to_another_image_during_the_load_is_not_moved_and_not_half_given() {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    let mut real = RealFleet::connected().await;
    let gates = BOTH.map(|host| Gate::set(&lab, host, "docker", "load", Moment::Start));
    let plan = planned(&mut real, "r1", &BOTH, ModeChoice::Best).await;
    let id = real.begin(Plan::Push(plan)).await;
    for (gate, host) in gates.iter().zip(BOTH) {
        gate.reached(&lab);
        lab.on(host, "docker tag convocate:v0.9.0 convocate:r1");
        gate.open(&lab);
    }
    let job = real.ended(&id).await;
    for host in BOTH {
        let failure = assert_told(&job, host, StepKind::Confirm);
        assert!(
            failure.cause.contains("names another image there by now"),
            "{failure}"
        );
        assert!(failure.advice.contains("--replace-tag"), "{failure}");
        let ids = "docker image inspect -f '{{.Id}}' convocate:r1 convocate:v0.9.0 | uniq | wc -l";
        assert_eq!(lab.on(host, ids), "1", "{host}: the tag was moved");
        lab.on(host, "docker rmi convocate:r1");
    }
    let again = Tagboat::new();
    again.run(&["push", "r1", "--host", "lab-1,lab-2", "--yes"], 0);
    for host in BOTH {
        assert_arrived(&lab, host, &release);
    }
    release::forget();
}

/// Waits until so many bytes of an archive or a recipe are on a host.
fn until_there(lab: &Lab, host: &str, bytes: u64) {
    let size = "$(stat -c %s /tmp/convocate-image-*.part 2>/dev/null || echo 0)";
    let wait = format!(
        "tries=0; until [ {size} -ge {bytes} ]; do tries=$((tries + 1)); [ $tries -lt 3000 ] || exit 1; sleep 0.01; done"
    );
    lab.on(host, &wait);
}

/// Kills a console, and tells how many bytes the host has once nobody there writes any more.
fn kill(lab: &Lab, host: &str, mut console: Child) -> u64 {
    assert_eq!(
        console.try_wait().unwrap(),
        None,
        "it was over before it was killed"
    );
    console.kill().unwrap();
    console.wait().unwrap();
    // In a call of its own, so that the line does not find itself.
    lab.on(
        host,
        "tries=0; while pgrep -f '[c]onvocate-image-.*part' >/dev/null; do tries=$((tries + 1)); \
         [ $tries -lt 1200 ] || { ps axfo pid,etime,stat,args >&2; exit 1; }; sleep 0.05; done",
    );
    let size = lab.on(host, "stat -c %s /tmp/convocate-image-*.part");
    size.parse().unwrap()
}

/// A console is killed at 10, 50, 90 and 99 % of a send; what was there is built on each time, and a resume sends the rest.
fn consoles_die_while_they_send(lab: &Lab, host: &str, mode: &str) {
    let tagboat = Tagboat::new();
    let mut there = 0;
    let mut places = Vec::new();
    for (bytes, limit) in [
        (400_000, "400K"),
        (2_000_000, "800K"),
        (3_600_000, "800K"),
        (3_965_000, "100K"),
    ] {
        let push = [
            "push", "r1", "--host", host, "--mode", mode, "--limit", limit, "--yes", "--json",
        ];
        let console = tagboat.until_step(&push, "send");
        until_there(lab, host, bytes);
        let now = kill(lab, host, console);
        assert!(now >= bytes && now > there, "{now} after {there}");
        there = now;
        places.push(lab.on(host, "stat -c %i /tmp/convocate-image-*.part"));
    }
    places.dedup();
    assert_eq!(places.len(), 1, "one of the runs began anew");
    let last = tagboat.first_job();
    let lines = tagboat.lines(&["job", "resume", &last[16..], "--yes", "--json"], 0);
    let mut sends = lines.iter().filter(|line| line["step"]["kind"] == "send");
    let note = sends.next_back().unwrap()["state"]["detail"].to_string();
    // The last bytes can be on their way when a console is killed, so that all of it is there.
    let megabytes = format!("{}.{:02} MB", there / 1_000_000, there % 1_000_000 / 10_000);
    let is_the_rest = note.contains(&format!("resumed: {megabytes} were there, "));
    assert!(
        is_the_rest || note.contains("all of /tmp/convocate-image-"),
        "{there}: {note}"
    );
}

#[test]
fn consoles_that_are_killed_again_and_again_while_they_send_layers_or_a_delta_send_no_byte_twice() {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    std::thread::scope(|scope| {
        for (host, mode) in BOTH.into_iter().zip(["layers", "delta"]) {
            let lab = &lab;
            scope.spawn(move || consoles_die_while_they_send(lab, host, mode));
        }
    });
    for host in BOTH {
        assert_arrived(&lab, host, &release);
    }
    release::forget();
}

#[test]
fn a_part_that_is_spoilt_on_the_host_while_nobody_sends_is_not_built_on() {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    let tagboat = Tagboat::new();
    let push = [
        "push", "r1", "--host", "lab-1", "--mode", "layers", "--limit", "800K", "--yes", "--json",
    ];
    let console = tagboat.until_step(&push, "send");
    until_there(&lab, "lab-1", 1_000_000);
    kill(&lab, "lab-1", console);
    lab.on(
        "lab-1",
        "printf spoilt | dd of=$(ls /tmp/convocate-image-*.part) bs=1 seek=500000 conv=notrunc 2>/dev/null",
    );
    let lines = tagboat.lines(
        &[
            "push", "r1", "--host", "lab-1", "--mode", "layers", "--yes", "--json",
        ],
        0,
    );
    assert!(
        results(&lines)[0]["bytes_sent"].as_u64().unwrap() > 4_000_000,
        "{lines:#?}"
    );
    assert_arrived(&lab, "lab-1", &release);
    release::forget();
}

/// A process and those that it started.
fn family(process: u32) -> Vec<u32> {
    let children =
        std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let children = children.split_whitespace().map(|child| child.parse().unwrap());
    std::iter::once(process)
        .chain(children.flat_map(family))
        .collect()
}

fn signal(processes: &[u32], name: &str) {
    let numbers = processes.iter().map(ToString::to_string);
    assert!(
        Process::new("kill")
            .arg(name)
            .args(numbers)
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_console_that_slept_for_longer_than_its_connection_is_kept_alive_goes_on_or_fails_with_the_way_on() {
    let lab = Lab::reset();
    let release = Release::build("r1", 0);
    let tagboat = Tagboat::new();
    let push = [
        "push", "r1", "--host", "lab-1", "--limit", "800K", "--yes", "--json",
    ];
    let console = tagboat.until_step(&push, "send");
    until_there(&lab, "lab-1", 1_000_000);
    let asleep = family(console.id());
    signal(&asleep, "-STOP");
    // This is the fault itself: more than the 12 s after which a connection without an answer is given up.
    std::thread::sleep(Duration::from_secs(15));
    signal(&asleep, "-CONT");
    let output = console.wait_with_output().unwrap();
    if !output.status.success() {
        let lines = tagboat.lines(&push, 0);
        assert!(
            results(&lines)[0]["bytes_sent"].as_u64().unwrap() < 3_500_000,
            "{lines:#?}"
        );
    }
    assert_arrived(&lab, "lab-1", &release);
    release::forget();
}
