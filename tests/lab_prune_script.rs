//! The prune that a host does alone, on real engines: what it removes, what it leaves in every state, and who it gives way to.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod headless;
mod real_fleet;

use headless::{Tagboat, text};
use real_fleet::Lab;
use std::io::{BufRead, BufReader};
use tagboat::model::profile::Profile;
use tagboat::model::setup::prune_script;

const FILE: &str = "/etc/cron.daily/convocate-image-prune";
const SHELLS: [&str; 2] = ["dash", "busybox sh"];
const STORES: [&str; 2] = ["lab-1", "lab-2"];

/// Puts the script where cron finds it.
fn install(lab: &Lab, host: &str) {
    let script = prune_script(&Profile::convocate());
    lab.on(
        host,
        &format!(
            "mkdir -p /etc/cron.daily; cat >{FILE} <<'PRUNE_SCRIPT'\n{script}\nPRUNE_SCRIPT\nchmod 755 {FILE}"
        ),
    );
}

/// Runs it; what it said, and its exit code as the last line.
fn prune(lab: &Lab, host: &str, shell: &str, settings: &str, words: &str) -> String {
    lab.on(
        host,
        &format!("TAGBOAT_PRUNE_GRACE=1 TAGBOAT_PRUNE_WAIT=0 {settings} {shell} {FILE} {words} 2>&1; echo \"exit $?\""),
    )
}

fn tags(lab: &Lab, host: &str) -> String {
    let listed = lab.on(
        host,
        "docker images --format '{{.Repository}}:{{.Tag}}' | grep -E '^(convocate|bystander|tagboat-pin):' | sort",
    );
    listed.replace('\n', " ")
}

/// What is left of a run besides what it did.
fn left(lab: &Lab, host: &str) -> String {
    lab.on(
        host,
        "docker images -q tagboat-pin; ls -d /tmp/tmp.* 2>/dev/null; cut -f 3 /var/lib/tagboat/lease.* | grep -vx 0 || true",
    )
}

#[test]
fn what_any_container_uses_in_whatever_state_stays_and_what_nobody_needs_goes() {
    let lab = Lab::reset();
    for (host, shell) in STORES.into_iter().zip(SHELLS) {
        install(&lab, host);
        lab.on(
            host,
            "set -e; for tag in created exited paused running moved spare other two; do \
               docker commit -c \"LABEL of=$tag\" $(docker create convocate:v1.0.0) convocate:$tag >/dev/null; done; \
             docker tag convocate:two bystander:two; \
             docker rm $(docker ps -aq --filter status=created) >/dev/null; \
             docker create --name is-created convocate:created >/dev/null; \
             docker run -d --name is-exited convocate:exited true >/dev/null; docker wait is-exited >/dev/null; \
             docker run -d --name is-paused convocate:paused >/dev/null; docker pause is-paused >/dev/null; \
             docker run -d --name is-running $(docker image inspect -f '{{.Id}}' convocate:running) >/dev/null; \
             docker run -d --name has-moved convocate:moved >/dev/null; docker tag convocate:other convocate:moved; docker rmi convocate:other >/dev/null",
        );
        let told = prune(&lab, host, shell, "", "--dry-run");
        for line in [
            "keep convocate:created ",
            ": used by is-created",
            "keep convocate:v1.0.0 ",
            "remove convocate:spare ",
            "exit 0",
        ] {
            assert!(told.contains(line), "{host}: {line}\n{told}");
        }
        let before = tags(&lab, host);
        assert!(before.contains("convocate:spare"), "a dry run changes nothing");
        let told = prune(&lab, host, shell, "", "");
        assert!(
            told.contains("remove convocate:spare") && told.ends_with("exit 0"),
            "{host}: {told}"
        );
        let after = tags(&lab, host);
        for gone in ["convocate:spare", "convocate:two"] {
            assert!(!after.contains(gone), "{host}: {after}");
        }
        for kept in ["created", "exited", "paused", "running", "moved", "v1.0.0"] {
            assert!(after.contains(&format!("convocate:{kept}")), "{host}: {after}");
        }
        assert!(after.contains("bystander:two"), "{host}: {after}");
        assert_eq!(left(&lab, host), "", "{host}");
        let again = prune(&lab, host, shell, "", "");
        assert_eq!(again, "exit 0", "{host}: nothing is left to remove");
    }
}

