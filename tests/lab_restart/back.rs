//! The way back: a predecessor is the session again with its own layer, and whatever dies meanwhile loses neither of the two.

use crate::crash_points::{crash_points_of, sampled};
use crate::rig::{Rig, failure, one_of_each_store};
use tagboat::model::job::{StepKind, StepState, TrackResult};
use tagboat::model::names::ContainerId;
use tagboat::model::plan::{Replacement, RestartTarget};
use tagboat::ops::restart::TRANSACTION;

/// Points after which the way back is gone to its end; before them the container of now is the session again.
const AFTER_COMMIT: [&str; 5] = ["policy", "restart", "predecessors", "pin", "end"];

/// The id of the container that has this name, with `$S` for the session's.
async fn id_of(rig: &Rig, name: &str) -> String {
    rig.sh(&format!("docker inspect -f '{{{{.Id}}}}' {name}")).await
}

/// The newest predecessor.
async fn predecessor(rig: &Rig) -> String {
    let newest = "$(docker ps -a --format '{{.Names}}' | grep \"^$S[.]tagboat-old-\" | sort | tail -n 1)";
    id_of(rig, newest).await
}

/// What a plan of the way back holds.
async fn target_back(rig: &Rig, onto: &str) -> RestartTarget {
    let mut target = rig.target(onto).await;
    target.by = Replacement::Predecessor(ContainerId::parse(&predecessor(rig).await).unwrap());
    target
}

/// A session that was moved from v1.0.0 to v1.1.0, with a file in the layer that it had before.
async fn moved(host: &str, name: &str, command: &str) -> Rig {
    let mut rig = Rig::on(host, name, &["v1.1.0"]).await;
    rig.sh(&format!(
        "docker create --name $S --network agents --network-alias $S-alias -e OWN=1 -v $S-home:/home/claude \\
           --restart on-failure:3 convocate:v1.0.0 {command} >/dev/null"
    ))
    .await;
    rig.fill().await;
    rig.sh("docker start $S >/dev/null; docker exec $S sh -c 'echo kept >/layer-file'")
        .await;
    let result = rig.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig
}

#[tokio::test]
async fn lab_a_session_goes_back_to_its_predecessor_with_its_layer_and_forth_again() {
    for host in one_of_each_store() {
        let mut rig = moved(host, "back", "").await;
        let (old, new) = (predecessor(&rig).await, id_of(&rig, "$S").await);
        // Not even the tag is needed.
        rig.sh(
            "docker tag convocate:v1.0.0 convocate:held; docker rmi convocate:v1.0.0 >/dev/null 2>&1 || true",
        )
        .await;
        let target = target_back(&rig, "held").await;
        let result = rig.run(&target).await;
        rig.sh("docker tag convocate:held convocate:v1.0.0; docker rmi convocate:held >/dev/null")
            .await;
        assert!(matches!(result, TrackResult::Done(_)), "{host}: {result:?}");
        assert_eq!(id_of(&rig, "$S").await, old, "{host}");
        assert_eq!(rig.sh("docker exec $S cat /layer-file").await, "kept", "{host}");
        rig.assert_whole(host, "v1.0.0", "running", &["old"]).await;
        let policy = "docker inspect -f '{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}'";
        assert_eq!(rig.sh(&format!("{policy} $S")).await, "on-failure:3");
        assert!(matches!(rig.step(StepKind::Create), Some(StepState::Skipped(_))));
        let target = target_back(&rig, "v1.1.0").await;
        let result = rig.run(&target).await;
        assert!(matches!(result, TrackResult::Done(_)), "{host}: {result:?}");
        assert_eq!(id_of(&rig, "$S").await, new, "{host}");
        rig.assert_whole(host, "v1.1.0", "running", &["old"]).await;
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_predecessor_that_is_not_good_any_more_stays_a_predecessor() {
    for host in one_of_each_store() {
        let mut rig = moved(
            host,
            "badback",
            "sh -c 'test ! -e /layer-file || { echo cannot start again; exit 3; }; trap \"exit 0\" TERM; while :; do sleep 1 & wait $!; done'",
        )
        .await;
        let (old, new) = (predecessor(&rig).await, id_of(&rig, "$S").await);
        let target = target_back(&rig, "v1.0.0").await;
        let told = failure(&rig.run(&target).await);
        assert!(
            told.contains("exit code 3") && told.contains("cannot start again") && told.contains("as it was"),
            "{told}"
        );
        assert_eq!(id_of(&rig, "$S").await, new, "{host}");
        assert_eq!(predecessor(&rig).await, old, "{host}");
        rig.assert_whole(host, "v1.1.0", "running", &["old"]).await;
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_everything_dies_in_a_way_back_and_neither_container_is_lost() {
    let mut rig = moved("lab-1", "crashback", "").await;
    let forth = crash_points_of(TRANSACTION);
    let forth = forth.into_iter().filter(|point| !point.starts_with("put_back"));
    for point in sampled(forth, 0, 2) {
        let (old, new) = (predecessor(&rig).await, id_of(&rig, "$S").await);
        let onto = rig
            .sh(&format!("docker inspect -f '{{{{.Config.Image}}}}' {old}"))
            .await;
        let target = target_back(&rig, onto.trim_start_matches("convocate:")).await;
        rig.at_point(&point).await;
        let result = rig.run(&target).await;
        let (now, kept) = if AFTER_COMMIT.contains(&point.as_str()) {
            assert!(matches!(result, TrackResult::Done(_)), "{point}: {result:?}");
            (&old, &new)
        } else {
            assert!(
                failure(&result).contains("it was interrupted"),
                "{point}: {result:?}"
            );
            (&new, &old)
        };
        assert_eq!(id_of(&rig, "$S").await, *now, "{point}");
        assert_eq!(predecessor(&rig).await, *kept, "{point}");
        let tag = rig.sh("docker inspect -f '{{.Config.Image}}' $S").await;
        let tag = tag.trim_start_matches("convocate:").to_owned();
        rig.assert_whole(&point, &tag, "running", &["old"]).await;
    }
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_session_with_rm_goes_back_to_the_image_and_not_to_the_layer() {
    let mut rig = Rig::on("lab-1", "rmback", &["v1.1.0"]).await;
    rig.start("--rm", "v1.0.0").await;
    let result = rig.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    let target = target_back(&rig, "v1.0.0").await;
    let result = rig.run(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    assert!(
        rig.lines()
            .iter()
            .any(|line| line.contains("a new container on its predecessor's image")),
        "{:?}",
        rig.lines()
    );
    rig.assert_whole("rm", "v1.0.0", "running", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_predecessor_that_somebody_started_is_left_alone() {
    let mut rig = moved("lab-1", "startedback", "").await;
    let old = predecessor(&rig).await;
    let target = target_back(&rig, "v1.0.0").await;
    rig.sh(&format!(
        "docker network disconnect agents {old}; docker start {old} >/dev/null"
    ))
    .await;
    let told = failure(&rig.run(&target).await);
    assert!(
        told.contains("its predecessor is running: somebody started it") && told.contains("docker stop"),
        "{told}"
    );
    rig.clean().await;
}
