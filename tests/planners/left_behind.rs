//! What nobody owns any more on a host, and what cannot be known of it: told, and never mended without being asked.

use crate::fleets::{OneHost, container, host_name, image};
use crate::setup::{SESSION, interrupted, member, with};
use tagboat::model::fleet::{ContainerState, HostChange, HostLease, RunsOn};
use tagboat::model::names::ImageRef;
use tagboat::model::profile::Address;
use tagboat::model::setup::{Examination, InterruptedRestart, Limits, diagnose};

/// What is said under this word of a member that was examined so, on a host that is like this besides.
fn said(subject: &str, host: OneHost) -> Vec<String> {
    let fleet = host.fleet();
    let found = diagnose(fleet.host(&host_name()).unwrap(), &fleet);
    let found = found.into_iter().filter(|one| one.subject == subject);
    found
        .map(|one| format!("{} | {}", one.found, one.advice))
        .collect()
}

fn pinned(pins: &[&str]) -> HostChange {
    let pins = pins
        .iter()
        .map(|pin| ImageRef::parse(&format!("tagboat-pin:{pin}")).unwrap());
    HostChange::Image(image(8, pins.collect()))
}

fn lease(left: i64) -> HostLease {
    let told = format!("kim@desk#a.1.0.7\t20261121-200000-abcd\t{left}\t9000\trestart");
    HostLease::read(&told).unwrap()
}

#[test]
fn pins_that_no_work_owns_any_more_are_told_whoever_made_them() {
    let owned = [
        // A job of today, a restart that began just now, and one that is open on the host.
        "job-20261121-230000-abcd-0123456789ab",
        "20261121-235000-abcd-0123456789ab",
        "20261120-000000-abcd-0123456789ab",
    ];
    let mut told = member();
    told.restarts.push(InterruptedRestart {
        journal: format!("20261120-000000-abcd-{SESSION}"),
        is_running: true,
        ..interrupted()
    });
    assert_eq!(
        said("pins", with(told.clone()).with(pinned(&owned))),
        Vec::<String>::new()
    );
    let left = [
        "20261119-000000-abcd-0123456789ab",
        "20261119-000000-abcd-start",
        "prune-v7",
        "somebodys",
    ];
    assert_eq!(
        said("pins", with(told.clone()).with(pinned(&left))),
        [
            "images are held for restarts and starts that are over: tagboat-pin:20261119-000000-abcd-0123456789ab, \
             tagboat-pin:20261119-000000-abcd-start | no prune takes them while these tags are there: `docker rmi \
             tagboat-pin:20261119-000000-abcd-0123456789ab tagboat-pin:20261119-000000-abcd-start` there",
            "a prune that died took the tags off and holds their images: tagboat-pin:prune-v7 | its next run puts the \
             tags back; `/etc/cron.daily/convocate-image-prune` there does it now",
            "images are held by pins that are not tagboat's own: tagboat-pin:somebodys | no prune takes them while these \
             tags are there: `docker rmi tagboat-pin:somebodys` there",
        ]
    );
    // Whoever changes the host may have made his a moment ago; a lease that ran out is nobody's.
    for (seconds, findings) in [(30, 1), (-30, 3)] {
        let host = with(told.clone()).with(pinned(&left));
        let host = host.with(HostChange::Lease(Some(lease(seconds))));
        assert_eq!(said("pins", host).len(), findings, "{seconds}");
    }
}

#[test]
fn a_session_that_runs_on_a_pin_is_no_leftover() {
    let pin = "tagboat-pin:20261119-000000-abcd-0123456789ab-old";
    let runs_on = RunsOn::Reference(ImageRef::parse(pin).unwrap());
    let one = container(7, "convocate-session-7", runs_on, 8, ContainerState::Running);
    let host = with(member())
        .with(pinned(&[pin.strip_prefix("tagboat-pin:").unwrap()]))
        .with(HostChange::Container(one));
    assert_eq!(said("pins", host), Vec::<String>::new());
}

#[test]
fn a_lease_that_its_console_left_is_told_after_an_hour() {
    let of = |left: i64| {
        let mut told = member();
        told.lease = Some(lease(left));
        said("lease", with(told))
    };
    assert_eq!(of(30), Vec::<String>::new());
    assert_eq!(of(-3000), Vec::<String>::new());
    assert_eq!(
        of(-7500),
        [
            "kim@desk (process 7) left it in the middle (restart, job 20261121-200000-abcd): the lease ran out 2 h ago and was \
             not given back | `tagboat job resume 20261121-200000-abcd` where it began ends that job; whoever changes the host \
             next takes its place"
        ]
    );
}

#[test]
fn what_sshd_does_not_tell_is_said_to_be_unknown_and_why() {
    let of = |limits: Limits, address: Address| {
        let mut host = with(Examination { limits, ..member() });
        host.settings.address = address;
        said("sshd", host)
    };
    let ssh = || Address::Ssh("ops@eu-1".to_owned());
    let unknown = Limits {
        unknown: Some("there is no sshd command".to_owned()),
        ..Limits::default()
    };
    let told = of(unknown.clone(), ssh()).concat();
    assert!(
        told.starts_with("MaxSessions and MaxStartups are not known: there is no sshd command |"),
        "{told}"
    );
    assert_eq!(
        of(unknown, Address::Local),
        Vec::<String>::new(),
        "nobody logs in there"
    );
    let half = Limits {
        max_sessions: Some(10),
        ..Limits::default()
    };
    let told = of(half, ssh()).concat();
    assert!(told.starts_with("MaxStartups is not known"), "{told}");
}
