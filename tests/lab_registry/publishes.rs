//! Publications to a real registry: done once, read back, recorded, and no tag is taken from another image unasked.

use crate::rig::{Rig, docker, place, ran};
use serde_json::Value;
use std::fs;

#[test]
fn an_image_is_published_read_back_and_recorded_and_is_there_already_the_next_time() {
    let rig = Rig::up();
    let first = rig.publish("v1.1.0", &[], 0);
    let (name, digest) = (format!("{}:v1.1.0", rig.repository()), first.digest());
    assert_eq!(first.end("(source)").0, "done");
    let recorded = fs::read_to_string(rig.tagboat.state().join("published.jsonl")).unwrap();
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(
        (&recorded["published"], &recorded["digest"]),
        (&name.as_str().into(), &digest.as_str().into())
    );
    // The name that only the publication needed is gone, the image is not.
    assert!(docker(&["image", "inspect", &name]).is_err());
    assert!(docker(&["image", "inspect", "convocate:v1.1.0"]).is_ok());
    // The registry really has it: the manifest is what its digest says.
    let hex = digest.strip_prefix("sha256:").unwrap();
    let stored = format!("data/docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2]);
    assert!(place().join(stored).exists());

    let again = rig.publish("v1.1.0", &[], 0);
    let note = again.lines[0]["lines"][0]["note"].as_str().unwrap();
    assert_eq!(note, format!("there already: {name}@{digest}"));
    assert!(
        again.errors.contains("there is nothing to do"),
        "{}",
        again.errors
    );
    assert_eq!(again.lines.len(), 1);

    let audit = fs::read_to_string(rig.tagboat.state().join("audit.jsonl")).unwrap();
    let audit: Value = serde_json::from_str(audit.trim()).unwrap();
    assert_eq!(
        (&audit["verb"], &audit["host"]),
        (&"publish".into(), &"(source)".into())
    );
    assert_eq!(audit["reference"], name);
    for host in ["lab-1", "lab-2"] {
        let audit = rig
            .lab
            .on(host, "cat /var/lib/tagboat/audit.jsonl 2>/dev/null || true");
        assert_eq!(audit, "", "{host}");
    }
}

#[test]
fn a_source_with_a_containerd_store_publishes_too() {
    let rig = Rig::up();
    let process = docker(&["inspect", "-f", "{{.State.Pid}}", "lab-2"]).unwrap();
    let socket = format!("unix:///proc/{process}/root/run/docker.sock");
    let publish = || {
        let to = rig.repository();
        let words = ["publish", "v1.0.0", "--to", &to, "--yes", "--json"];
        let child = rig.command(&words).env("DOCKER_HOST", &socket).spawn().unwrap();
        ran(&words, child, 0)
    };
    let digest = publish().digest();
    // It calls the image so itself, and so does whoever has no record of it.
    let id = rig
        .lab
        .on("lab-2", "docker image inspect -f '{{.Id}}' convocate:v1.0.0");
    assert_eq!(digest, id);
    std::fs::remove_file(rig.tagboat.state().join("published.jsonl")).unwrap();
    assert!(publish().all.contains("there already"));
}

#[test]
fn a_tag_of_another_image_is_moved_only_when_that_was_asked_for() {
    let rig = Rig::up();
    let old = rig.publish("v1.1.0", &[], 0).digest();
    docker(&["tag", "convocate:v1.0.0", "convocate:v1.1.0"]).unwrap();
    let refused = rig.publish("v1.1.0", &[], 3);
    assert!(
        refused.all.contains("is in the registry already"),
        "{}",
        refused.all
    );
    assert!(refused.all.contains(&old), "{}", refused.all);
    assert!(refused.all.contains("--replace-tag"), "{}", refused.all);
    let moved = rig.publish("v1.1.0", &["--replace-tag"], 0).digest();
    assert_ne!(moved, old);
    // A push through the registry moves no tag there.
    docker(&["tag", "convocate:v0.9.0", "convocate:v1.1.0"]).unwrap();
    let refused = rig.push("v1.1.0", &["--all", "--replace-tag"], 3);
    assert!(
        refused
            .all
            .contains("tagboat publish convocate:v1.1.0 --replace-tag"),
        "{}",
        refused.all
    );
}

#[test]
fn a_name_that_is_somebody_elses_at_the_source_is_not_taken() {
    let rig = Rig::up();
    let name = format!("{}:v1.1.0", rig.repository());
    docker(&["tag", "convocate:v1.0.0", &name]).unwrap();
    let refused = rig.publish("v1.1.0", &[], 3);
    assert!(
        refused.all.contains("names another image at the source"),
        "{}",
        refused.all
    );
    // One that names the same image is used and stays.
    docker(&["tag", "convocate:v1.1.0", &name]).unwrap();
    rig.publish("v1.1.0", &[], 0);
    docker(&["rmi", &name]).unwrap();
}
