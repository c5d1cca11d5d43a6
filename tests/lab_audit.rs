//! The audit of real hosts and of the operator's machine: who did what, from where, to which image, and what the host did alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod headless;
mod real_fleet;
mod ssh_fleet;

use headless::{Tagboat, text};
use real_fleet::Lab;
use serde_json::Value;
use ssh_fleet::{Names, settings};
use tagboat::model::audit::AuditEntry;
use tagboat::model::names::{HostName, JobId, Operator};
use tagboat::model::profile::Profile;
use tagboat::model::setup::prune_script;
use tagboat::ops::audit::write_on_host;

const HOST: &str = "lab-1";

fn lines(written: &str) -> Vec<Value> {
    written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn on_host(lab: &Lab) -> Vec<Value> {
    lines(&lab.on(HOST, "cat /var/lib/tagboat/audit.jsonl 2>/dev/null || true"))
}

/// `BY VERB REFERENCE RESULT`, line by line.
fn told(entries: &[Value]) -> Vec<String> {
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or("-").to_owned();
    let line = |entry: &Value| {
        ["by", "verb", "reference", "result"]
            .map(|key| word(entry, key))
            .join(" ")
    };
    entries.iter().map(line).collect()
}

#[test]
fn every_change_of_a_host_is_in_its_audit_and_in_that_of_the_operator() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    let before = lab.on(HOST, "docker image inspect -f '{{.Id}}' convocate:v1.0.0");
    tagboat.run(&["push", "v1.1.0", "--host", HOST, "--yes"], 0);
    let name = lab.first_session(HOST);
    tagboat.run(&["session", "restart", &name, "--host", HOST, "--yes"], 0);
    let pushed = lab.on(HOST, "docker image inspect -f '{{.Id}}' convocate:v1.1.0");
    let entries = on_host(&lab);
    assert_eq!(
        told(&entries),
        [
            "tagboat push convocate:v1.1.0 done",
            "host restart convocate:v1.1.0 replaced",
            "tagboat restart convocate:v1.1.0 done"
        ]
    );
    for entry in &entries {
        assert_eq!(entry["operator"], "lab@desk", "{entry}");
        assert_eq!(
            (&entry["before"], &entry["after"]),
            (&Value::from(before.as_str()), &Value::from(pushed.as_str()))
        );
        assert!(entry["job"].is_string() && entry["time"].is_string(), "{entry}");
    }
    for entry in entries.iter().filter(|entry| entry["by"] == "tagboat") {
        assert!(entry["client"].as_str().unwrap().contains('.'), "{entry}");
        assert_eq!(entry["version"], env!("CARGO_PKG_VERSION"));
    }
    assert_eq!(entries[1]["session"], name.as_str());
    assert_eq!(lab.on(HOST, "stat -c %a /var/lib/tagboat/audit.jsonl"), "600");
    let here = lines(&std::fs::read_to_string(tagboat.state().join("audit.jsonl")).unwrap());
    assert_eq!(
        told(&here),
        [
            "tagboat push convocate:v1.1.0 done",
            "tagboat restart convocate:v1.1.0 done"
        ]
    );
    assert_eq!(here[0]["after"], pushed.as_str());
}

#[test]
fn what_was_refused_leaves_no_line_on_the_host_and_what_failed_says_its_step() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    lab.on(
        HOST,
        "printf 'kim@desk#0.1.0.7\\tjob-7\\t%s\\t%s\\tpush\\n' $(($(date +%s) + 60)) $(date +%s) >/var/lib/tagboat/lease.99 2>/dev/null || \
         { mkdir -p -m 700 /var/lib/tagboat; printf 'kim@desk#0.1.0.7\\tjob-7\\t%s\\t%s\\tpush\\n' $(($(date +%s) + 60)) $(date +%s) >/var/lib/tagboat/lease.99; }",
    );
    tagboat.run(&["activate", "v0.9.0", "--host", HOST, "--yes"], 1);
    assert_eq!(told(&on_host(&lab)), [] as [&str; 0]);
    let here = lines(&std::fs::read_to_string(tagboat.state().join("audit.jsonl")).unwrap());
    assert_eq!(
        (told(&here)[0].as_str(), &here[0]["step"]),
        ("tagboat activate convocate:v0.9.0 failed", &"check".into())
    );
}

