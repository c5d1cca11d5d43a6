//! Onto which image a session is restarted, and when it is not.

use crate::fleets::{OneHost, container, digest, host_name, reference, session};
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{ContainerState, Fleet, HostChange, RunsOn};
use tagboat::model::names::{ImageId, Tag};
use tagboat::model::plan::{Gate, Plan, RestartIntent, RestartPlan, plan_restart};
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

#[test]
fn a_session_of_compose_is_not_restarted_behind_its_back() {
    let mut owned = container(
        1,
        NAME,
        RunsOn::Reference(reference("v1")),
        1,
        ContainerState::Running,
    );
    owned.compose = Some("factory/agents".to_owned());
    let fleet = host(ContainerState::Running)
        .with(HostChange::Container(owned))
        .fleet();
    assert!(
        restart(&fleet, None)
            .unwrap_err()
            .reason
            .contains("factory/agents")
    );
}

#[test]
fn a_strict_host_wants_its_name_typed() {
    let mut strict = host(ContainerState::Running);
    strict.settings.guard = Guard::Strict;
    let plan = restart(&strict.fleet(), Some("v1")).unwrap();
    assert_eq!(Plan::Restart(plan).gate(), Gate::Typed("eu-1".to_owned()));
}
