//! What `host init` installs takes up an interrupted restart when the host boots, without anybody's help.

use crate::machine::{CRON_ROOT, Kind, Machine, SYSTEMD_SUDO};
use std::time::{Duration, Instant};

/// Within that a host is whole after it has booted.
const AFTER_BOOT: Duration = Duration::from_mins(1);

#[test]
fn a_boot_of_a_host_with_systemd_ends_what_it_has_interrupted() {
    boots("lab-1", SYSTEMD_SUDO);
}

#[test]
fn a_boot_of_a_host_with_cron_alone_ends_what_it_has_interrupted() {
    boots("lab-2", CRON_ROOT);
}

fn boots(name: &'static str, kind: Kind) {
    let machine = Machine::bare(name, kind);
    machine.host("init", &["--image", "v1.0.0", "--yes"], 0);
    machine.start_session("boot");
    machine
        .tagboat
        .run(&["push", "v1.1.0", "--host", name, "--yes"], 0);
    machine.sh("echo 'rename stand' >/var/lib/tagboat/restarts/crash-at.convocate-session-boot");
    let words = ["session", "restart", "boot", "--host", name, "--yes"];
    let mut console = machine.tagboat.command(&words).spawn().unwrap();
    machine.sh("cd /var/lib/tagboat/restarts; until [ -e crash-at.convocate-session-boot.reached ]; do sleep 0.05; done");
    console.kill().unwrap();
    console.wait().unwrap();
    machine.lab.run(&["kill", name]);
    let booted = Instant::now();
    machine.lab.run(&["boot", name]);
    machine.sh("cd /var/lib/tagboat/restarts; rm -f crash-at.*; tries=0; \
         until ls */ended >/dev/null 2>&1 || [ $tries -gt 1200 ]; do sleep 0.1; tries=$((tries + 1)); done");
    let took = booted.elapsed();
    assert_eq!(
        machine.sh("docker inspect -f '{{.State.Running}}' convocate-session-boot; ls -d /var/lib/tagboat/restarts/*/ended | wc -l"),
        "true\n1",
        "{kind:?}"
    );
    assert!(
        took < AFTER_BOOT,
        "{kind:?}: whole only {} s after the boot",
        took.as_secs()
    );
    let found = machine.findings();
    assert!(!found.iter().any(|one| one.contains("restarts:")), "{found:?}");
}
