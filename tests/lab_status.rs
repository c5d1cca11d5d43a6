//! What `status --json` says is what docker on each host says.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod real_fleet;

use real_fleet::Lab;
use serde_json::Value;
use std::process::Command;

fn status() -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_tagboat"))
        .args(["status", "--json"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The texts under `key` of a list, in order.
fn texts<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one[key].as_str().unwrap_or_default())
        .collect()
}

#[test]
fn status_as_json_is_one_object_that_agrees_with_docker_on_each_host() {
    let lab = Lab::reset();
    lab.on("lab-1", "docker tag convocate:v0.9.0 convocate:v1.1.0");
    lab.on(
        "lab-1",
        "printf 'convocate:v1.1.0\\n' > /etc/convocate-agent/current-image",
    );
    let status = status();
    assert_eq!(status["v"], 1);
    assert_eq!(texts(&status["hosts"], "name"), ["lab-1", "lab-2", "lab-3"]);
    for host in status["hosts"].as_array().unwrap() {
        let name = host["name"].as_str().unwrap();
        assert_eq!(
            (&host["state"], &host["reason"]),
            (&Value::from("connected"), &Value::Null),
            "{name}"
        );
        let stamp = lab.on(name, "cat /etc/convocate-agent/current-image");
        assert_eq!(
            format!("convocate:{}", host["active_tag"].as_str().unwrap()),
            stamp
        );
        assert_eq!(
            host["engine"].as_str().unwrap(),
            lab.on(name, "docker version -f '{{.Server.Version}}'")
        );
        let is_containerd = lab
            .on(name, "docker info -f '{{.DriverStatus}}'")
            .contains("io.containerd.snapshotter");
        assert_eq!(
            host["store"],
            if is_containerd { "containerd" } else { "classic" }
        );
        check_tags(&lab, name, &host["tags"]);
        check_sessions(&lab, name, &host["sessions"]);
    }
    lab.run(&["reset", "lab-1"]);
}

fn check_tags(lab: &Lab, name: &str, listed: &Value) {
    let tags = lab.on(
        name,
        "docker images --no-trunc --format '{{.Tag}} {{.ID}}' convocate | sort",
    );
    let told: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| {
            format!(
                "{} {}",
                tag["tag"].as_str().unwrap(),
                tag["image_id"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(told.join("\n"), tags, "{name}");
    let used: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|tag| tag["in_use"] == 3)
        .collect();
    assert_eq!(
        (used.len(), &used[0]["tag"]),
        (1, &Value::from("v1.0.0")),
        "{name}"
    );
}

fn check_sessions(lab: &Lab, name: &str, listed: &Value) {
    let running = lab.on(
        name,
        "docker ps --filter name=convocate-session- --format '{{.Names}}' | sort",
    );
    assert_eq!(texts(listed, "name").join("\n"), running, "{name}");
    for session in listed.as_array().unwrap() {
        let container = session["name"].as_str().unwrap();
        let format = "{{.Image}} {{.Config.Image}} {{.State.Status}}";
        let inspected = lab.on(name, &format!("docker inspect -f '{format}' {container}"));
        let told = ["image_id", "pinned_tag", "state"].map(|key| session[key].as_str().unwrap());
        assert_eq!(
            format!("{} convocate:{} {}", told[0], told[1], told[2]),
            inspected
        );
        assert_eq!(session["behind"], Value::from(name == "lab-1"), "{name}");
        assert_eq!(session["moved"], Value::from(false), "{name}");
    }
}
