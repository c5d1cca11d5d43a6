//! Who gets an image, who has it, and who is left out before any traffic.

use crate::fleets::{GIB, OneHost, facts, host_name, image, reference};
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{Connection, ConnectionProblem, Delta, Fleet, HostChange, STAGING_IMAGE};
use tagboat::model::names::{HostName, ImageRef};
use tagboat::model::plan::{Gate, Plan, Presence, PushIntent, PushOptions, PushPlan, plan_push};

fn push(fleet: &Fleet, tag: &str, replace_tag: bool) -> Result<PushPlan, Refusal> {
    plan_push(
        &PushIntent {
            reference: reference(tag),
            hosts: vec![host_name()],
            replace_tag,
            allow_failing: false,
            options: PushOptions::default(),
        },
        fleet,
    )
}

fn with_v2() -> OneHost {
    OneHost::new().at_source(2, "v2", "amd64", GIB)
}

#[test]
fn what_a_host_has_of_the_image_decides_what_is_sent() {
    // The push that loaded it was killed: it may be half of it.
    let staged = ImageRef::parse(&format!("{STAGING_IMAGE}:0123456789ab")).unwrap();
    let unconfirmed = with_v2().with(HostChange::Image(image(2, vec![staged])));
    for (host, presence) in [
        (with_v2(), Presence::Absent),
        (with_v2().image(2, &["v2"]), Presence::Same),
        (with_v2().image(2, &["other"]), Presence::SameUntagged),
        (unconfirmed, Presence::Absent),
    ] {
        let plan = push(&host.fleet(), "v2", false).unwrap();
        assert_eq!(plan.hosts[0].presence, presence);
        assert_eq!(Plan::Push(plan).gate(), Gate::Plan);
    }
}

#[test]
fn a_tag_with_other_content_is_refused_unless_it_may_move_and_then_the_tag_is_typed() {
    let fleet = with_v2().image(3, &["v2"]).fleet();
    assert!(
        push(&fleet, "v2", false)
            .unwrap_err()
            .advice
            .contains("--replace-tag")
    );
    let plan = push(&fleet, "v2", true).unwrap();
    assert_eq!(plan.hosts[0].presence, Presence::Other);
    assert_eq!(Plan::Push(plan).gate(), Gate::Typed("v2".to_owned()));
}

#[test]
fn a_host_that_cannot_run_it_or_hold_it_is_refused_with_both_numbers() {
    let other = OneHost::new().at_source(2, "v2", "arm64", GIB).fleet();
    assert!(
        push(&other, "v2", false)
            .unwrap_err()
            .reason
            .contains("linux/arm64")
    );
    let full = with_v2().with(HostChange::Facts(facts("amd64", GIB))).fleet();
    let reason = push(&full, "v2", false).unwrap_err().reason;
    assert!(
        reason.contains("1024 MB free") && reason.contains("needs"),
        "{reason}"
    );
    let has_it = with_v2()
        .with(HostChange::Facts(facts("amd64", 0)))
        .image(2, &["v2"])
        .fleet();
    assert!(
        push(&has_it, "v2", false).is_ok(),
        "nothing is sent, so nothing must fit"
    );
}

#[test]
fn a_tag_that_is_not_here_is_refused_with_those_that_are() {
    let reason = push(&with_v2().fleet(), "v3", false).unwrap_err().reason;
    assert!(
        reason.contains("convocate:v3") && reason.contains("v2"),
        "{reason}"
    );
}

#[test]
fn a_dead_host_is_left_out_with_its_reason_and_the_others_go_on() {
    let mut fleet = with_v2().fleet();
    let nobody = HostName::parse("eu-2").unwrap();
    let intent = PushIntent {
        reference: reference("v2"),
        hosts: vec![nobody.clone(), host_name()],
        replace_tag: false,
        allow_failing: false,
        options: PushOptions::default(),
    };
    let plan = plan_push(&intent, &fleet).unwrap();
    assert_eq!(
        (plan.hosts.len(), plan.refused[0].host.as_ref()),
        (1, Some(&nobody))
    );
    let problem = ConnectionProblem::Unreachable("Connection refused".to_owned());
    let change = HostChange::Connection(Connection::Failed {
        problem,
        retry_at: None,
    });
    fleet.apply(Delta::Host {
        host: host_name(),
        change,
    });
    assert!(
        push(&fleet, "v2", false)
            .unwrap_err()
            .reason
            .contains("Connection refused")
    );
}
