//! Where sessions, hosts and jobs go back to, and when they cannot.

use crate::fleets::{OneHost, digest, host_name, reference, session};
use jiff::Timestamp;
use proptest::prelude::*;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{ContainerState, Fleet};
use tagboat::model::job::{Job, JobEvent, Target, TrackResult};
use tagboat::model::names::{ContainerRole, ImageId, JobId, Operator};
use tagboat::model::plan::{
    ActivateIntent, Plan, Replacement, RestartIntent, RestartPlan, plan_activate, plan_job_rollback,
    plan_restart, plan_session_rollback, plan_stamp_rollback,
};
use tagboat::model::rollout::RolloutOrder;

const NAME: &str = "convocate-session-1";
const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn job_id(salt: u16) -> JobId {
    JobId::new(AT, salt)
}

fn predecessor(of: u16) -> String {
    ContainerRole::Predecessor(job_id(of)).container_name(&session(NAME))
}

/// A session on v2, which the host stamps now and stamped v1 before.
fn host() -> OneHost {
    OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .stamped("v2", &["v1"])
        .container(NAME, "v2", 2, ContainerState::Running)
}

fn back(fleet: &Fleet) -> Result<RestartPlan, Refusal> {
    plan_session_rollback(&[(host_name(), session(NAME))], RolloutOrder::default(), fleet)
}

/// A session on a tag, without a predecessor, on a host that stamped these tags, has the images of all and another one.
fn on(tag: &str, history: &[&str]) -> Fleet {
    let (active, earlier) = history.split_last().unwrap();
    let host = ["v0", "v1", "v2", "v3", "v4"]
        .into_iter()
        .zip(0..)
        .fold(OneHost::new(), |host, (tag, number)| host.image(number, &[tag]));
    host.stamped(active, earlier)
        .container(NAME, tag, 2, ContainerState::Running)
        .fleet()
}

/// The job that restarted the session from v1 onto v2, as it ended.
fn restart_job(salt: u16) -> Job {
    let before = OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .stamped("v2", &["v1"])
        .container(NAME, "v1", 1, ContainerState::Running)
        .container("convocate-session-2", "v1", 1, ContainerState::Running)
        .fleet();
    let intent = RestartIntent {
        sessions: vec![
            (host_name(), session(NAME)),
            (host_name(), session("convocate-session-2")),
        ],
        onto: None,
        order: RolloutOrder::default(),
        only_others: false,
    };
    let plan = Plan::Restart(plan_restart(&intent, &before).unwrap());
    let mut job = Job::new(job_id(salt), plan, Operator::parse("ann@here").unwrap(), AT);
    for (name, result) in [
        (NAME, TrackResult::Done(None)),
        (
            "convocate-session-2",
            TrackResult::NotBegun("of the failure".to_owned()),
        ),
    ] {
        job.apply(JobEvent::TargetEnded {
            target: Target::session(host_name(), session(name)),
            result,
            at: AT,
        });
    }
    job
}

#[test]
fn a_session_goes_back_to_its_newest_predecessor_even_if_its_tag_is_gone() {
    let fleet = host()
        .container(&predecessor(1), "v0", 8, ContainerState::Exited)
        .container(&predecessor(2), "v1-gone", 9, ContainerState::Exited)
        .fleet();
    let plan = back(&fleet).unwrap();
    let one = &plan.sessions[0];
    assert_eq!(
        (&one.onto, &one.onto_id),
        (&reference("v1-gone"), &ImageId(digest(9)))
    );
    assert!(matches!(one.by, Replacement::Predecessor(_)));
    let shown = Plan::Restart(plan);
    assert_eq!(
        shown.title(),
        "roll back convocate-session-1 on eu-1 to convocate:v1-gone"
    );
    assert!(shown.lines()[0].note.contains("comes back, with its layer"));
}

#[test]
fn without_a_predecessor_a_new_container_gets_the_tag_of_before() {
    let plan = back(&host().fleet()).unwrap();
    assert_eq!(plan.sessions[0].onto, reference("v1"));
    assert_eq!(plan.sessions[0].by, Replacement::Restart);
}

#[test]
fn without_a_predecessor_it_goes_to_what_stands_before_its_own_tag_whatever_came_after() {
    for (own, history, before) in [
        ("v3", &["v1", "v2", "v3"][..], "v2"),
        ("v2", &["v1", "v2", "v3"], "v1"),
        ("v3", &["v2", "v3", "v2"], "v2"),
        ("v2", &["v1", "v2", "v3", "v2"], "v1"),
        ("v2", &["v1", "v2", "v2"], "v1"),
    ] {
        let plan = back(&on(own, history)).unwrap();
        assert_eq!(plan.sessions[0].onto, reference(before), "{own} in {history:?}");
    }
}

#[test]
fn a_session_that_has_nothing_before_it_is_never_moved_forward() {
    for (own, history, why) in [
        (
            "v2",
            &["v2", "v3"][..],
            "convocate:v2 is the oldest tag of the host's history",
        ),
        (
            "v2",
            &["v2", "v3", "v2"],
            "convocate:v2 is the oldest tag of the host's history",
        ),
        (
            "v1",
            &["v1", "v2", "v3"],
            "convocate:v1 is the oldest tag of the host's history",
        ),
        (
            "v4",
            &["v1", "v2"],
            "its tag convocate:v4 is not in the host's history",
        ),
    ] {
        let refusal = back(&on(own, history)).unwrap_err();
        assert_eq!(
            refusal.reason,
            format!("{NAME} has no predecessor, and {why}"),
            "{own} in {history:?}"
        );
        assert_eq!(
            refusal.advice,
            format!("name the tag: `tagboat session restart {NAME} --host eu-1 --tag TAG`")
        );
    }
}

