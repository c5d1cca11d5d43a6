//! What is wrong with hosts: what is found, how bad it is called, and what of it is mended.

use crate::fleets::{OneHost, container, facts, host_name, image, reference, session};
use crate::setup::{SESSION, intent, interrupted, member, names, with};
use jiff::Timestamp;
use std::fmt::Write as _;
use std::time::Duration;
use tagboat::model::fleet::{
    Connection, ContainerState, Delta, Fleet, Host, HostChange, HostFacts, HostImage, MachineId, RunsOn,
};
use tagboat::model::names::{ContainerRole, HostName, ImageName, ImageRef, JobId};
use tagboat::model::plan::{Gate, Plan, SetupImage, plan_mend, plan_remove_host};
use tagboat::model::setup::{
    Before, Cron, EmptyBind, Examination, InterruptedRestart, Mode, Owned, StagedFile, diagnose,
};

/// A member with something of everything that can be wrong.
fn broken() -> Examination {
    let mut told = member();
    told.system.cron = Cron::Installed;
    told.limits.max_sessions = Some(1);
    told.limits.max_startups = Some("1:30:100".to_owned());
    told.prune.is_disabled = true;
    told.found
        .insert("/var/lib/tagboat/take-up-restarts".to_owned(), Before::Missing);
    let open = Owned {
        owner: "0:0".to_owned(),
        mode: Mode(0o777),
    };
    told.found
        .insert("/var/lib/tagboat".to_owned(), Before::Directory(open));
    told.restarts.push(interrupted());
    told.staged = vec![
        staged("/tmp/convocate-image-0123456789abcdef.tar.gz.part", 7200),
        staged("/tmp/convocate-image-fedcba9876543210.tar.gz.part", 2),
    ];
    told.helpers = vec!["/root/.cache/tagboat/helper-0123".to_owned()];
    told.empty_binds = vec![
        empty("/usr/local/bin/claude", "/usr/local/bin/claude"),
        empty("/srv/empty", "/work"),
    ];
    told
}

fn staged(path: &str, age: u64) -> StagedFile {
    StagedFile {
        path: path.to_owned(),
        size: 5_000_000,
        age: Duration::from_secs(age),
    }
}

fn empty(source: &str, inside: &str) -> EmptyBind {
    EmptyBind {
        container: SESSION.to_owned(),
        source: source.to_owned(),
        inside: inside.to_owned(),
    }
}

/// An image that a job holds which began three weeks ago.
fn forgotten_pin() -> HostImage {
    let pin = "tagboat-pin:job-20261101-000000-abcd-0123456789ab";
    image(8, vec![ImageRef::parse(pin).unwrap()])
}