#[test]
fn nothing_goes_where_docker_does_not_answer_a_list_is_cut_short_or_the_stamp_is_not_there() {
    let lab = Lab::reset();
    let host = "lab-1";
    install(&lab, host);
    let cut_short = |how: &str| {
        lab.on(
            host,
            &format!(
                "mkdir -p /root/cut; printf '%s\\n' '#!/bin/sh' 'case \"$*\" in {how} esac' 'exec /usr/bin/docker \"$@\"' >/root/cut/docker; chmod 755 /root/cut/docker"
            ),
        )
    };
    let before = tags(&lab, host);
    let refused = |settings: &str, why: &str| {
        let told = prune(&lab, host, "dash", settings, "");
        assert!(
            told.contains("nothing was removed: ") && told.contains(why) && told.ends_with("exit 3"),
            "{why}: {told}"
        );
        assert_eq!(tags(&lab, host), before, "{why}");
    };
    for how in [
        "\"ps -aq\"*) /usr/bin/docker \"$@\" | head -n 1; exit 1;;",
        "\"ps -aq\"*) /usr/bin/docker \"$@\" | head -n 1; exit;;",
        "inspect*) /usr/bin/docker \"$@\" | head -n 1; exit;;",
        "\"ps -aq\"*) exit;;",
        "images*) exit 1;;",
    ] {
        cut_short(how);
        refused("PATH=/root/cut:$PATH", "cannot be listed");
    }
    lab.on(host, "mv /etc/convocate-agent/current-image /root/stamp");
    refused("", "there is no stamp file");
    lab.on(host, "printf 'no reference' >/etc/convocate-agent/current-image");
    refused("", "does not hold one reference");
    lab.on(host, "mv /root/stamp /etc/convocate-agent/current-image");
    lab.on(
        host,
        "printf 'kim@desk#1\\tjob-7\\t%s\\n' $(($(date +%s) + 60)) >/var/lib/tagboat/lease.99",
    );
    refused("", "kim@desk#1 is changing this host with job job-7");
    lab.on(
        host,
        "rm /var/lib/tagboat/lease.99; touch /var/lib/tagboat/prune.disabled",
    );
    let told = prune(&lab, host, "dash", "", "");
    assert!(
        told.contains("prune.disabled is there") && told.ends_with("exit 0"),
        "{told}"
    );
    lab.on(host, "rm /var/lib/tagboat/prune.disabled");
    lab.kill_engine(host);
    let told = prune(&lab, host, "dash", "", "");
    lab.start_engine(host);
    assert!(
        told.contains("cannot be listed") && told.ends_with("exit 3"),
        "{told}"
    );
    assert_eq!(tags(&lab, host), before);
}

#[test]
fn a_run_that_dies_between_its_two_turns_is_undone_and_ended_by_the_next() {
    let lab = Lab::reset();
    for (host, shell) in STORES.into_iter().zip(SHELLS) {
        install(&lab, host);
        lab.on(
            host,
            &format!(
                "set -e; docker tag convocate:v1.0.0 convocate:old; docker commit $(docker create convocate:v1.0.0) convocate:spare >/dev/null; \
                 docker rm $(docker ps -aq --filter status=created) >/dev/null; \
                 TAGBOAT_PRUNE_GRACE=600 setsid {shell} {FILE} >/dev/null 2>&1 & run=$!; \
                 until docker images -q tagboat-pin:prune-spare | grep -q . && ! docker image inspect convocate:spare >/dev/null 2>&1; do sleep 0.1; done; \
                 kill -9 -$run"
            ),
        );
        let between = tags(&lab, host);
        assert!(between.contains("tagboat-pin:prune-spare"), "{host}: {between}");
        lab.on(host, "rm -f /var/lib/tagboat/lease.*; rm -rf /tmp/tmp.*");
        let told = prune(&lab, host, shell, "", "");
        assert!(
            told.contains("remove convocate:spare") && told.ends_with("exit 0"),
            "{host}: {told}"
        );
        let after = tags(&lab, host);
        assert!(
            !after.contains("spare") && after.contains("convocate:old"),
            "{host}: {after}"
        );
        assert_eq!(left(&lab, host), "", "{host}");
    }
}

