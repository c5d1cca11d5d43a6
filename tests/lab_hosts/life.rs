//! The whole life of a member: bare, made ready, updated, broken, mended, taken off.

use crate::machine::{CRON_SUDO, Kind, Machine, SYSTEMD_ROOT};

const PRUNE: &str = "/etc/cron.daily/convocate-image-prune";

#[test]
fn a_machine_with_systemd_and_a_root_login_lives_as_a_member() {
    lives("lab-1", SYSTEMD_ROOT);
}

#[test]
fn a_machine_without_systemd_and_with_a_sudo_login_lives_as_a_member() {
    lives("lab-2", CRON_SUDO);
}

fn lives(name: &'static str, kind: Kind) {
    let machine = Machine::bare(name, kind);
    let before = machine.files();
    is_made_ready(&machine);
    is_updated(&machine);
    is_broken_and_mended(&machine);
    is_taken_off(&machine, &before);
}

fn is_made_ready(machine: &Machine) {
    let found = machine.findings();
    assert!(
        found.iter().any(|one| one.contains("no member of the fleet")),
        "{found:?}"
    );
    let told = machine.host("init", &["--image", "v1.0.0", "--dry-run"], 0);
    assert!(
        told.contains(PRUNE) && told.contains("nothing was changed"),
        "{told}"
    );
    assert_eq!(
        machine.sh(&format!("ls {PRUNE} /etc/convocate-agent 2>/dev/null | wc -l")),
        "0"
    );
    machine.host("init", &["--image", "v1.0.0", "--yes"], 0);
    assert_eq!(
        machine.sh(&format!(
            "stat -c '%U %a' {PRUNE} /var/lib/tagboat /var/lib/tagboat/restarts /var/lib/tagboat/take-up-restarts \
             /etc/convocate-agent /etc/convocate-agent/current-image; cat /etc/convocate-agent/current-image"
        )),
        "root 755\nroot 700\nroot 700\nroot 700\nroot 755\nroot 644\nconvocate:v1.0.0"
    );
    let starts = match machine.kind.init {
        "systemd" => "systemctl is-enabled tagboat-restarts.service",
        _ => "grep -c '^@reboot root /bin/sh' /etc/cron.d/tagboat-restarts | sed s/1/enabled/",
    };
    assert_eq!(machine.sh(starts), "enabled");
    assert_eq!(machine.findings(), Vec::<String>::new());
    let again = machine.host("init", &["--image", "v1.0.0", "--yes"], 0);
    assert!(
        again.contains("there is nothing to do; nothing was changed"),
        "{again}"
    );
    // What cron runs daily, it can: run-parts takes the name, and the script finds nothing to remove.
    let run = machine.sh(&format!(
        "run-parts --test /etc/cron.daily | grep -x {PRUNE}; env -i PATH=/usr/bin:/bin {PRUNE}; echo $?"
    ));
    assert!(run.starts_with(PRUNE) && run.ends_with('0'), "{run}");
}

fn is_updated(machine: &Machine) {
    machine.start_session("kept");
    let container = machine.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' convocate-session-kept");
    machine.sh(&format!(
        "echo '# of an earlier version' >>{PRUNE}; mkdir -p /root/.cache/tagboat ~ops/.cache/tagboat; \
        touch /root/.cache/tagboat/helper-0 ~ops/.cache/tagboat/helper-0; chown -R ops: ~ops/.cache"
    ));
    let told = machine.host("update", &["--image", "v1.1.0", "--yes"], 0);
    for said in [
        PRUNE,
        "another version",
        "helper-0",
        "convocate-session-kept on",
        "convocate:v1.1.0 is active",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert_eq!(
        machine.sh(&format!("grep -c 'of an earlier version' {PRUNE} || true")),
        "0"
    );
    assert_eq!(
        machine.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' convocate-session-kept"),
        container,
        "a session is left alone"
    );
    let again = machine.host("update", &["--image", "v1.1.0", "--yes"], 0);
    assert!(again.contains("there is nothing to do"), "{again}");
    assert_eq!(machine.findings(), Vec::<String>::new());
}

/// Whatever the doctor can mend, and something that it can only tell.
fn is_broken_and_mended(machine: &Machine) {
    // On the tag of before: the active one is to be in nobody's use.
    machine.sh(
        "docker run -d --pull never --name convocate-session-blind -v /usr/local/bin/claude:/usr/local/bin/claude \
         convocate:v1.0.0 >/dev/null",
    );
    machine.sh(&format!(
        "chmod 777 /var/lib/tagboat; rm {PRUNE}; echo old >/var/lib/tagboat/take-up-restarts; \
         touch -d '3 hours ago' /tmp/convocate-image-0123456789abcdef.tar.gz.part; \
         rm -f /etc/cron.d/tagboat-restarts /etc/systemd/system/tagboat-restarts.*; \
         docker rmi $(cat /etc/convocate-agent/current-image) >/dev/null"
    ));
    let found = machine.findings();
    let recovery = match machine.kind.init {
        "systemd" => "/etc/systemd/system/tagboat-restarts.service",
        _ => "/etc/cron.d/tagboat-restarts",
    };
    for said in [
        "problem stamp: convocate:v1.1.0 is active and is not on the host",
        "problem setup: /var/lib/tagboat: wrong owner or mode",
        "problem setup: /var/lib/tagboat/take-up-restarts: ",
        "warning staging: ",
        "problem bind: /usr/local/bin/claude is an empty directory",
        recovery,
    ] {
        assert!(found.iter().any(|one| one.contains(said)), "{said}: {found:#?}");
    }
    // Some of it is left to the operator.
    machine.host("doctor", &["--fix", "--yes"], 4);
    let left = machine.findings();
    assert_eq!(left.len(), 2, "{left:#?}");
    assert!(
        left[0].starts_with("problem stamp: ") && left[1].starts_with("problem bind: "),
        "{left:#?}"
    );
    // What it told how to mend, the operator does.
    machine
        .tagboat
        .run(&["push", "v1.1.0", "--host", machine.name, "--yes"], 0);
    machine.sh(
        "docker rm -f convocate-session-blind >/dev/null; rmdir /usr/local/bin/claude; \
         printf '#!/bin/sh\\n' >/usr/local/bin/claude; chmod 755 /usr/local/bin/claude",
    );
    assert_eq!(machine.findings(), Vec::<String>::new());
}

fn is_taken_off(machine: &Machine, before: &str) {
    let refused = machine.host("remove", &[], 3);
    assert!(refused.contains("Nothing was changed"), "{refused}");
    machine.host("remove", &["--yes"], 0);
    assert_eq!(
        machine.sh("docker ps -q --filter name=convocate-session-kept | wc -l"),
        "1"
    );
    assert_eq!(
        machine.sh("cat /etc/convocate-agent/current-image"),
        "convocate:v1.1.0"
    );
    let mine = |line: &&str| {
        !line.contains("/convocate-agent")
            && !line.contains("/usr/local/bin/claude")
            && !line.contains("/.cache")
    };
    let files = machine.files();
    let (then, now): (Vec<_>, Vec<_>) = (before.lines().collect(), files.lines().filter(mine).collect());
    let new: Vec<_> = now.iter().filter(|line| !then.contains(line)).collect();
    assert_eq!(new, Vec::<&&str>::new(), "what an init brought is gone");
    let found = machine.findings();
    assert!(
        found.iter().any(|one| one.contains("no member of the fleet")),
        "{found:?}"
    );
}
