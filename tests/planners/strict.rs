//! On a strict host every change is confirmed by typing, of whatever kind it is.

use crate::fleets::{GIB, OneHost, host_name, reference, session};
use jiff::Timestamp;
use std::time::Duration;
use tagboat::model::compose::ComposeProject;
use tagboat::model::compose::bootstrap::{Bootstrap, HostProject};
use tagboat::model::compose::migrate::{MigratedService, Migration, Texts};
use tagboat::model::fleet::{ContainerState, Fleet, HostChange};
use tagboat::model::names::{
    ContainerId, Digest, HostName, ImageId, ImageRef, PinKey, ProjectName, ProjectPath, ServiceName,
    SessionLabel,
};
use tagboat::model::plan::{
    ActivateIntent, BootstrapImage, BootstrapWish, Gate, MigratePlan, NewWish, Plan, PruneIntent, PushIntent,
    PushOptions, RemoveIntent, RenameIntent, RestartIntent, SetupImage, SetupIntent, StartIntent, StopIntent,
    plan_activate, plan_bootstrap, plan_init, plan_prune, plan_push, plan_remove, plan_rename, plan_restart,
    plan_session_rollback, plan_stamp_rollback, plan_start, plan_stop,
};
use tagboat::model::profile::{Guard, Profile};
use tagboat::model::rollout::RolloutOrder;

const NAME: &str = "convocate-session-4f2a";

/// A host on which every kind of change is possible.
fn fleet(guard: Guard, state: ContainerState) -> Fleet {
    let mut host = OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .image(9, &["v0"])
        .stamped("v2", &["v1"])
        .container(NAME, "v1", 1, state)
        .at_source(3, "v3", "amd64", GIB)
        .with(HostChange::Examined(Box::new(Ok(crate::setup::bare()))));
    host.settings.guard = guard;
    host.fleet()
}

/// One plan of each kind, and of each way to it.
fn every_plan(guard: Guard) -> Vec<Plan> {
    let (up, down) = (
        fleet(guard, ContainerState::Running),
        fleet(guard, ContainerState::Exited),
    );
    let (hosts, sessions) = (vec![host_name()], vec![(host_name(), session(NAME))]);
    let activate = ActivateIntent {
        reference: reference("v1"),
        hosts: hosts.clone(),
    };
    let restart = RestartIntent {
        sessions: sessions.clone(),
        onto: None,
        order: RolloutOrder::default(),
        only_others: false,
    };
    let new = NewWish {
        host: host_name(),
        template: None,
        id: "new".to_owned(),
        onto: None,
        values: [].into(),
    };
    let remove = RemoveIntent {
        sessions: sessions.clone(),
        with_volumes: false,
    };
    let rename = RenameIntent {
        host: host_name(),
        session: session(NAME),
        label: SessionLabel::parse("web").ok(),
    };
    let prune = PruneIntent {
        hosts: hosts.clone(),
        only: [].into(),
        in_flight: [].into(),
        now: Timestamp::UNIX_EPOCH,
    };
    let back = fleet_behind(guard);
    vec![
        pushed(hosts.clone(), &up),
        Plan::Activate(plan_activate(&activate, &up).unwrap()),
        Plan::Activate(plan_stamp_rollback(&hosts, &up).unwrap()),
        Plan::Restart(plan_restart(&restart, &up).unwrap()),
        Plan::Restart(plan_session_rollback(&sessions, RolloutOrder::default(), &back).unwrap()),
        Plan::Start(plan_start(&StartIntent::Again(sessions.clone()), &down).unwrap()),
        Plan::Start(plan_start(&StartIntent::New(new), &up).unwrap()),
        Plan::Stop(plan_stop(&StopIntent { sessions }, &up).unwrap()),
        Plan::Remove(plan_remove(&remove, &up).unwrap()),
        Plan::Rename(plan_rename(&rename, &up).unwrap()),
        Plan::Prune(plan_prune(&prune, &up).unwrap()),
        made_ready(hosts, &up),
        migrated(guard),
        bootstrapped(guard),
    ]
}

fn pushed(hosts: Vec<HostName>, fleet: &Fleet) -> Plan {
    let push = PushIntent {
        reference: reference("v3"),
        hosts,
        replace_tag: false,
        allow_failing: false,
        options: PushOptions::default(),
    };
    Plan::Push(plan_push(&push, fleet).unwrap())
}