#[test]
fn a_session_that_starts_while_its_tag_goes_keeps_its_image() {
    let lab = Lab::reset();
    for (host, shell) in STORES.into_iter().zip(SHELLS) {
        install(&lab, host);
        let told = lab.on(
            host,
            &format!(
                "set -e; docker create --name spare convocate:v1.0.0 >/dev/null; round=0; \
                 while [ $round -lt 8 ]; do round=$((round + 1)); \
                   docker commit -c \"LABEL round=$round\" spare convocate:raced >/dev/null; \
                   TAGBOAT_PRUNE_GRACE=1 {shell} {FILE} >/tmp/told 2>&1 & prune=$!; \
                   sleep 0.$((round * 12)); \
                   docker create --pull never --name raced convocate:raced >/dev/null 2>&1 && made=yes || made=''; \
                   wait $prune || cat /tmp/told; \
                   [ -n \"$made\" ] || grep -q 'remove convocate:raced' /tmp/told || cat /tmp/told; \
                   if [ -n \"$made\" ]; then \
                     docker image inspect $(docker inspect -f '{{{{.Image}}}}' raced) convocate:raced >/dev/null || echo \"round $round: its image is gone\"; \
                     docker rm raced >/dev/null; docker rmi convocate:raced >/dev/null; \
                   fi; done; echo $round rounds"
            ),
        );
        assert_eq!(told, "8 rounds", "{host}");
    }
}

/// A tag of its own image on every host, which no session has and which is not stamped.
fn with_a_tag_that_nobody_has(lab: &Lab, hosts: &[&str]) {
    for host in hosts {
        lab.on(
            host,
            "id=$(docker create --pull never convocate:v1.0.0) && docker commit -c 'LABEL of=waiting' $id convocate:v1.1.0 >/dev/null && docker rm $id >/dev/null",
        );
    }
}

fn pins_of_jobs(lab: &Lab, host: &str) -> String {
    lab.on(
        host,
        "docker images --format '{{.Tag}}' tagboat-pin | grep '^job-' || true",
    )
}

/// Begins a rollout that waits for a word after its canary; its process, and its job.
fn waiting_rollout(tagboat: &Tagboat) -> (std::process::Child, String) {
    let words = ["rollout", "--all", "--tag", "v1.1.0", "--approve", "-y", "--json"];
    let mut console = tagboat.command(&words).spawn().unwrap();
    let mut lines = BufReader::new(console.stdout.take().unwrap()).lines();
    let ended = lines
        .find(|line| line.as_ref().unwrap().contains("\"target_ended\""))
        .unwrap();
    let ended: serde_json::Value = serde_json::from_str(&ended.unwrap()).unwrap();
    // Its output must not fill up while it waits.
    std::thread::spawn(move || lines.count());
    (console, ended["job"].as_str().unwrap().to_owned())
}

#[test]
fn what_a_rollout_that_waits_will_need_is_kept_by_the_prune_of_its_hosts_also_when_its_console_died() {
    let lab = Lab::reset();
    let hosts = ["lab-1", "lab-2", "lab-3"];
    with_a_tag_that_nobody_has(&lab, &hosts);
    for host in hosts {
        install(&lab, host);
    }
    let tagboat = Tagboat::new();
    let (mut console, job) = waiting_rollout(&tagboat);
    let until_held = |host: &str| while pins_of_jobs(&lab, host).is_empty() {};
    for host in hosts {
        until_held(host);
    }
    let is_kept = || {
        for host in ["lab-2", "lab-3"] {
            let told = prune(&lab, host, "dash", "", "--dry-run");
            assert!(
                told.contains("keep convocate:v1.1.0") && told.contains(&format!(": job {job} needs it")),
                "{host}: {told}"
            );
            prune(&lab, host, "busybox sh", "", "");
            assert!(tags(&lab, host).contains("convocate:v1.1.0"), "{host}");
        }
        // The prune of another console, which knows nothing of the job, keeps it as well.
        let other = Tagboat::new();
        let plan = text(&other.run(&["prune", "--host", "lab-2", "--dry-run"], 0).stdout);
        assert!(plan.contains(&format!("job {job} needs it")), "{plan}");
    };
    is_kept();
    console.kill().unwrap();
    console.wait().unwrap();
    is_kept();
    let mut resumed = tagboat
        .command(&["job", "resume", &job, "-y", "--json"])
        .spawn()
        .unwrap();
    let lines = BufReader::new(resumed.stdout.take().unwrap()).lines();
    let events = lines.map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap());
    // It is heard as soon as it runs.
    let approve = || {
        let approve = tagboat.command(&["job", "approve", &job, "-y"]).output();
        approve.unwrap().status.code() == Some(0)
    };
    while !approve() {}
    assert_eq!(events.last().unwrap()["verdict"], "done");
    assert_eq!(resumed.wait().unwrap().code(), Some(0));
    for host in hosts {
        assert_eq!(pins_of_jobs(&lab, host), "", "{host}");
    }
}

