//! Jobs that are taken up again by the advice of their own failure, on real hosts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod real_fleet;

use real_fleet::{Lab, RealFleet, reference};
use tagboat::model::command::Command;
use tagboat::model::job::{JobState, StepKind, TrackResult, Verdict};
use tagboat::model::names::{HostName, Tag};
use tagboat::model::plan::{Plan, RestartIntent, plan_restart};
use tagboat::model::rollout::RolloutOrder;

fn host() -> HostName {
    HostName::parse("lab-1").unwrap()
}

/// A host that has v1.1.0 without a push.
fn with_new_tag(lab: &Lab) {
    lab.on("lab-1", "docker tag convocate:v0.9.0 convocate:v1.1.0");
}

#[tokio::test]
async fn a_restart_whose_host_went_out_of_reach_goes_on_there_and_is_followed_to_its_end_by_a_resume() {
    let lab = Lab::reset();
    with_new_tag(&lab);
    let mut real = RealFleet::connected().await;
    let session = real.a_session("lab-1");
    let onto = Some(Tag::parse("v1.1.0").unwrap());
    let intent = RestartIntent {
        sessions: vec![(host(), session.clone())],
        onto,
        order: RolloutOrder::default(),
        only_others: false,
    };
    let plan = plan_restart(&intent, &real.fleet).unwrap();
    let id = real.begin(Plan::Restart(plan)).await;
    real.job_until(&id, "the old container being stopped", |job| {
        job.tracks[0]
            .steps
            .iter()
            .any(|one| one.step.kind == StepKind::Stop && one.began_at.is_some())
    })
    .await;
    lab.run(&["cut", "lab-1"]);
    let job = real.ended(&id).await;
    let Some(TrackResult::Failed(failure)) = &job.tracks[0].result else {
        panic!("{job:#?}")
    };
    assert!(
        failure.advice.contains(&format!("tagboat job resume {id}")),
        "{failure}"
    );
    lab.run(&["heal", "lab-1"]);
    real.send(Command::Refresh(None)).await;
    real.until("lab-1 is back, and the host has finished alone", |fleet| {
        let lab_1 = fleet.host(&host()).unwrap();
        let on_new = lab_1
            .session(&session)
            .is_some_and(|one| one.pinned() == Some(&reference("v1.1.0")));
        lab_1.connection.is_usable() && on_new
    })
    .await;
    real.send(Command::Resume(id.clone(), None)).await;
    let job = real
        .job_until(&id, "its good end", |job| {
            job.state == JobState::Ended(Verdict::Done)
        })
        .await;
    assert!(job.tracks[0].is_done(), "{job:#?}");
    let left = lab.on(
        "lab-1",
        "docker images -q tagboat-pin | wc -l; ls /var/lib/tagboat/restarts | grep -c open || true",
    );
    assert_eq!(left, "0\n0");
    lab.run(&["reset", "lab-1"]);
}