#[test]
fn everything_that_is_wrong_is_told_with_what_mends_it_the_worst_first() {
    let fleet = with(broken())
        .with(HostChange::Image(forgotten_pin()))
        .with(HostChange::ClockOff(-90))
        .stamped("v9", &[])
        .fleet();
    let mut told = String::new();
    for one in diagnose(fleet.host(&host_name()).unwrap(), &fleet) {
        let fix = if one.mends.is_empty() { "" } else { " [fix]" };
        writeln!(
            told,
            "{} {}: {}\n    {}{fix}",
            one.level.word(),
            one.subject,
            one.found,
            one.advice
        )
        .unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_is_safe_to_mend_is_mended_in_order_and_the_rest_is_said_to_stay() {
    let plan = plan_mend(
        &intent(SetupImage::None),
        &with(broken()).stamped("v9", &[]).fleet(),
    )
    .unwrap();
    assert_eq!(
        names(&plan),
        [
            "install /var/lib/tagboat",
            "install /var/lib/tagboat/take-up-restarts",
            "take up",
            "remove /tmp/convocate-image-0123456789abcdef.tar.gz.part",
            "remove /root/.cache/tagboat/helper-0123",
        ]
    );
    assert!(
        plan.hosts[0]
            .remarks
            .iter()
            .any(|one| one.starts_with("stays: ") && one.contains("claude"))
    );
}

#[test]
fn a_restart_that_is_taken_up_is_not_among_what_keeps_its_container() {
    let plan = plan_mend(&intent(SetupImage::None), &with(broken()).fleet()).unwrap();
    let plan = Plan::Setup(plan);
    assert_eq!(plan.untouched(), ["there are no sessions on them"]);
    let lines = plan.lines();
    let note = &lines
        .iter()
        .find(|line| line.before == "interrupted")
        .unwrap()
        .note;
    assert!(
        note.contains(SESSION) && note.contains("stops and starts"),
        "{note}"
    );
}

#[test]
fn a_mend_that_takes_up_a_restart_asks_for_a_word_and_one_that_does_not_for_a_yes() {
    let plan = |told: Examination| {
        let fleet = with(told).fleet();
        Plan::Setup(plan_mend(&intent(SetupImage::None), &fleet).unwrap())
    };
    let taking_up = plan(broken());
    assert_eq!(taking_up.gate(), Gate::Typed(host_name().to_string()));
    assert!(
        taking_up.undo().contains("tagboat rollback"),
        "{}",
        taking_up.undo()
    );
    let mut told = broken();
    told.restarts.clear();
    assert_eq!(plan(told).gate(), Gate::Plan);
}

#[test]
fn a_restart_that_a_console_prepares_and_what_came_after_the_examination_are_nothing_wrong() {
    let mut told = member();
    told.restarts.push(InterruptedRestart {
        is_made: false,
        ..interrupted()
    });
    let job = JobId::parse("20261122-000000-abcd").unwrap();
    let successor = ContainerRole::Successor(job).container_name(&session("convocate-session-other"));
    let later: Timestamp = "2026-11-22T00:01:00Z".parse().unwrap();
    for (created_at, findings) in [(later, 0), (Timestamp::UNIX_EPOCH, 1)] {
        let mut one = container(
            7,
            &successor,
            RunsOn::Reference(reference("v1")),
            1,
            ContainerState::Created,
        );
        one.created_at = created_at;
        let fleet = with(told.clone())
            .stamped("v1", &[])
            .with(HostChange::Container(one))
            .fleet();
        let found = diagnose(fleet.host(&host_name()).unwrap(), &fleet);
        assert_eq!(found.len(), findings, "{found:?}");
    }
}

/// What is said of the prune of a member that was examined so.
fn of_prune(told: Examination) -> Vec<String> {
    let fleet = with(told).fleet();
    let found = diagnose(fleet.host(&host_name()).unwrap(), &fleet);
    let of_prune = found.into_iter().filter(|one| one.subject == "prune");
    of_prune
        .map(|one| format!("{} | {}", one.found, one.advice))
        .collect()
}

/// A member whose prune is there for so many hours, and was last run so many hours ago.
fn pruned(there: u64, ran: Option<u64>) -> Examination {
    let mut told = member();
    told.prune.there = Some(Duration::from_hours(there));
    told.prune.ran = ran.map(Duration::from_hours);
    told
}

#[test]
fn a_prune_that_never_ran_is_told_when_a_day_and_what_cron_may_wait_are_over() {
    for (there, ran) in [
        (25, None),
        (27, Some(3)),
        (1, Some(240)),
        (27, Some(49)),
        (240, Some(25)),
    ] {
        assert_eq!(
            of_prune(pruned(there, ran)),
            Vec::<String>::new(),
            "{there} {ran:?}"
        );
    }
    let told = of_prune(pruned(27, None)).concat();
    assert!(
        told.starts_with("it has never run, although it is there since 2026-11-20 21:00 UTC | look at"),
        "{told}"
    );
    assert!(
        told.contains("`/etc/cron.daily/convocate-image-prune` runs it now"),
        "{told}"
    );
    let told = of_prune(pruned(240, Some(72))).concat();
    assert!(told.starts_with("it was last run 3 days ago | look at"), "{told}");
}

/// What hinders it, what is said of that, and what mends it.
type Cause<'a> = (&'a dyn Fn(&mut Examination), &'a str, &'a str);

#[test]
fn why_the_prune_never_ran_is_told_where_that_is_to_be_seen_with_what_mends_it() {
    let stopped = |told: &mut Examination| {
        told.system.cron = Cron::Missing;
        let timer = "unit:tagboat-prune.timer".to_owned();
        told.found.insert(timer, Before::Unit("stopped".to_owned()));
    };
    let closed = |told: &mut Examination| {
        let piece = told
            .found
            .get_mut("/etc/cron.daily/convocate-image-prune")
            .unwrap();
        if let Before::File { owned, .. } = piece {
            owned.mode = Mode(0o644);
        }
    };
    let fix = format!("tagboat host doctor {} --fix", host_name());
    let causes: [Cause<'_>; 5] = [
        (
            &|told| told.system.cron = Cron::Installed,
            ": cron is installed and does not run",
            "`systemctl enable --now cron` there",
        ),
        (
            &|told| told.system.has_daily_cron = false,
            ": nothing runs what is in /etc/cron.daily",
            "/etc/crontab",
        ),
        (&stopped, ": tagboat-prune.timer is not started", &fix),
        (&closed, ": its file may not be executed", &fix),
        (
            &|told| told.prune.is_disabled = true,
            "it is switched off on the host",
            "rm /var/lib/tagboat/prune.disabled",
        ),
    ];
    for (change, cause, advice) in causes {
        let mut told = pruned(27, None);
        change(&mut told);
        let found = of_prune(told).concat();
        assert!(
            found.contains(cause) && found.contains(advice),
            "{cause}: {found}"
        );
    }
}

#[test]
fn a_timer_that_is_enabled_and_does_not_count_is_started_and_on_removal_disabled() {
    let mut told = member();
    let timer = "unit:tagboat-restarts.timer".to_owned();
    told.found.insert(timer, Before::Unit("stopped".to_owned()));
    let fleet = with(told).fleet();
    let plan = plan_mend(&intent(SetupImage::None), &fleet).unwrap();
    assert_eq!(names(&plan), ["enable tagboat-restarts.timer"]);
    assert_eq!(Plan::Setup(plan).lines()[0].before, "not started");
    let plan = plan_remove_host(&intent(SetupImage::None), &fleet).unwrap();
    assert_eq!(names(&plan)[0], "disable tagboat-restarts.timer");
}

/// Two hosts of these images, with what their engines and kernels call themselves.
fn two(images: [&str; 2], ids: [(&str, &str); 2]) -> Fleet {
    let hosts = ["eu-01", "eu-02"].into_iter().zip(images).map(|(name, image)| {
        let mut settings = OneHost::new().settings;
        settings.name = HostName::parse(name).unwrap();
        settings.profile.image = ImageName::parse(image).unwrap();
        Host::new(settings)
    });
    let mut fleet = Fleet::new(hosts);
    for (name, (engine, boot)) in ["eu-01", "eu-02"].into_iter().zip(ids) {
        let facts = HostFacts {
            machine: MachineId::of(engine, boot),
            ..facts("amd64", 1 << 40)
        };
        for change in [
            HostChange::Connection(Connection::Connected),
            HostChange::Facts(facts),
        ] {
            fleet.apply(Delta::Host {
                host: HostName::parse(name).unwrap(),
                change,
            });
        }
    }
    fleet
}

#[test]
fn two_names_of_one_machine_are_told_and_a_clone_or_another_profile_of_it_is_not() {
    let same = ["convocate", "convocate"];
    for (images, ids, is_told) in [
        (same, [("A", "1"), ("A", "1")], true),
        // A clone has the engine's id, but was booted by itself.
        (same, [("A", "1"), ("A", "2")], false),
        // Two engines on one machine.
        (same, [("A", "1"), ("B", "1")], false),
        (same, [("", "1"), ("", "1")], false),
        (["convocate", "disinto"], [("A", "1"), ("A", "1")], false),
    ] {
        let fleet = two(images, ids);
        let host = fleet.host(&HostName::parse("eu-02").unwrap()).unwrap();
        let told: Vec<_> = diagnose(host, &fleet)
            .into_iter()
            .filter(|one| one.subject == "name")
            .map(|one| format!("{}; {}", one.found, one.advice))
            .collect();
        let wanted = "it is the same machine as eu-01 (one engine): its sessions are there twice; \
                      keep one of the names: `tagboat host forget eu-02`, or give it a profile with another image";
        let wanted: &[&str] = if is_told { &[wanted] } else { &[] };
        assert_eq!(told, wanted, "{images:?} {ids:?}");
    }
}
