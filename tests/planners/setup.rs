//! Making hosts members of the fleet: what is planned, what is found wrong, and when it is refused.

use crate::fleets::{OneHost, host_name, reference};
use std::time::Duration;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{ContainerState, Fleet, HostChange, HostFacts, Privilege};
use tagboat::model::job::{StepKind, Target};
use tagboat::model::names::HostName;
use tagboat::model::plan::{
    Gate, Plan, PushOptions, SetupImage, SetupIntent, SetupPlan, plan_init, plan_remove_host, plan_update,
};
use tagboat::model::profile::Profile;
use tagboat::model::setup::{
    Before, Change, Cron, DailyPrune, Examination, FileSum, Init, InterruptedRestart, Limits, Mode, Owned,
    Piece, System, diagnose, pieces, pieces_anywhere,
};

pub(crate) const SESSION: &str = "convocate-session-4f2a";

/// A bare machine: systemd, cron, nothing of tagboat.
pub(crate) fn bare() -> Examination {
    let missing = |piece: &Piece| match piece {
        Piece::Enabled { .. } => Before::Unit("not-found".to_owned()),
        _ => Before::Missing,
    };
    let found = pieces_anywhere(&Profile::convocate());
    Examination {
        at: "2026-11-22T00:00:00Z".parse().unwrap(),
        system: System {
            id: "debian".to_owned(),
            name: "Debian GNU/Linux 13 (trixie)".to_owned(),
            machine: "x86_64".to_owned(),
            kernel: "Linux".to_owned(),
            init: Init::Systemd,
            cron: Cron::Runs,
            has_daily_cron: true,
            has_docker_cli: true,
        },
        limits: Limits::default(),
        found: found
            .iter()
            .map(|(piece, _)| (piece.question(), missing(piece)))
            .collect(),
        staged: Vec::new(),
        restarts: Vec::new(),
        helpers: Vec::new(),
        lease: None,
        prune: DailyPrune::default(),
        empty_binds: Vec::new(),
    }
}

/// What stands where a piece was put.
pub(crate) fn put(piece: &Piece) -> Before {
    let owned = |mode: Mode| Owned {
        owner: "0:0".to_owned(),
        mode,
    };
    match piece {
        Piece::Directory { mode, .. } => Before::Directory(owned(*mode)),
        Piece::File { mode, sum, .. } => Before::File {
            owned: owned(*mode),
            sum: sum.clone(),
        },
        Piece::Enabled { .. } => Before::Unit("enabled".to_owned()),
    }
}

/// A member with every piece of this version.
pub(crate) fn member() -> Examination {
    let mut told = bare();
    for (piece, _) in pieces(&Profile::convocate(), &told.system) {
        told.found.insert(piece.question(), put(&piece));
    }
    told
}

pub(crate) fn with(told: Examination) -> OneHost {
    OneHost::new()
        .image(1, &["v1"])
        .container(SESSION, "v1", 1, ContainerState::Running)
        .with(HostChange::Examined(Box::new(Ok(told))))
}

pub(crate) fn intent(image: SetupImage) -> SetupIntent {
    SetupIntent {
        hosts: vec![host_name()],
        image,
    }
}

pub(crate) fn names(plan: &SetupPlan) -> Vec<String> {
    plan.hosts[0]
        .changes
        .iter()
        .map(|change| change.step().to_string())
        .collect()
}

fn push(tag: &str) -> SetupImage {
    SetupImage::Push {
        reference: reference(tag),
        allow_failing: false,
        options: PushOptions::default(),
    }
}

pub(crate) fn init(fleet: &Fleet) -> Result<SetupPlan, Refusal> {
    plan_init(&intent(SetupImage::None), fleet)
}

