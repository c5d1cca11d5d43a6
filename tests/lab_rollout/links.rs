//! Connections that break while a session has its turn: the rollout takes the next one and goes on.

use crate::headless::Tagboat;
use crate::real_fleet::Lab;
use crate::{HOSTS, sessions_on, with_good_tag};
use std::io::{BufRead, BufReader};

/// Ends the connections to a host, and waits for the next one. Both names of what serves one; the one that takes new ones lives on.
pub(crate) fn break_connections(lab: &Lab, host: &str) {
    let serves = "'^sshd-session: |^sshd: root'";
    lab.on(
        host,
        &format!("pkill -KILL -f {serves}; until pgrep -f {serves} >/dev/null; do sleep 0.1; done"),
    );
}

#[test]
fn a_restart_whose_connection_breaks_is_followed_to_its_end_over_the_next_one() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let name = lab.first_session(HOSTS[0]);
    let point = lab.crash_point(HOSTS[0], &name, "'commit stand'");
    let tagboat = Tagboat::new();
    let rollout = [
        "rollout", &name, "--host", HOSTS[0], "--tag", "v1.1.0", "-y", "--json",
    ];
    let mut console = tagboat.command(&rollout).spawn().unwrap();
    let mut lines = BufReader::new(console.stdout.take().unwrap()).lines();
    lab.on(
        HOSTS[0],
        &format!("until [ -e {point}.reached ]; do sleep 0.1; done"),
    );
    break_connections(&lab, HOSTS[0]);
    let is_told = lines
        .by_ref()
        .any(|line| line.unwrap().contains("the connection is lost"));
    assert!(is_told, "it never noticed");
    lab.on(HOSTS[0], &format!("rm {point}.reached"));
    let last = lines.last().unwrap().unwrap();
    assert_eq!(console.wait().unwrap().code(), Some(0), "{last}");
    let moved = sessions_on(&lab, HOSTS[0])
        .into_iter()
        .filter(|line| *line == "convocate:v1.1.0 running");
    assert_eq!(moved.count(), 1);
}
