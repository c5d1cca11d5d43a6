//! The command line on real hosts: what a script sees of a push, a restart, a prune, and of a job whose console died.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod headless;
mod real_fleet;

use headless::{Tagboat, text};
use real_fleet::Lab;

#[test]
fn a_push_is_seen_by_status_and_leaves_every_session_on_its_tag() {
    let _lab = Lab::reset();
    let tagboat = Tagboat::new();
    let lines = tagboat.lines(&["push", "v1.1.0", "--all", "--yes", "--json"], 0);
    assert_eq!(lines[0]["event"], "plan");
    let end = lines.last().unwrap();
    assert_eq!(
        (&end["event"], &end["verdict"], &end["exit"]),
        (&"ended".into(), &"done".into(), &0.into())
    );
    let hosts = end["results"].as_array().unwrap();
    assert!(hosts.iter().all(|host| host["result"] == "done"), "{end}");
    for result in hosts {
        let host = tagboat.host(result["target"].as_str().unwrap());
        assert_eq!(host["active_tag"], "v1.1.0");
        let sessions = host["sessions"].as_array().unwrap();
        assert!(
            sessions
                .iter()
                .all(|session| session["pinned_tag"] == "v1.0.0" && session["behind"] == true),
            "{host}"
        );
    }
}

#[test]
fn a_session_is_restarted_onto_the_active_tag_by_a_part_of_its_name() {
    let _lab = Lab::reset();
    let tagboat = Tagboat::new();
    tagboat.run(&["push", "v1.1.0", "--host", "lab-1", "--yes"], 0);
    let host = tagboat.host("lab-1");
    let name = host["sessions"][0]["name"].as_str().unwrap();
    let part = name
        .strip_prefix("convocate-session-")
        .unwrap()
        .split('-')
        .next()
        .unwrap();
    tagboat.run(&["session", "restart", part, "--yes"], 0);
    let after = tagboat.host("lab-1");
    let pinned: Vec<_> = after["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| &session["pinned_tag"])
        .collect();
    assert_eq!(
        pinned.iter().filter(|tag| **tag == "v1.1.0").count(),
        1,
        "{after}"
    );
    assert_eq!(after["sessions"][0]["name"], name);
    assert_eq!(after["sessions"][0]["pinned_tag"], "v1.1.0");
}

#[test]
fn a_session_with_files_of_its_own_is_left_out_on_demand_and_restarted_when_it_is_quiet() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    tagboat.run(&["push", "v1.1.0", "--host", "lab-1", "--yes"], 0);
    let host = tagboat.host("lab-1");
    let name = host["sessions"][0]["name"].as_str().unwrap();
    lab.on("lab-1", &format!("docker exec {name} sh -c 'echo mine >/notes'"));
    let restart = ["session", "restart", name, "--host", "lab-1", "--yes"];
    let refused = tagboat.run(&[&restart[..], &["--require-clean"]].concat(), 3);
    let said = text(&refused.stderr);
    assert!(
        said.contains("1 file in its own layer") && said.contains("/notes"),
        "{said}"
    );
    assert_eq!(tagboat.host("lab-1")["sessions"][0]["pinned_tag"], "v1.0.0");
    let lines = tagboat.lines(&[&restart[..], &["--when-idle", "2s", "--json"]].concat(), 0);
    assert_eq!(
        lines[0]["plan"]["sessions"][0]["cost"]["layer"]["count"], 1,
        "{}",
        lines[0]
    );
    let waited = lines
        .iter()
        .any(|line| line["step"]["kind"] == "quiet" && line["state"]["state"] == "done");
    assert!(waited, "{lines:?}");
    assert_eq!(tagboat.host("lab-1")["sessions"][0]["pinned_tag"], "v1.1.0");
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_touched() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    tagboat.run(&["push", "v9.9.9", "--all", "--yes"], 3);
    tagboat.run(&["activate", "v9.9.9", "--host", "lab-1", "--yes"], 3);
    tagboat.run(&["push", "v1.1.0", "--host", "lab-1"], 3);
    tagboat.run(&["prune", "--host", "lab-1"], 3);
    assert_eq!(
        lab.on("lab-1", "cat /etc/convocate-agent/current-image"),
        "convocate:v1.0.0"
    );
    assert_eq!(
        text(&tagboat.run(&["job", "list", "--json"], 0).stdout),
        "{\"v\":1,\"jobs\":[]}\n"
    );
}

#[test]
fn a_host_that_is_cut_off_costs_the_others_nothing_and_the_push_is_partly_done() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    lab.run(&["kill", "lab-2"]);
    let output = tagboat.run(&["push", "v1.1.0", "--all", "--yes"], 4);
    lab.run(&["boot", "lab-2"]);
    assert!(
        text(&output.stdout).contains("1 left out"),
        "{}",
        text(&output.stdout)
    );
    assert_eq!(tagboat.host("lab-1")["active_tag"], "v1.1.0");
}

#[test]
fn a_push_whose_console_died_is_interrupted_and_is_resumed_to_its_end() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    lab.run(&["shape", "lab-1", "rate=2mbit"]);
    let mut child = tagboat.until_step(&["push", "v1.1.0", "--host", "lab-1", "--yes", "--json"], "send");
    child.kill().unwrap();
    child.wait().unwrap();
    lab.run(&["shape", "lab-1", "off"]);
    let jobs = tagboat.lines(&["job", "list", "--json"], 0);
    let job = &jobs[0]["jobs"][0];
    assert_eq!(
        (&job["state"], &job["verb"]),
        (&"interrupted".into(), &"push".into()),
        "{job}"
    );
    let end = &job["id"].as_str().unwrap()[16..];
    assert!(
        text(&tagboat.run(&["job", "show", end], 0).stdout)
            .contains(&format!("next: tagboat job resume {end}"))
    );
    tagboat.run(&["job", "resume", end], 3);
    tagboat.run(&["job", "resume", end, "--yes"], 0);
    assert_eq!(tagboat.host("lab-1")["active_tag"], "v1.1.0");
    tagboat.run(&["job", "resume", end, "--yes"], 3);
}