fn made_ready(hosts: Vec<HostName>, fleet: &Fleet) -> Plan {
    let intent = SetupIntent {
        hosts,
        image: SetupImage::None,
    };
    Plan::Setup(plan_init(&intent, fleet).unwrap())
}

fn migrated(guard: Guard) -> Plan {
    let (id, sum) = ("ab".repeat(32), "cd".repeat(32));
    let digest = Digest::parse(&format!("sha256:{sum}")).unwrap();
    let path = |path: &str| ProjectPath::parse(path).unwrap();
    Plan::Migrate(MigratePlan {
        host: host_name(),
        migration: Migration {
            project: ProjectName::parse("factory").unwrap(),
            folder: path("/srv/factory"),
            file: path("/srv/factory/docker-compose.yml"),
            env_file: path("/srv/factory/.env"),
            pin: PinKey::agents_image(),
            onto: ImageRef::parse("convocate:v2").unwrap(),
            onto_id: ImageId(digest.clone()),
            services: vec![MigratedService {
                service: ServiceName::parse("agents").unwrap(),
                container: ContainerId::parse(&id).ok(),
                name: "factory-agents-1".to_owned(),
                from_id: Some(ImageId(digest.clone())),
                is_up: true,
                anonymous: Vec::new(),
            }],
            texts: Texts {
                file: digest.clone(),
                file_after: digest,
                env: None,
            },
        },
        stable: Duration::from_secs(5),
        deadline: Duration::from_mins(1),
        guard,
        refused: Vec::new(),
    })
}

fn bootstrapped(guard: Guard) -> Plan {
    let profile = Profile {
        name: "disinto".to_owned(),
        ..Profile::convocate()
    };
    let project = ComposeProject::of_profile(&profile).unwrap();
    let pinned = ImageRef::parse("convocate:v2").unwrap().into();
    let folder = ProjectPath::parse("/srv/factory").unwrap();
    let wish = BootstrapWish {
        host: host_name(),
        bootstrap: Bootstrap::of(&project, &pinned, &folder),
        image: BootstrapImage::There {
            id: ImageId(Digest::from_bytes(&[1; 32])),
            stamp: None,
        },
        vetted: None,
        env: None,
        stable: Duration::from_secs(5),
        deadline: Duration::from_mins(1),
        guard,
    };
    Plan::Bootstrap(Box::new(
        plan_bootstrap(wish, &HostProject::default(), None).unwrap(),
    ))
}

/// A session on the active tag, which was not always that.
fn fleet_behind(guard: Guard) -> Fleet {
    let mut host = OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .stamped("v2", &["v1"])
        .container(NAME, "v2", 2, ContainerState::Running);
    host.settings.guard = guard;
    host.fleet()
}

/// A kind that is not in `every_plan` does not compile here.
fn kind(plan: &Plan) -> usize {
    match plan {
        Plan::Push(_) => 0,
        Plan::Activate(_) => 1,
        Plan::Restart(_) => 2,
        Plan::Start(_) => 3,
        Plan::Stop(_) => 4,
        Plan::Remove(_) => 5,
        Plan::Rename(_) => 6,
        Plan::Prune(_) => 7,
        Plan::Setup(_) => 8,
        Plan::Migrate(_) => 9,
        Plan::Bootstrap(_) => 10,
        // About no host, so strict or not is not the question.
        Plan::Build(_) | Plan::Publish(_) | Plan::Release(_) => usize::MAX,
    }
}

#[test]
fn every_kind_of_change_of_a_strict_host_is_typed() {
    let plans = every_plan(Guard::Strict);
    for plan in &plans {
        assert!(
            matches!(plan.gate(), Gate::Typed(_)),
            "{}: {:?}",
            plan.title(),
            plan.gate()
        );
    }
    for wanted in 0..11 {
        assert!(
            plans.iter().any(|plan| kind(plan) == wanted),
            "no plan of kind {wanted}"
        );
    }
}

#[test]
fn on_a_normal_host_only_what_removes_something_is_typed() {
    let typed: Vec<_> = every_plan(Guard::Normal)
        .iter()
        .filter(|plan| matches!(plan.gate(), Gate::Typed(_)))
        .map(kind)
        .collect();
    assert_eq!(typed, [5, 7]);
}
