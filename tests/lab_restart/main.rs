//! Restarts of real sessions on both image stores: onto a new tag, back from a bad one, and from every crash.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells why it was skipped"
)]

mod back;
mod compose;
mod costs;
#[path = "../crash_points/mod.rs"]
mod crash_points;
mod crashes;
mod meddling;
mod operators;
mod others;
mod probes;
mod rig;
mod stops;
mod wrapped;

use rig::{Rig, failure, one_of_each_store};
use tagboat::model::job::{StepKind, StepState, TrackResult};

#[tokio::test]
async fn lab_a_session_moves_to_the_new_tag_with_its_data_and_its_policy() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "moves", &["v1.1.0"]).await;
        rig.start("--restart on-failure:3", "v1.0.0").await;
        let result = rig.restart("v1.1.0").await;
        assert!(
            matches!(result, TrackResult::Done(_)),
            "{host}: {result:?} {:?}",
            rig.lines()
        );
        rig.assert_whole(host, "v1.1.0", "running", &["old"]).await;
        let from_image = rig
            .sh("docker inspect -f '{{.Config.Env}} {{.Config.Labels}}' $S")
            .await;
        assert!(
            from_image.contains("OWN=1") && from_image.contains("CONVOCATE_VERSION=v1.1.0"),
            "{from_image}"
        );
        assert!(!from_image.contains("v1.0.0"), "{from_image}");
        let policy = "docker inspect -f '{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}'";
        assert_eq!(rig.sh(&format!("{policy} $S")).await, "on-failure:3");
        assert_eq!(
            rig.sh(&format!("{policy} $S.tagboat-old-${{J%-$S}}")).await,
            "no:0"
        );
        for kind in [
            StepKind::Check,
            StepKind::Record,
            StepKind::Create,
            StepKind::Stop,
            StepKind::Probe,
            StepKind::Commit,
            StepKind::CleanUp,
        ] {
            assert!(
                matches!(rig.step(kind), Some(StepState::Done(_))),
                "{kind:?}: {:?}",
                rig.step(kind)
            );
        }
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_an_rm_session_moves_with_its_anonymous_volume_and_stays_one() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "rm", &["v1.1.0"]).await;
        rig.start("--rm", "v1.0.0").await;
        let result = rig.restart("v1.1.0").await;
        assert!(matches!(result, TrackResult::Done(_)), "{host}: {result:?}");
        rig.assert_whole(host, "v1.1.0", "running", &["old"]).await;
        assert_eq!(
            rig.sh("docker inspect -f '{{.HostConfig.AutoRemove}}' $S").await,
            "true"
        );
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_stopped_session_is_replaced_and_stays_stopped() {
    let mut rig = Rig::on("lab-1", "stopped", &["v1.1.0"]).await;
    rig.make("--restart always", "v1.0.0").await;
    let result = rig.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig.assert_whole("stopped", "v1.1.0", "created", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_broken_image_is_rolled_back_with_the_last_words_of_the_failed_container() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "broken", &["v1.2.0-broken"]).await;
        for (option, left) in [("--restart always", &["failed"][..]), ("--rm", &[])] {
            rig.start(option, "v1.0.0").await;
            let result = rig.restart("v1.2.0-broken").await;
            let told = failure(&result);
            assert!(
                told.contains("probe: it ended with exit code 1") || told.contains("(exit code 1)"),
                "{told}"
            );
            assert!(
                told.contains("cannot start") && told.contains("as it was"),
                "{told}"
            );
            assert!(matches!(rig.step(StepKind::PutBack), Some(StepState::Done(_))));
            rig.assert_whole(option, "v1.0.0", "running", left).await;
            let kept = rig
                .sh("docker inspect -f '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.AutoRemove}}' $S")
                .await;
            assert_eq!(
                kept,
                if option == "--rm" {
                    "no true"
                } else {
                    "always false"
                }
            );
            rig.clean().await;
        }
    }
}

#[tokio::test]
async fn lab_an_image_whose_health_check_fails_is_rolled_back() {
    let mut rig = Rig::on("lab-2", "sick", &["v1.3.0-sick"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let told = failure(&rig.restart("v1.3.0-sick").await);
    assert!(told.contains("probe: its health check says unhealthy"), "{told}");
    rig.assert_whole("sick", "v1.0.0", "running", &["failed"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_only_as_many_predecessors_stay_as_are_asked_for_and_their_volumes_stay() {
    let mut rig = Rig::on("lab-1", "keep", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    for tag in ["v1.1.0", "v1.0.0", "v1.1.0"] {
        let result = rig.restart(tag).await;
        assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
        rig.assert_whole(tag, tag, "running", &["old"]).await;
    }
    let mut target = rig.target("v1.0.0").await;
    target.probe.keep_predecessors = 0;
    rig.run(&target).await;
    rig.assert_whole("none kept", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_what_is_missing_on_the_host_is_refused_before_anything_is_touched() {
    let mut rig = Rig::on("lab-1", "refused", &["v1.1.0"]).await;
    rig.sh("mkdir -p /srv/$S-bind; docker network create $S-net >/dev/null 2>&1 || true")
        .await;
    rig.make("-v /srv/$S-bind:/bind:ro", "v1.0.0").await;
    rig.sh("docker network connect $S-net $S; docker start $S >/dev/null; rmdir /srv/$S-bind")
        .await;
    let started = rig
        .sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' $S")
        .await;
    let told = failure(&rig.restart("v1.1.0").await);
    assert!(
        told.contains("check: its bind source /srv/convocate-session-test-refused-bind is gone"),
        "{told}"
    );

    rig.sh("mkdir -p /srv/$S-bind; docker run -d --name $S-side --network container:$S convocate:v1.0.0 >/dev/null").await;
    let told = failure(&rig.restart("v1.1.0").await);
    assert!(
        told.contains("convocate-session-test-refused-side uses a namespace of it"),
        "{told}"
    );
    rig.sh("docker rm -f -v $S-side >/dev/null").await;

    let mut other = rig.target("v1.1.0").await;
    other.onto_id = other.from_id.clone();
    let told = failure(&rig.run(&other).await);
    assert!(told.contains("names another image"), "{told}");
    assert_eq!(
        rig.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' $S")
            .await,
        started
    );
    rig.assert_whole("refused", "v1.0.0", "running", &[]).await;
    rig.clean().await;
    rig.sh("docker network rm $S-net >/dev/null; rm -rf /srv/$S-bind")
        .await;
}
