//! What changed on a host between the plan and its confirmation is refused, never guessed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod real_fleet;

use real_fleet::{Lab, RealFleet};
use tagboat::model::job::{Job, TrackResult};
use tagboat::model::names::{HostName, Tag};
use tagboat::model::plan::{ActivateIntent, Plan, RestartIntent, plan_activate, plan_restart};
use tagboat::model::rollout::RolloutOrder;

fn host() -> HostName {
    HostName::parse("lab-1").unwrap()
}

fn failure(job: &Job) -> String {
    match &job.tracks[0].result {
        Some(TrackResult::Failed(failure)) => failure.to_string(),
        other => panic!("it did not fail: {other:?}"),
    }
}

#[tokio::test]
async fn a_session_that_was_removed_by_hand_is_named_and_nothing_is_made_in_its_place() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let session = real.a_session("lab-1");
    let onto = Some(Tag::parse("v1.0.0").unwrap());
    let plan = plan_restart(
        &RestartIntent {
            sessions: vec![(host(), session.clone())],
            onto,
            order: RolloutOrder::default(),
            only_others: false,
        },
        &real.fleet,
    )
    .unwrap();
    let by_hand =
        format!("docker rm -f {session}; until ! docker inspect {session} >/dev/null 2>&1; do :; done");
    lab.on("lab-1", &by_hand);
    let job = real.run(Plan::Restart(plan)).await;
    let told = failure(&job);
    assert!(
        told.starts_with("lab-1: check:") && told.contains(session.as_str()) && told.contains("Next: "),
        "{told}"
    );
    assert_eq!(
        lab.on("lab-1", "docker ps -a --filter name=tagboat -q | wc -l"),
        "0"
    );
    assert_eq!(lab.on("lab-1", "docker images -q tagboat-pin | wc -l"), "0");
    lab.run(&["reset", "lab-1"]);
}

#[tokio::test]
async fn a_stamp_that_a_colleague_wrote_since_the_plan_is_left_as_it_is() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let intent = ActivateIntent {
        reference: real_fleet::reference("v0.9.0"),
        hosts: vec![host()],
    };
    let plan = plan_activate(&intent, &real.fleet).unwrap();
    lab.on(
        "lab-1",
        "printf 'convocate:v7\\n' > /etc/convocate-agent/current-image",
    );
    let job = real.run(Plan::Activate(plan)).await;
    let told = failure(&job);
    assert!(
        told.contains("convocate:v1.0.0") && told.contains("convocate:v7"),
        "{told}"
    );
    assert_eq!(
        lab.on("lab-1", "cat /etc/convocate-agent/current-image"),
        "convocate:v7"
    );
    lab.run(&["reset", "lab-1"]);
}
