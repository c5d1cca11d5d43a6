//! Logins: where they come from, what a wrong one comes to, and registries that would hear them in the clear.

use crate::rig::{Rig, Turning, build, ran, read};
use serde_json::json;
use std::fs;

const STAMP: &str = "cat /etc/convocate-agent/current-image";

#[test]
fn without_a_login_or_with_a_wrong_one_nothing_is_changed_and_the_way_on_is_told() {
    let rig = Rig::up();
    rig.docker_config(&json!({}));
    let nobody = rig.publish("v1.1.0", &[], 3);
    assert!(nobody.all.contains("no basic auth credentials"), "{}", nobody.all);
    assert!(
        nobody.all.contains(&format!("docker login {}", rig.address)),
        "{}",
        nobody.all
    );
    rig.log_in(&rig.address, "wrong");
    let wrong = rig.publish("v1.1.0", &[], 3);
    assert!(wrong.all.contains("unauthorized"), "{}", wrong.all);
}

#[test]
fn a_host_whose_pull_is_not_let_in_stays_as_it_was_and_the_job_is_taken_up_with_the_login_as_it_is_then() {
    let rig = Rig::up();
    build("solo", 300_000);
    rig.publish("solo", &[], 0);
    let turning = Turning::of(&rig, &rig.address, &read("password"), "over");
    let to = rig.repository();
    let push = [
        "push", "solo", "--via", "registry", "--to", &to, "--host", "lab-1",
    ];
    let run = |more: &[&str], code| {
        let words = [&push[..], more].concat();
        let child = rig.command(&words).env("PATH", turning.search()).spawn().unwrap();
        ran(&words, child, code)
    };
    run(&["--dry-run"], 0);
    turning.turn_after(turning.asked());
    let pushed = run(&["--yes", "--json"], 1);
    let (_, detail) = pushed.end("lab-1");
    assert!(
        detail["cause"].as_str().unwrap().contains("unauthorized"),
        "{detail}"
    );
    assert!(
        detail["advice"].as_str().unwrap().contains("docker login"),
        "{detail}"
    );
    assert_eq!(rig.lab.on("lab-1", STAMP), "convocate:v1.0.0");
    rig.log_in(&rig.address, &read("password"));
    rig.run(&["job", "resume", &rig.left_job(), "--yes", "--json"], 0);
    assert_eq!(rig.lab.on("lab-1", STAMP), "convocate:solo");
}

#[test]
fn an_engine_that_does_not_know_the_certificate_is_told_where_it_goes() {
    let rig = Rig::up();
    build("solo", 300_000);
    rig.publish("solo", &[], 0);
    rig.lab.on("lab-1", "rm -r /etc/docker/certs.d");
    let pushed = rig.push("solo", &["--host", "lab-1"], 1);
    let (_, detail) = pushed.end("lab-1");
    assert!(detail["cause"].as_str().unwrap().contains("x509"), "{detail}");
    let place = format!("/etc/docker/certs.d/{}/ca.crt", rig.address);
    assert!(detail["advice"].as_str().unwrap().contains(&place), "{detail}");
    assert_eq!(rig.lab.on("lab-1", STAMP), "convocate:v1.0.0");
}

#[test]
fn passwords_of_whatever_letters_reach_the_registry_from_a_file_from_the_input_and_from_docker() {
    let rig = Rig::up();
    build("solo", 300_000);
    let to = rig.repository();
    for (tag, password) in ["~?>+/~?>+/", "pä$$ \"wörd\\ \u{1F511}", "a:b:c???>>>"]
        .into_iter()
        .enumerate()
    {
        let tag = format!("solo{tag}");
        crate::rig::docker(&["tag", "convocate:solo", &format!("convocate:{tag}")]).unwrap();
        Rig::set_password(password);
        rig.log_in(&rig.address, password);
        rig.publish(&tag, &[], 0);
        rig.docker_config(&json!({}));
        let file = rig.docker.path().join("token");
        fs::write(&file, format!("{password}\n")).unwrap();
        let words = ["publish", &tag, "--to", &to, "--dry-run", "--username", "lab"];
        let of_file = [&words[..], &["--token-file", file.to_str().unwrap()]].concat();
        assert!(rig.run(&of_file, 0).all.contains("there already"));
        let piped = [&words[..], &["--token-stdin"]].concat();
        assert!(
            rig.run_with(&piped, &format!("{password}\n"), 0)
                .all
                .contains("there already")
        );
    }
}

#[test]
fn a_registry_that_a_host_takes_without_tls_is_not_brought_a_login() {
    let rig = Rig::up();
    build("solo", 300_000);
    rig.publish("solo", &[], 0);
    // The list is read anew on a signal, and only where the file has one.
    let told = |list: &str| {
        format!(
            "echo '{{\"insecure-registries\": {list}}}' >/etc/docker/daemon.json; pkill -HUP -x dockerd; \
             until docker info -f '{{{{json .RegistryConfig.IndexConfigs}}}}' | grep -{}F '{}'; do sleep 0.1; done >/dev/null",
            if list == "[]" { "v" } else { "" },
            rig.address
        )
    };
    rig.lab
        .on("lab-1", "cp /etc/docker/daemon.json /var/tmp/daemon.json");
    rig.lab.on("lab-1", &told(&format!("[\"{}\"]", rig.address)));
    let pushed = rig.push("solo", &["--host", "lab-1"], 1);
    rig.lab.on("lab-1", &told("[]"));
    rig.lab
        .on("lab-1", "cp /var/tmp/daemon.json /etc/docker/daemon.json");
    let (word, detail) = pushed.end("lab-1");
    assert_eq!(word, "failed");
    assert!(
        detail["cause"].as_str().unwrap().contains("without TLS"),
        "{detail}"
    );
    assert!(
        detail["state"].as_str().unwrap().contains("Nothing was sent"),
        "{detail}"
    );
}