#[test]
fn a_rollout_that_is_cancelled_while_it_waits_leaves_no_pin() {
    let lab = Lab::reset();
    let hosts = ["lab-1", "lab-2", "lab-3"];
    with_a_tag_that_nobody_has(&lab, &hosts);
    let tagboat = Tagboat::new();
    let (mut console, job) = waiting_rollout(&tagboat);
    tagboat.run(&["job", "cancel", &job, "-y"], 0);
    assert_eq!(console.wait().unwrap().code(), Some(130));
    for host in hosts {
        assert_eq!(pins_of_jobs(&lab, host), "", "{host}");
    }
}

#[test]
fn what_a_run_that_died_has_untagged_comes_back_also_where_the_prune_was_switched_off_since() {
    let lab = Lab::reset();
    let host = "lab-1";
    install(&lab, host);
    lab.on(
        host,
        "id=$(docker create --pull never convocate:v1.0.0); docker commit -c 'LABEL of=spare' $id convocate:spare >/dev/null; docker rm $id >/dev/null; \
         docker tag convocate:spare tagboat-pin:prune-spare; docker rmi convocate:spare >/dev/null; \
         mkdir -p /var/lib/tagboat; touch /var/lib/tagboat/prune.disabled",
    );
    let told = prune(&lab, host, "busybox sh", "", "");
    assert!(
        told.contains("prune.disabled is there") && told.ends_with("exit 0"),
        "{told}"
    );
    let after = tags(&lab, host);
    assert!(
        after.contains("convocate:spare") && !after.contains("tagboat-pin"),
        "{after}"
    );
    assert_eq!(left(&lab, host), "", "{host}");
}

#[test]
fn a_restart_that_was_interrupted_is_over_before_the_prune_decides_and_nobody_is_shown_after_it() {
    let lab = Lab::reset();
    let host = "lab-1";
    install(&lab, host);
    lab.on(
        host,
        "docker tag convocate:v1.0.0 convocate:v1.1.0; id=$(docker create --pull never convocate:v1.0.0); \
         docker commit -c 'LABEL of=spare' $id convocate:spare >/dev/null; docker rm $id >/dev/null",
    );
    let name = lab.first_session(host);
    let point = lab.crash_point(host, &name, "rename");
    let tagboat = Tagboat::new();
    let words = [
        "session", "restart", &name, "--host", host, "--tag", "v1.1.0", "--yes", "--json",
    ];
    let mut console = tagboat.until_step(&words, "hold");
    console.kill().unwrap();
    console.wait().unwrap();
    lab.on(
        host,
        &format!("while [ -e {point} ]; do sleep 0.1; done; rm -f /var/lib/tagboat/lease.*"),
    );
    let told = prune(&lab, host, "dash", "TAGBOAT_PRUNE_WAIT=60", "");
    assert!(
        told.contains("remove convocate:spare") && told.ends_with("exit 0"),
        "{told}"
    );
    let state = lab.on(
        host,
        &format!(
            "cat /var/lib/tagboat/restarts/*-{name}/ended; docker inspect -f '{{{{.State.Status}}}}' {name}"
        ),
    );
    assert_eq!(state, "undone\nrunning");
    assert!(!tags(&lab, host).contains("tagboat-pin"), "{}", tags(&lab, host));
    assert_eq!(left(&lab, host), "");
    assert_eq!(
        lab.on(host, "ls /etc/convocate-agent/lease 2>/dev/null || true"),
        ""
    );
}