#[test]
fn a_bare_machine_gets_every_piece_in_the_order_in_which_they_are_needed() {
    let plan = init(&with(bare()).fleet()).unwrap();
    assert_eq!(
        names(&plan),
        [
            "install /etc/convocate-agent",
            "install /var/lib/tagboat",
            "install /var/lib/tagboat/restarts",
            "install /etc/cron.daily/convocate-image-prune",
            "install /var/lib/tagboat/take-up-restarts",
            "install /etc/systemd/system/tagboat-restarts.service",
            "install /etc/systemd/system/tagboat-restarts.timer",
            "enable tagboat-restarts.service",
            "enable tagboat-restarts.timer",
        ]
    );
    let has_text = |change: &Change| match change {
        Change::Put {
            piece: Piece::File { sum, .. },
            ..
        } => plan.texts.get(sum).is_some_and(|text| FileSum::of(text) == *sum),
        _ => true,
    };
    assert!(plan.hosts[0].changes.iter().all(has_text));
    assert_eq!(plan.texts.len(), 4);
}

#[test]
fn a_member_as_it_is_to_be_has_nothing_to_do() {
    let fleet = with(member()).fleet();
    for plan in [init(&fleet), plan_update(&intent(SetupImage::None), &fleet)] {
        let plan = Plan::Setup(plan.unwrap());
        assert!(plan.steps(&Target::host(host_name())).is_empty(), "{plan:?}");
        assert!(plan.lines()[0].note.contains("9 pieces are there"));
    }
    assert!(diagnose(fleet.host(&host_name()).unwrap(), &fleet).is_empty());
}

#[test]
fn an_image_that_the_host_has_stamped_is_not_pushed_again() {
    let fleet = with(member())
        .at_source(1, "v1", "amd64", 1000)
        .stamped("v1", &[])
        .fleet();
    let plan = plan_init(&intent(push("v1")), &fleet).unwrap();
    assert!(plan.push.is_none());
    let fleet = with(bare())
        .at_source(2, "v2", "amd64", 1000)
        .stamped("v1", &[])
        .fleet();
    let plan = Plan::Setup(plan_init(&intent(push("v2")), &fleet).unwrap());
    let steps = plan.steps(&Target::host(host_name()));
    assert_eq!(
        steps.first().map(ToString::to_string).as_deref(),
        Some("check setup")
    );
    assert_eq!(steps.last().map(|step| step.kind), Some(StepKind::CleanUp));
    assert_eq!(plan.needed_tags(), [(host_name(), reference("v2"))]);
}

#[test]
fn an_update_replaces_what_is_of_another_version_and_names_the_sessions_that_it_leaves_alone() {
    let mut told = member();
    let prune = "/etc/cron.daily/convocate-image-prune";
    let owned = Owned {
        owner: "0:0".to_owned(),
        mode: Mode(0o755),
    };
    told.found.insert(
        prune.to_owned(),
        Before::File {
            owned,
            sum: FileSum::of("an older one"),
        },
    );
    told.helpers = vec!["/root/.cache/tagboat/helper-0123".to_owned()];
    let plan = plan_update(&intent(SetupImage::None), &with(told).fleet()).unwrap();
    assert_eq!(
        names(&plan),
        [
            format!("install {prune}"),
            "remove /root/.cache/tagboat/helper-0123".to_owned()
        ]
    );
    let plan = Plan::Setup(plan);
    assert_eq!(plan.lines()[0].before, "another version");
    assert_eq!(
        plan.untouched(),
        [format!(
            "sessions keep their container and their tag: {SESSION} on {}",
            host_name()
        )]
    );
}

#[test]
fn a_machine_that_is_no_member_is_not_updated() {
    let refusal = plan_update(&intent(SetupImage::None), &with(bare()).fleet()).unwrap_err();
    assert!(refusal.reason.contains("no member"), "{refusal}");
    assert_eq!(refusal.advice, format!("tagboat host init {}", host_name()));
}

#[test]
fn something_else_in_the_place_of_a_piece_is_never_replaced() {
    let mut told = bare();
    told.found
        .insert("/etc/cron.daily/convocate-image-prune".to_owned(), Before::Other);
    let refusal = init(&with(told.clone()).fleet()).unwrap_err();
    assert!(refusal.reason.contains("is something else"), "{refusal}");
    let fleet = with(told).fleet();
    let found = diagnose(fleet.host(&host_name()).unwrap(), &fleet);
    assert!(
        found
            .iter()
            .any(|one| one.found.contains("something else") && one.mends.is_empty())
    );
}

