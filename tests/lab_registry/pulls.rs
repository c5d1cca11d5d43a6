//! Pushes through a real registry: the hosts pull by digest, verified and stamped like every push.

use crate::rig::{Rig, build, docker};

const HOSTS: [&str; 2] = ["lab-1", "lab-2"];

fn names(rig: &Rig, host: &str) -> String {
    let format = "{{.Repository}}:{{.Tag}}@{{.Digest}}";
    rig.lab.on(
        host,
        &format!("docker images --digests --format '{format}' | sort | tr '\\n' ' '"),
    )
}

#[test]
fn both_stores_pull_by_digest_what_was_published_and_keep_no_name_of_the_registry_and_no_login() {
    let rig = Rig::up();
    build("solo", 3_000_000);
    let pushed = rig.push("solo", &["--all"], 0);
    let digest = pushed.digest();
    for host in HOSTS {
        let (word, note) = pushed.end(host);
        assert_eq!(
            (word.as_str(), &note),
            ("done", &"convocate:solo is active".into())
        );
        assert_eq!(pushed.step(host, "pull"), ["done"]);
        assert_eq!(pushed.step(host, "confirm"), ["done"]);
        assert_eq!(
            rig.lab.on(host, "cat /etc/convocate-agent/current-image"),
            "convocate:solo"
        );
        let names = names(&rig, host);
        assert!(
            names.contains("convocate:solo@") && !names.contains(&rig.address),
            "{host}: {names}"
        );
        assert_eq!(
            rig.lab
                .on(host, "docker image inspect -f '{{.Os}}' convocate:solo"),
            "linux"
        );
        assert_eq!(rig.lab.on(host, "ls -a /root/.docker 2>/dev/null || true"), "");
    }
    // What is published is not published again, and what a host has is not pulled again.
    rig.lab.on(
        "lab-1",
        "docker rmi convocate:solo >/dev/null; echo convocate:v1.0.0 >/etc/convocate-agent/current-image",
    );
    let again = rig.push("solo", &["--all"], 0);
    let first = &again.lines[0]["lines"][0];
    assert_eq!(first["note"], format!("pulls {}@{digest}", rig.repository()));
    assert_eq!(again.step("lab-1", "pull"), ["done"]);
    assert_eq!(again.step("lab-2", "pull"), ["skipped"]);
    assert!(
        again
            .lines
            .iter()
            .all(|line| line["target"]["host"] != "(source)")
    );
}

#[test]
fn a_store_that_cannot_keep_what_it_pulls_gets_the_image_from_here() {
    let rig = Rig::up();
    // Its base layer came to the hosts over SSH; a containerd store does not pull it once more.
    let pushed = rig.push("v1.1.0", &["--all"], 0);
    assert_eq!(pushed.step("lab-1", "pull"), ["done"]);
    assert_eq!(pushed.step("lab-1", "send"), [""; 0]);
    assert_eq!(pushed.step("lab-2", "confirm"), ["skipped", "done"]);
    assert_eq!(pushed.step("lab-2", "send"), ["done"]);
    assert!(
        pushed.said().contains("it is sent from here instead"),
        "{}",
        pushed.said()
    );
    for host in HOSTS {
        let names = names(&rig, host);
        assert!(
            names.contains("convocate:v1.1.0@") && !names.contains(&rig.address),
            "{host}: {names}"
        );
        let saved = rig.lab.on(host, "docker save convocate:v1.1.0 | wc -c");
        assert!(saved.parse::<u64>().unwrap() > 16_000_000, "{host}: {saved}");
    }
}

#[test]
fn a_name_that_the_host_had_before_stays() {
    let rig = Rig::up();
    build("solo", 300_000);
    let digest = rig.publish("solo", &[], 0).digest();
    let name = format!("{}@{digest}", rig.repository());
    // Somebody else pulled it there, by the same name.
    let login = rig.docker.path().join("config.json");
    let config = std::fs::read_to_string(login).unwrap().replace('"', "\\\"");
    rig.lab.on(
        "lab-1",
        &format!("mkdir -p /root/own && echo \"{config}\" >/root/own/config.json && docker --config /root/own pull -q {name} && rm -r /root/own"),
    );
    let pushed = rig.push("solo", &["--host", "lab-1"], 0);
    assert_eq!(pushed.end("lab-1").0, "done");
    let has = rig.lab.on(
        "lab-1",
        &format!("docker image inspect -f '{{{{.RepoTags}}}}' {name}"),
    );
    assert_eq!(has, "[convocate:solo]");
}

#[test]
fn another_image_under_the_tag_of_a_host_is_moved_only_when_that_was_asked_for() {
    let rig = Rig::up();
    build("solo", 300_000);
    rig.lab.on("lab-1", "docker tag convocate:v1.0.0 convocate:solo");
    let refused = rig.push("solo", &["--host", "lab-1"], 3);
    assert!(
        refused.all.contains("names another image there"),
        "{}",
        refused.all
    );
    rig.push("solo", &["--host", "lab-1", "--replace-tag"], 0);
    assert_eq!(
        rig.lab.on("lab-1", "cat /etc/convocate-agent/current-image"),
        "convocate:solo"
    );
    assert!(docker(&["image", "inspect", "convocate:solo"]).is_ok());
}
