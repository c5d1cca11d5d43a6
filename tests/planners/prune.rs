//! What a prune removes and keeps: examples by name, and the rules over every host that can be.

use crate::fleets::{OneHost, any_host, digest, host_name, reference};
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeSet;
use tagboat::model::fleet::{ContainerState, Fleet, Host, HostChange, Stamp};
use tagboat::model::names::{ImageId, ImageRef, Tag};
use tagboat::model::plan::{Gate, PIN_IMAGE, Plan, PruneIntent, PrunePlan, plan_prune};
use tagboat::model::profile::PruneRule;

fn intent(in_flight: &[&str], only: &[&str]) -> PruneIntent {
    PruneIntent {
        hosts: vec![host_name()],
        only: only.iter().map(|tag| Tag::parse(tag).unwrap()).collect(),
        in_flight: in_flight
            .iter()
            .map(|tag| (host_name(), reference(tag)))
            .collect(),
        now: Timestamp::UNIX_EPOCH,
    }
}

fn removed(plan: &PrunePlan) -> Vec<String> {
    plan.removals().map(|(_, verdict)| verdict.subject()).collect()
}

#[test]
fn an_image_that_was_just_pushed_and_that_no_session_runs_yet_stays() {
    let fleet = OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .stamped("v2", &["v1"])
        .container("convocate-session-1", "v1", 1, ContainerState::Running)
        .fleet();
    assert!(removed(&plan_prune(&intent(&[], &[]), &fleet).unwrap()).is_empty());
}

#[test]
fn a_session_whose_tag_moved_keeps_its_tag_and_its_image() {
    let fleet = OneHost::new()
        .image(9, &["v9"])
        .stamped("v9", &[])
        .image(2, &["v1"])
        .container("convocate-session-1", "v1", 1, ContainerState::Running)
        .fleet();
    assert!(removed(&plan_prune(&intent(&[], &[]), &fleet).unwrap()).is_empty());
}

#[test]
fn what_nobody_uses_goes_and_one_host_is_confirmed_by_its_name() {
    let fleet = OneHost::new().image(0, &["v0"]).image(1, &["v1"]).fleet();
    let plan = plan_prune(&intent(&[], &[]), &fleet).unwrap();
    assert_eq!(removed(&plan), ["convocate:v0"]);
    assert_eq!(Plan::Prune(plan).gate(), Gate::Typed("eu-1".to_owned()));
}

#[test]
fn a_host_without_a_stamp_that_can_be_read_is_not_pruned() {
    for stamp in [
        Stamp::Missing,
        Stamp::Unknown,
        Stamp::Unreadable("torn".to_owned()),
    ] {
        let change = HostChange::Stamp {
            stamp,
            history: Vec::new(),
        };
        let fleet = OneHost::new().image(0, &["v0"]).with(change).fleet();
        assert!(plan_prune(&intent(&[], &[]), &fleet).is_err());
    }
}

#[test]
fn a_tag_that_no_host_has_is_refused_and_a_named_one_spares_the_others() {
    let fleet = || {
        OneHost::new()
            .image(0, &["v0"])
            .image(3, &["v3"])
            .image(1, &["v1"])
            .fleet()
    };
    assert!(
        plan_prune(&intent(&[], &["v8"]), &fleet())
            .unwrap_err()
            .reason
            .contains("v8")
    );
    assert_eq!(
        removed(&plan_prune(&intent(&[], &["v3"]), &fleet()).unwrap()),
        ["convocate:v3"]
    );
}

/// Everything that a prune of this host must not remove, found without the planner: references and untagged images.
fn roots(host: &Host, in_flight: &[ImageRef]) -> (BTreeSet<ImageRef>, BTreeSet<ImageId>) {
    let rules = &host.settings.profile.prune;
    let counts = |state: ContainerState| rules.rule == PruneRule::AnyContainer || state.is_up();
    let mut references: BTreeSet<_> = in_flight.iter().cloned().collect();
    references.extend(host.stamp.active().cloned());
    references.extend(host.previous_tags().into_iter().take(rules.keep).cloned());
    let mut images = BTreeSet::new();
    for container in host.containers().filter(|container| counts(container.state)) {
        references.extend(container.runs_on.reference().cloned());
        images.insert(container.image_id.clone());
    }
    let is_pinned = |one: &&tagboat::model::fleet::HostImage| {
        one.references
            .iter()
            .any(|reference| reference.image.as_str() == PIN_IMAGE)
    };
    images.extend(host.images().filter(is_pinned).map(|image| image.id.clone()));
    (references, images)
}

fn the_host(fleet: &Fleet) -> &Host {
    fleet.host(&host_name()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn nothing_that_is_needed_is_ever_removed_and_everything_else_of_ours_is(fleet in any_host()) {
        let host = the_host(&fleet);
        let in_flight = [reference("v4")];
        let plan = plan_prune(&intent(&["v4"], &[]), &fleet).unwrap();
        let (references, images) = roots(host, &in_flight);
        for verdict in plan.hosts.iter().flat_map(|host| &host.verdicts) {
            let is_needed = images.contains(&verdict.image_id)
                || verdict.reference.as_ref().is_some_and(|reference| references.contains(reference));
            prop_assert_eq!(verdict.is_removed(), !is_needed, "{:?}", verdict);
            let is_ours = verdict.reference.as_ref().is_none_or(|one| one.image.as_str() == "convocate");
            prop_assert!(is_ours, "{:?}", verdict);
        }
    }

    #[test]
    fn every_tag_of_the_image_has_one_verdict_with_a_reason(fleet in any_host()) {
        let host = the_host(&fleet);
        let plan = plan_prune(&intent(&[], &[]), &fleet).unwrap();
        let mut told: Vec<_> = plan.hosts[0].verdicts.iter().filter_map(|verdict| verdict.reference.clone()).collect();
        let mut there: Vec<_> = host
            .images()
            .flat_map(|image| image.references.clone())
            .filter(|one| one.image.as_str() == "convocate")
            .collect();
        told.sort();
        there.sort();
        prop_assert_eq!(told, there);
    }
}

#[test]
fn an_image_id_is_what_tells_leftovers_apart() {
    let mut leftover = crate::fleets::image(7, Vec::new());
    leftover.is_managed_leftover = true;
    let fleet = OneHost::new()
        .image(1, &["v1"])
        .with(HostChange::Image(leftover))
        .fleet();
    let plan = plan_prune(&intent(&[], &[]), &fleet).unwrap();
    assert_eq!(
        removed(&plan),
        [format!("<untagged> {}", ImageId(digest(7)).short())]
    );
}
