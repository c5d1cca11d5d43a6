//! Onto which image a session is restarted, and when it is not.

use crate::fleets::{OneHost, container, digest, host_name, reference, session};
use std::time::Duration;
use tagboat::model::compose::{ComposeOwner, ComposePlace, ComposeService};
use tagboat::model::cost::Cost;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{ContainerState, Fleet, HostChange, RunsOn};
use tagboat::model::names::{ImageId, PinKey, ProjectName, ProjectPath, ServiceName, Tag};
use tagboat::model::plan::{Aim, Gate, Plan, Replacement, RestartIntent, RestartPlan, plan_restart};
use tagboat::model::profile::Guard;
use tagboat::model::rollout::RolloutOrder;

const NAME: &str = "convocate-session-1";

fn restart(fleet: &Fleet, onto: Option<&str>) -> Result<RestartPlan, Refusal> {
    let onto = onto.map(|tag| Tag::parse(tag).unwrap());
    plan_restart(
        &RestartIntent {
            sessions: vec![(host_name(), session(NAME))],
            onto,
            order: RolloutOrder::default(),
            only_others: false,
        },
        fleet,
    )
}

fn host(state: ContainerState) -> OneHost {
    OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .stamped("v2", &["v1"])
        .container(NAME, "v1", 1, state)
}

#[test]
fn a_session_goes_onto_the_active_tag_or_the_named_one_and_the_plan_holds_ids() {
    let fleet = host(ContainerState::Running).fleet();
    let plan = restart(&fleet, None).unwrap();
    let one = &plan.sessions[0];
    assert_eq!((&one.onto, &one.onto_id), (&reference("v2"), &ImageId(digest(2))));
    assert_eq!((&one.from_id, one.was_up), (&ImageId(digest(1)), true));
    assert_eq!(Plan::Restart(plan).gate(), Gate::Plan);
    let same = restart(&fleet, Some("v1")).unwrap();
    assert_eq!(Plan::Restart(same).gate(), Gate::Bar, "the same image asks less");
}

#[test]
fn a_tag_that_is_not_on_the_host_is_refused_with_the_push_that_brings_it() {
    let refusal = restart(&host(ContainerState::Running).fleet(), Some("v9")).unwrap_err();
    assert!(
        refusal.advice.contains("tagboat push convocate:v9 --host eu-1"),
        "{refusal}"
    );
}

#[test]
fn a_stopped_session_stays_stopped_and_a_paused_or_vanishing_one_is_refused() {
    assert!(
        !restart(&host(ContainerState::Exited).fleet(), None)
            .unwrap()
            .sessions[0]
            .was_up
    );
    for state in [
        ContainerState::Paused,
        ContainerState::Removing,
        ContainerState::Dead,
    ] {
        assert!(restart(&host(state).fleet(), None).is_err(), "{state:?}");
    }
}

fn of_compose(place: ComposePlace) -> Fleet {
    let mut owned = container(
        1,
        NAME,
        RunsOn::Reference(reference("v1")),
        1,
        ContainerState::Running,
    );
    owned.compose = Some(Box::new(ComposeOwner {
        name: "factory/agents".to_owned(),
        place,
    }));
    host(ContainerState::Running)
        .with(HostChange::Container(owned))
        .fleet()
}

#[test]
fn a_session_of_compose_is_restarted_by_its_pin() {
    let path = |text: &str| ProjectPath::parse(text).unwrap();
    let service = ComposeService {
        project: ProjectName::parse("factory").unwrap(),
        service: ServiceName::parse("agents").unwrap(),
        working_dir: path("/srv/factory"),
        config_files: vec![path("/srv/factory/compose.yml")],
        env_files: Vec::new(),
    };
    let plan = restart(&of_compose(ComposePlace::Known(service.clone())), None).unwrap();
    let by = Replacement::Compose {
        service,
        pin: PinKey::agents_image(),
    };
    assert_eq!(plan.sessions[0].by, by);
    let plan = Plan::Restart(plan);
    let steps: Vec<_> = plan
        .steps(&plan.targets()[0])
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        steps.join(", "),
        "check, record, hold, write pin, up, probe, commit, clean up"
    );
    let note = &plan.lines()[0].note;
    assert!(
        note.contains("factory/agents") && note.contains("AGENTS_IMAGE") && note.contains("lost"),
        "{note}"
    );
    assert!(
        plan.undo().contains("Compose keeps none, but its image is held"),
        "{}",
        plan.undo()
    );
    let kept: Plan = serde_json::from_value(serde_json::to_value(&plan).unwrap()).unwrap();
    assert_eq!(kept, plan);
}

#[test]
fn a_session_of_compose_whose_project_is_not_known_is_not_restarted_behind_its_back() {
    let place = ComposePlace::Unknown("its labels are not understood".to_owned());
    let refusal = restart(&of_compose(place), None).unwrap_err();
    assert!(
        refusal.reason.contains("factory/agents") && refusal.reason.contains("labels"),
        "{refusal:?}"
    );
}

#[test]
fn a_plan_of_before_compose_is_still_understood() {
    let plan = Plan::Restart(restart(&host(ContainerState::Running).fleet(), None).unwrap());
    let mut kept = serde_json::to_value(&plan).unwrap();
    kept["sessions"][0].as_object_mut().unwrap().remove("by").unwrap();
    assert_eq!(serde_json::from_value::<Plan>(kept).unwrap(), plan);
}

#[test]
fn a_strict_host_wants_its_name_typed() {
    let mut strict = host(ContainerState::Running);
    strict.settings.guard = Guard::Strict;
    let plan = restart(&strict.fleet(), Some("v1")).unwrap();
    assert_eq!(Plan::Restart(plan).gate(), Gate::Typed("eu-1".to_owned()));
}

