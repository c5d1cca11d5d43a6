//! What machines are like, as the plan of an init tells it.

use crate::fleets::OneHost;
use crate::setup::{bare, facts_of_a_host, init, with};
use tagboat::model::fleet::{HostChange, Platform, Privilege, Stock, StockedHelper};
use tagboat::model::plan::Plan;
use tagboat::model::profile::Address;
use tagboat::model::setup::{Cron, Limits};

/// What the plan of an init says of the machine.
fn remarks(host: OneHost) -> Vec<String> {
    let lines = Plan::Setup(init(&host.fleet()).unwrap()).lines();
    lines.into_iter().flat_map(|line| line.costs).collect()
}

#[test]
fn the_plan_of_an_init_says_what_the_machine_is() {
    let mut told = bare();
    told.limits.max_sessions = Some(10);
    told.limits.max_startups = Some("10:30:100".to_owned());
    let mut host = with(told.clone());
    host.settings.address = Address::Ssh("ops@eu-1".to_owned());
    assert_eq!(
        remarks(host),
        [
            "system: Debian GNU/Linux 13 (trixie), x86_64; systemd; cron runs",
            "engine: Docker 26.1.5 for linux/amd64, classic store; 107 GB free there, 107 GB for staging",
            "login: root; clock: as here; sshd: MaxSessions 10, MaxStartups 10:30:100",
        ]
    );
    // Where it stands worse, it is no less to be seen.
    told.system.cron = Cron::Missing;
    told.limits = Limits {
        unknown: Some("there is no sshd command".to_owned()),
        ..Limits::default()
    };
    let mut facts = facts_of_a_host();
    facts.platform.architecture = "arm64".to_owned();
    facts.privilege = Privilege::Sudo;
    let mut host = with(told)
        .with(HostChange::Facts(facts.clone()))
        .with(HostChange::ClockOff(-90))
        .stocked(helper_for(facts_of_a_host().platform));
    host.settings.address = Address::Ssh("ops@eu-1".to_owned());
    let told = remarks(host);
    assert!(told[0].ends_with("systemd; no cron"), "{told:?}");
    assert_eq!(
        told[2..],
        [
            "login: by `sudo -n`; clock: 90 s behind; sshd: MaxSessions not known, MaxStartups not known",
            "pushes send whole layers: the helper is built for linux/amd64, not for linux/arm64",
            "warning: its clock is 90 s behind the clock here; `timedatectl set-ntp true` there, or whatever sets its clock",
        ]
    );
}

fn helper_for(platform: Platform) -> Stock {
    Stock {
        helper: Some(StockedHelper { platform, bytes: 1 }),
        ..Stock::default()
    }
}