pub(crate) fn facts_of_a_host() -> HostFacts {
    let fleet = OneHost::new().fleet();
    fleet.host(&host_name()).unwrap().facts.clone().unwrap()
}

#[test]
fn a_host_is_refused_that_cannot_be_changed_or_is_not_known() {
    let mut facts = facts_of_a_host();
    facts.privilege = Privilege::None;
    let no_root = with(bare()).with(HostChange::Facts(facts)).fleet();
    let unasked = OneHost::new().fleet();
    let silent = OneHost::new()
        .with(HostChange::Examined(Box::new(Err(
            "no answer within 50 s".to_owned()
        ))))
        .fleet();
    let mut no_docker = bare();
    no_docker.system.has_docker_cli = false;
    let mut no_linux = bare();
    no_linux.system.kernel = "FreeBSD".to_owned();
    let mut windows = facts_of_a_host();
    windows.platform.os = "windows".to_owned();
    let windows = with(bare()).with(HostChange::Facts(windows)).fleet();
    for (fleet, why) in [
        (no_root, "may not use `sudo -n`"),
        (unasked, "it was not examined"),
        (silent, "no answer within 50 s"),
        (with(no_docker).fleet(), "the docker command is not there"),
        (
            with(no_linux).fleet(),
            "it runs FreeBSD; a member of the fleet runs Linux",
        ),
        (windows, "its engine runs images for windows/amd64"),
    ] {
        let refusal = init(&fleet).unwrap_err();
        assert!(refusal.reason.contains(why), "{refusal}");
    }
    let elsewhere = SetupIntent {
        hosts: vec![HostName::parse("elsewhere").unwrap()],
        image: SetupImage::None,
    };
    let refusal = plan_init(&elsewhere, &with(bare()).fleet()).unwrap_err();
    assert_eq!(refusal.advice, "tagboat host add elsewhere");
}

#[test]
fn taking_tagboat_off_undoes_an_init_and_keeps_what_sessions_need() {
    let plan = plan_remove_host(&intent(SetupImage::None), &with(member()).fleet()).unwrap();
    assert_eq!(
        names(&plan),
        [
            "disable tagboat-restarts.timer",
            "disable tagboat-restarts.service",
            "remove /etc/systemd/system/tagboat-restarts.timer",
            "remove /etc/systemd/system/tagboat-restarts.service",
            "remove /var/lib/tagboat/take-up-restarts",
            "remove /etc/cron.daily/convocate-image-prune",
        ]
    );
    assert_eq!(Plan::Setup(plan).gate(), Gate::Typed(host_name().to_string()));
    let mut told = member();
    told.restarts.push(interrupted());
    let refusal = plan_remove_host(&intent(SetupImage::None), &with(told).fleet()).unwrap_err();
    assert!(refusal.reason.contains("is not over"), "{refusal}");
}

pub(crate) fn interrupted() -> InterruptedRestart {
    InterruptedRestart {
        journal: format!("20261122-000000-abcd-{SESSION}"),
        is_running: false,
        is_made: true,
        age: Duration::from_mins(5),
    }
}

#[test]
fn a_plan_of_a_setup_is_the_same_after_it_was_kept_in_a_journal() {
    let plan = Plan::Setup(init(&with(bare()).fleet()).unwrap());
    let kept: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(kept, plan);
}

#[test]
fn the_directory_of_the_stamp_may_be_somebody_elses_and_stays_so() {
    let mut told = member();
    let theirs = Owned {
        owner: "1000:1000".to_owned(),
        mode: Mode(0o775),
    };
    told.found
        .insert("/etc/convocate-agent".to_owned(), Before::Directory(theirs));
    let plan = init(&with(told).fleet()).unwrap();
    assert!(plan.hosts[0].changes.is_empty(), "{plan:?}");
    assert!(Plan::Setup(plan).targets().is_empty(), "nobody is held up by it");
}