#[test]
fn no_secret_of_a_session_is_in_an_audit() {
    let lab = Lab::reset();
    let tagboat = Tagboat::new();
    lab.on(
        HOST,
        "docker run -d --pull never --name convocate-session-0f -e TOKEN=hunter2 convocate:v1.0.0 >/dev/null; docker tag convocate:v1.0.0 convocate:v1.1.0",
    );
    let words = [
        "session", "restart", "0f", "--host", HOST, "--tag", "v1.1.0", "--yes",
    ];
    tagboat.run(&words, 0);
    assert_eq!(
        lab.on(HOST, "grep -c hunter2 /var/lib/tagboat/audit.jsonl || true"),
        "0"
    );
    let here = std::fs::read_to_string(tagboat.state().join("audit.jsonl")).unwrap();
    assert!(!here.contains("hunter2"));
}

#[tokio::test]
async fn a_prune_of_more_tags_than_a_command_line_can_hold_has_all_of_its_lines() {
    let lab = Lab::reset();
    let names = Names::new();
    let connector = names.connector();
    let link = connector.connect(&settings(HOST)).await.unwrap().link;
    let entry = |number: usize| AuditEntry {
        by: "tagboat",
        version: "1",
        operator: Operator::parse("kim@desk").unwrap(),
        job: JobId::new(jiff::Timestamp::UNIX_EPOCH, 1),
        verb: "prune",
        host: HostName::parse(HOST).unwrap(),
        session: None,
        reference: Some(format!("convocate:v{number}")),
        before: Some(format!("sha256:{number:064x}")),
        after: None,
        result: "removed",
        step: None,
    };
    let entries: Vec<_> = (0..600).map(entry).collect();
    write_on_host(&link, &entries).await.unwrap();
    let written = on_host(&lab);
    assert_eq!(written.len(), 600);
    assert_eq!(written[599]["reference"], "convocate:v599");
}

#[test]
fn the_prune_of_the_host_itself_writes_what_it_removed() {
    let lab = Lab::reset();
    let script = prune_script(&Profile::convocate());
    lab.on(
        HOST,
        &format!("cat >/root/prune <<'PRUNE_SCRIPT'\n{script}\nPRUNE_SCRIPT"),
    );
    let id = lab.on(
        HOST,
        "id=$(docker create --pull never convocate:v1.0.0); docker commit -c 'LABEL of=spare' $id convocate:spare; docker rm $id >/dev/null",
    );
    lab.on(HOST, "TAGBOAT_PRUNE_GRACE=1 busybox sh /root/prune >/dev/null");
    let entries = on_host(&lab);
    // The lab has a tag besides that nobody needs.
    assert_eq!(
        told(&entries),
        [
            "host prune convocate:spare removed",
            "host prune convocate:v0.9.0 removed"
        ]
    );
    assert_eq!(
        (&entries[0]["before"], &entries[0]["job"]),
        (&Value::from(id.as_str()), &"daily-prune".into())
    );
}

#[test]
fn an_audit_that_cannot_be_written_is_told_and_the_change_is_done_all_the_same() {
    let lab = Lab::reset();
    lab.on(
        HOST,
        "mkdir -p -m 700 /var/lib/tagboat; mkdir /var/lib/tagboat/audit.jsonl",
    );
    let tagboat = Tagboat::new();
    let words = ["activate", "v0.9.0", "--host", HOST, "--yes", "--json"];
    let said = text(&tagboat.run(&words, 0).stdout);
    assert!(said.contains("the audit on lab-1 has no line of it"), "{said}");
}