proptest! {
    #[test]
    fn the_tag_of_a_rollback_always_stands_before_the_sessions_own_in_the_history(
        own in 0..5usize, history in prop::collection::vec(0..5usize, 1..10)
    ) {
        let tags = ["v0", "v1", "v2", "v3", "v4"];
        let names: Vec<_> = history.iter().map(|tag| tags[*tag]).collect();
        let first = |tag: &str| names.iter().position(|one| *one == tag);
        match (back(&on(tags[own], &names)), first(tags[own])) {
            (Ok(plan), Some(at)) => {
                let onto = first(&plan.sessions[0].onto.tag.to_string());
                prop_assert!(onto.is_some_and(|onto| onto < at), "onto {onto:?}, own {at}");
            }
            (refused, None | Some(0)) => prop_assert!(refused.is_err()),
            (outcome, at) => prop_assert!(false, "{at:?} {outcome:?}"),
        }
    }
}

#[test]
fn an_image_that_is_gone_is_told_before_anything_stops_with_the_push_that_brings_it() {
    let fleet = OneHost::new()
        .image(2, &["v2"])
        .stamped("v2", &["v1"])
        .container(NAME, "v2", 2, ContainerState::Running)
        .fleet();
    let refusal = back(&fleet).unwrap_err();
    assert!(
        refusal.reason.contains("convocate:v1 is gone from the host"),
        "{refusal}"
    );
    assert!(
        refusal.advice.contains("tagboat push convocate:v1 --host eu-1"),
        "{refusal}"
    );
}

#[test]
fn a_job_is_taken_back_as_far_as_it_was_done_to_the_very_predecessors_that_it_left() {
    let fleet = host()
        .container("convocate-session-2", "v1", 1, ContainerState::Running)
        .container(&predecessor(7), "v1", 1, ContainerState::Exited)
        .fleet();
    let Plan::Restart(plan) = plan_job_rollback(&restart_job(7), RolloutOrder::default(), &fleet).unwrap()
    else {
        panic!()
    };
    assert_eq!(plan.sessions.len(), 1, "the other session was not begun");
    assert!(matches!(plan.sessions[0].by, Replacement::Predecessor(_)));
    let Plan::Restart(plan) = plan_job_rollback(&restart_job(8), RolloutOrder::default(), &fleet).unwrap()
    else {
        panic!()
    };
    assert_eq!(
        plan.sessions[0].by,
        Replacement::Restart,
        "the predecessor is that of another job, but the tag is there"
    );
}

#[test]
fn a_session_that_was_changed_since_the_job_is_not_taken_back_with_it() {
    let fleet = OneHost::new()
        .image(1, &["v1"])
        .image(3, &["v3"])
        .stamped("v3", &["v1"])
        .container(NAME, "v3", 3, ContainerState::Running)
        .fleet();
    let refusal = plan_job_rollback(&restart_job(7), RolloutOrder::default(), &fleet).unwrap_err();
    assert!(refusal.reason.contains("was changed since job"), "{refusal}");
}

#[test]
fn the_active_tag_goes_back_to_the_one_before_and_sessions_are_not_touched() {
    let fleet = host().fleet();
    let plan = plan_stamp_rollback(&[host_name()], &fleet).unwrap();
    assert_eq!(plan.reference, reference("v1"));
    let nothing_before = OneHost::new().image(1, &["v1"]).stamped("v1", &[]).fleet();
    assert!(plan_stamp_rollback(&[host_name()], &nothing_before).is_err());
}

#[test]
fn the_active_tag_that_went_back_goes_further_back_and_not_forward_again() {
    let ways = [
        (&["v1", "v2", "v3", "v2"][..], Some("v1")),
        (&["v1", "v2", "v3", "v2", "v1"], None),
        (&["v1", "v2", "v1", "v3"], Some("v1")),
        (&["v2", "v3", "v2"], None),
    ];
    for (stamps, before) in ways {
        let (active, history) = stamps.split_last().unwrap();
        let fleet = OneHost::new()
            .image(1, &["v1"])
            .image(2, &["v2"])
            .image(3, &["v3"])
            .stamped(active, history)
            .fleet();
        let plan = plan_stamp_rollback(&[host_name()], &fleet);
        assert_eq!(
            plan.map(|plan| plan.reference).ok(),
            before.map(reference),
            "{stamps:?}"
        );
    }
}

#[test]
fn an_activation_is_taken_back_to_the_stamp_that_it_replaced() {
    let before = OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .stamped("v1", &[])
        .fleet();
    let intent = ActivateIntent {
        reference: reference("v2"),
        hosts: vec![host_name()],
    };
    let plan = Plan::Activate(plan_activate(&intent, &before).unwrap());
    let mut job = Job::new(job_id(3), plan, Operator::parse("ann@here").unwrap(), AT);
    let nothing_done = plan_job_rollback(&job, RolloutOrder::default(), &host().fleet()).unwrap_err();
    assert!(
        nothing_done.reason.contains("nothing to roll back"),
        "{nothing_done}"
    );
    job.apply(JobEvent::TargetEnded {
        target: Target::host(host_name()),
        result: TrackResult::Done(None),
        at: AT,
    });
    let Plan::Activate(plan) = plan_job_rollback(&job, RolloutOrder::default(), &host().fleet()).unwrap()
    else {
        panic!()
    };
    assert_eq!(plan.reference, reference("v1"));
}