/// What the host of the plan told: it runs, with so much in its layer, and somebody typed in it so many seconds ago.
fn cost(files: u64, typed: Option<u64>) -> Cost {
    let told = format!(
        r#"{{"at":"2026-11-21T03:14:00Z","is_up":true,"vanishes":false,"attached":[],"last_output":900,"last_input":{},
            "execs":{},"cpu_permille":1,"layer":{{"count":{files},"bytes":null,"examples":[]}}}}"#,
        typed.map_or("null".to_owned(), |age| age.to_string()),
        if typed.is_some() {
            r#"[{"command":"bash","has_terminal":true}]"#
        } else {
            "[]"
        },
    );
    serde_json::from_str(&told).unwrap()
}

fn weighed(mut plan: RestartPlan, cost: &Cost) -> RestartPlan {
    let (host, ids) = plan.to_weigh().pop_first().unwrap();
    plan.take_costs(&host, &ids.into_iter().map(|id| (id, cost.clone())).collect());
    assert!(plan.to_weigh().is_empty());
    plan
}

#[test]
fn the_more_a_restart_costs_the_more_confirms_it() {
    let fleet = host(ContainerState::Running).fleet();
    let gate = |onto: &str, cost: Cost| {
        let plan = weighed(restart(&fleet, Some(onto)).unwrap(), &cost);
        Plan::Restart(plan).gate()
    };
    let typed = Gate::Typed("eu-1".to_owned());
    let vanishing = |cost: Cost| Cost {
        vanishes: true,
        ..cost
    };
    assert_eq!(gate("v1", cost(0, None)), Gate::Bar);
    assert_eq!(
        gate("v1", cost(3, None)),
        Gate::Plan,
        "files that only the predecessor has"
    );
    assert_eq!(
        gate("v1", cost(0, Some(900))),
        Gate::Plan,
        "a terminal that is open"
    );
    assert_eq!(gate("v1", Cost::untold(cost(0, None).at, "silent")), Gate::Plan);
    assert_eq!(gate("v2", cost(3, Some(900))), Gate::Plan);
    assert_eq!(gate("v2", cost(0, Some(20))), typed, "somebody types in it");
    assert_eq!(
        gate("v1", vanishing(cost(3, None))),
        typed,
        "files that nothing keeps"
    );
    assert_eq!(gate("v1", vanishing(cost(0, None))), Gate::Bar);
}

#[test]
fn a_wait_for_quiet_is_a_step_of_its_own_before_the_checks_and_nobody_is_disturbed_by_it() {
    let fleet = host(ContainerState::Running).fleet();
    let mut plan = weighed(restart(&fleet, Some("v2")).unwrap(), &cost(0, Some(20)));
    plan.conditions.when_idle = Some(Duration::from_mins(5));
    let plan = Plan::Restart(plan);
    assert_eq!(plan.gate(), Gate::Plan);
    let steps = plan.steps(&plan.targets()[0]);
    let words: Vec<_> = steps.iter().map(|step| step.kind.word()).take(2).collect();
    assert_eq!(words, ["wait for quiet", "check"]);
    assert_eq!(plan.lines()[0].costs[0], "waits for 5 min of quiet");
}

#[test]
fn a_session_that_must_be_clean_is_left_out_with_what_is_in_its_layer_or_why_that_is_not_known() {
    let fleet = host(ContainerState::Running).fleet();
    let held = |cost: Option<Cost>| {
        let mut plan = restart(&fleet, None).unwrap();
        plan.conditions.require_clean = true;
        cost.map_or(plan.clone(), |cost| weighed(plan, &cost))
            .hold_to_conditions()
    };
    assert!(held(Some(cost(0, None))).is_ok());
    let why = |cost| held(cost).unwrap_err().to_string();
    assert!(why(Some(cost(3, None))).contains("3 files in its own layer"));
    assert!(why(Some(Cost::untold(cost(0, None).at, "silent"))).contains("not known: silent"));
    assert!(why(None).contains("was not asked"));
    let mut plan = weighed(restart(&fleet, None).unwrap(), &cost(3, None));
    plan.conditions.require_clean = false;
    assert_eq!(plan.hold_to_conditions().unwrap().sessions.len(), 1);
}

#[test]
fn a_plan_says_what_becomes_of_the_predecessor() {
    let fleet = host(ContainerState::Running).fleet();
    let undo = |cost: Cost, keep: usize| {
        let mut plan = weighed(restart(&fleet, None).unwrap(), &cost);
        plan.sessions[0].probe.keep_predecessors = keep;
        Plan::Restart(plan).undo()
    };
    let vanishing = Cost {
        vanishes: true,
        ..cost(0, None)
    };
    assert!(undo(cost(0, None), 1).starts_with("the old container is kept, stopped"));
    assert!(undo(cost(0, None), 0).contains("not kept, as the config keeps no predecessor"));
    assert!(undo(vanishing.clone(), 1).contains("not kept, as it runs with --rm"));

    let undo_back = |cost: Cost, keep: usize| {
        let mut plan = weighed(restart(&fleet, None).unwrap(), &cost);
        plan.sessions[0].probe.keep_predecessors = keep;
        plan.aim = Aim::Back;
        Plan::Restart(plan).undo()
    };
    assert_eq!(
        undo_back(cost(0, None), 1),
        "the container of now is kept, stopped: roll back again to return to it"
    );
    assert_eq!(
        undo_back(cost(0, None), 0),
        "the container of now is not kept, as the config keeps no predecessor: restart onto the tag of now to return to it"
    );
    assert!(undo_back(vanishing, 1).contains("not kept, as it runs with --rm"));
}
