//! An init whose console dies half-way is taken up by the next one: nothing is there twice, and a third one finds nothing to do.

use crate::machine::{Machine, SYSTEMD_ROOT};
use tagboat::model::profile::Profile;
use tagboat::model::setup::pieces_anywhere;

/// Holds the service manager in front of what it is told, while `/run/hold-systemctl` is there.
const HELD: &str = r#"#!/bin/sh
if [ "$1" = daemon-reload ] && [ -e /run/hold-systemctl ]; then
  : >/run/hold-systemctl.reached
  while [ -e /run/hold-systemctl ]; do sleep 0.05; done
fi
exec /bin/systemctl "$@"
"#;

/// Whatever of tagboat the host has, a line each: files, halves of files, and what runs at boot or daily.
const THERE: &str = "find /etc /var/lib/tagboat \\( -name '*tagboat*' -o -name '*convocate*' -o -name take-up-restarts \\) \
    ! -path '/var/lib/tagboat/lease*' | sort; systemctl list-timers --all --no-legend 'tagboat-*' | wc -l";

#[test]
fn an_init_whose_console_died_half_way_is_gone_on_with_and_puts_nothing_there_twice() {
    let machine = Machine::bare("lab-1", SYSTEMD_ROOT);
    // The host once had another init, and the line of cron for that.
    let all = pieces_anywhere(&Profile::convocate());
    let (cron, line) = all
        .iter()
        .find(|(piece, _)| piece.name() == "/etc/cron.d/tagboat-restarts")
        .unwrap();
    machine.sh(&format!(
        "cat >{name} <<'LINE'\n{line}LINE\nchmod 644 {name}",
        name = cron.name()
    ));
    machine.sh(&format!(
        "cat >/usr/local/bin/systemctl <<'HELD'\n{HELD}HELD\nchmod 755 /usr/local/bin/systemctl; : >/run/hold-systemctl"
    ));
    let words = ["host", "init", machine.name, "--no-image", "--yes"];
    let mut console = machine.tagboat.command(&words).spawn().unwrap();
    machine.sh("until [ -e /run/hold-systemctl.reached ]; do sleep 0.05; done");
    console.kill().unwrap();
    console.wait().unwrap();
    let half = machine.sh(THERE);
    assert!(
        half.contains("/etc/cron.daily/convocate-image-prune") && !half.contains("tagboat-restarts.timer"),
        "{half}"
    );
    machine.sh("rm /run/hold-systemctl*");

    let told = machine.host("init", &["--no-image", "--yes"], 0);
    assert!(
        !told.contains("convocate-image-prune") && told.contains("tagboat-restarts.timer"),
        "what was there is not put there again: {told}"
    );
    assert!(told.contains("remove /etc/cron.d/tagboat-restarts"), "{told}");
    assert_eq!(
        machine.sh(THERE),
        "/etc/convocate-agent\n\
         /etc/cron.daily/convocate-image-prune\n\
         /etc/systemd/system/multi-user.target.wants/tagboat-restarts.service\n\
         /etc/systemd/system/tagboat-restarts.service\n\
         /etc/systemd/system/tagboat-restarts.timer\n\
         /etc/systemd/system/timers.target.wants/tagboat-restarts.timer\n\
         /var/lib/tagboat\n\
         /var/lib/tagboat/take-up-restarts\n\
         1"
    );

    let told = machine.host("init", &["--no-image", "--yes"], 0);
    assert!(
        told.contains("there is nothing to do; nothing was changed"),
        "{told}"
    );
    let found = machine.findings();
    assert!(
        found.len() == 1 && found[0].starts_with("problem stamp: there is no stamp file"),
        "{found:?}"
    );
}
