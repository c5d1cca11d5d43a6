//! What machines are like: told in the plan of an init, and what another way of starting services has left.

use crate::fleets::{OneHost, host_name};
use crate::setup::{bare, facts_of_a_host, init, intent, member, names, put, with};
use tagboat::model::fleet::{HostChange, Platform, Privilege, Stock, StockedHelper};
use tagboat::model::plan::{Plan, SetupImage, plan_init, plan_mend, plan_update};
use tagboat::model::profile::{Address, Profile};
use tagboat::model::setup::{Before, Cron, FileSum, Limits, diagnose, pieces_anywhere};

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

#[test]
fn what_another_way_of_starting_services_needed_is_taken_off_so_that_nothing_runs_twice() {
    let cron = "/etc/cron.d/tagboat-restarts";
    let timer = "unit:tagboat-prune.timer";
    // A host that had no systemd once, and one that had no cron.
    let mut told = member();
    let of = |path: &str| {
        let all = pieces_anywhere(&Profile::convocate());
        let (piece, _) = all.iter().find(|(piece, _)| piece.name() == path).unwrap();
        put(piece)
    };
    told.found.insert(cron.to_owned(), of(cron));
    told.found
        .insert(timer.to_owned(), Before::Unit("enabled".to_owned()));
    for name in [
        "/etc/systemd/system/tagboat-prune.timer",
        "/etc/systemd/system/tagboat-prune.service",
    ] {
        told.found.insert(name.to_owned(), of(name));
    }
    let takes = [
        "disable tagboat-prune.timer",
        "remove /etc/systemd/system/tagboat-prune.timer",
        "remove /etc/systemd/system/tagboat-prune.service",
        "remove /etc/cron.d/tagboat-restarts",
    ];
    let fleet = with(told.clone()).fleet();
    for plan in [plan_init, plan_update, plan_mend] {
        assert_eq!(names(&plan(&intent(SetupImage::None), &fleet).unwrap()), takes);
    }
    let found = diagnose(fleet.host(&host_name()).unwrap(), &fleet);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].found.contains("run the same twice"), "{found:?}");
    // What is not the very piece is somebody's own.
    let Some(Before::File { sum, .. }) = told.found.get_mut(cron) else {
        panic!("no file")
    };
    *sum = FileSum::of("mine");
    let plan = init(&with(told).fleet()).unwrap();
    assert_eq!(names(&plan), takes[..3]);
}
