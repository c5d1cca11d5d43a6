//! Somebody else removes, starts or moves things in the middle of a restart; and clocks of consoles are wrong.

use crate::meddling::{run_meddled, until_dead, while_it_stands};
use crate::rig::{Rig, failure, one_of_each_store};
use crate::stops::stopping;
use std::time::Duration;
use tagboat::model::job::TrackResult;
use tagboat::model::names::JobId;

async fn id_and_start(rig: &Rig) -> String {
    rig.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' $S")
        .await
}

async fn id(rig: &Rig, name: &str) -> String {
    rig.sh(&format!("docker inspect -f '{{{{.Id}}}}' {name}")).await
}

#[tokio::test]
async fn lab_a_new_container_stays_when_the_old_one_was_removed_meanwhile_and_is_probed_by_the_recovery() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "pruned", &["v1.1.0"]).await;
        rig.start("--restart always", "v1.0.0").await;
        rig.at_point("commit").await;
        let target = rig.target("v1.1.0").await;
        rig.run_cut_off(&target).await;
        until_dead(&rig).await;
        rig.sh("docker rm $S.tagboat-old-${J%-$S} >/dev/null").await;
        let before = id_and_start(&rig).await;
        let result = rig.resume(&target).await;
        assert!(matches!(result, TrackResult::Done(_)), "{host}: {result:?}");
        assert_eq!(id_and_start(&rig).await, before, "{host}");
        rig.assert_whole(host, "v1.1.0", "running", &[]).await;
        let policy = rig
            .sh("docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' $S")
            .await;
        assert_eq!(policy, "always", "{host}");
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_bad_container_is_left_as_it_is_when_there_is_nothing_to_go_back_to() {
    let mut rig = Rig::on("lab-1", "nothing", &["v1.2.0-broken"]).await;
    rig.start("--restart always", "v1.0.0").await;
    rig.at_point("probe stand").await;
    let target = rig.target("v1.2.0-broken").await;
    rig.fresh_job();
    let remove = while_it_stands(&rig, "docker rm $S.tagboat-old-${J%-$S} >/dev/null");
    let (result, ()) = tokio::join!(rig.run_as_is(&target), remove);
    let told = failure(&result);
    assert!(
        told.contains("the old container is gone") && told.contains("is left as it is"),
        "{told}"
    );
    assert!(told.contains("The session is DOWN"), "{told}");
    let left = rig.sh("docker inspect -f '{{.Config.Image}}' $S").await;
    assert_eq!(left, "convocate:v1.2.0-broken");
    let told = failure(&rig.run_as_is(&rig.target("v1.2.0-broken").await).await);
    assert!(told.contains("as root on lab-1: `sh /var/lib/tagboat"), "{told}");
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_session_with_rm_runs_on_when_what_was_made_for_its_restart_is_pruned() {
    let mut rig = Rig::on("lab-2", "rmpruned", &["v1.1.0"]).await;
    rig.start("--rm", "v1.0.0").await;
    let before = id_and_start(&rig).await;
    rig.at_point("stop stand").await;
    let target = rig.target("v1.1.0").await;
    rig.fresh_job();
    let prune = while_it_stands(
        &rig,
        "docker rm $(docker ps -aq --filter name=^/$S[.]) >/dev/null",
    );
    let (result, ()) = tokio::join!(rig.run_as_is(&target), prune);
    let told = failure(&result);
    assert!(
        told.contains("was removed meanwhile") && told.contains("as it was"),
        "{told}"
    );
    assert_eq!(id_and_start(&rig).await, before);
    rig.assert_whole("pruned", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_session_that_was_planned_as_stopped_and_runs_by_now_is_refused() {
    let mut rig = Rig::on("lab-1", "awake", &["v1.1.0"]).await;
    rig.make("", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    rig.sh("docker start $S >/dev/null").await;
    let before = id_and_start(&rig).await;
    let told = failure(&rig.run(&target).await);
    assert!(
        told.contains("somebody started it since this was planned"),
        "{told}"
    );
    assert_eq!(id_and_start(&rig).await, before);
    rig.assert_whole("awake", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_session_that_is_another_container_by_now_is_not_said_to_be_as_it_was() {
    let mut rig = Rig::on("lab-1", "renamed", &["v1.1.0"]).await;
    rig.start("", "v1.0.0").await;
    rig.at_point("hold stand").await;
    let target = rig.target("v1.1.0").await;
    rig.fresh_job();
    let rename = while_it_stands(&rig, "docker rename $S $S-renamed");
    let (result, ()) = tokio::join!(rig.run_as_is(&target), rename);
    let told = failure(&result);
    assert!(
        told.contains("not the session any more") && told.contains("was not touched"),
        "{told}"
    );
    rig.sh("docker rename $S-renamed $S").await;
    rig.assert_whole("renamed", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_tag_of_before_that_is_moved_meanwhile_refuses_a_session_with_rm() {
    let mut rig = Rig::on("lab-1", "retagged", &["v1.1.0"]).await;
    rig.start("--rm", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    let result = run_meddled(
        &mut rig,
        &target,
        "restart record",
        "docker tag convocate:v1.1.0 convocate:v1.0.0",
    )
    .await;
    rig.sh(&format!("docker tag {} convocate:v1.0.0", target.from_id))
        .await;
    let told = failure(&result);
    assert!(
        told.contains("convocate:v1.0.0 was moved to another image meanwhile"),
        "{told}"
    );
    rig.assert_whole("retagged", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_the_container_that_was_just_replaced_is_kept_even_if_the_one_before_has_a_later_name() {
    let mut rig = Rig::on("lab-1", "clocks", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    rig.job = JobId::new(jiff::Timestamp::now() + Duration::from_hours(24), 1);
    let result = rig.run_as_is(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    let replaced = id(&rig, "$S").await;
    let result = rig.restart("v1.0.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig.assert_whole("clocks", "v1.0.0", "running", &["old"]).await;
    assert_eq!(id(&rig, "$S.tagboat-old-${J%-$S}").await, replaced);
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_job_that_is_tried_again_keeps_the_container_that_failed_last_and_is_not_stuck_on_the_one_before()
 {
    let mut rig = Rig::on("lab-1", "again", &["v1.2.0-broken"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.2.0-broken").await;
    let told = failure(&rig.run(&target).await);
    let failed = format!("{}.tagboat-failed-{}", rig.session, rig.job);
    assert!(told.contains(&format!("docker logs {failed}")), "{told}");
    let first = id(&rig, &failed).await;
    let (link, _) = stopping(&rig, "restart hand-over", true);
    let told = failure(&rig.run_over(&link, &target).await);
    assert!(told.contains("If the host has taken over"), "{told}");
    let told = failure(&rig.resume(&target).await);
    assert!(told.contains("it was interrupted"), "{told}");
    rig.assert_whole("second try", "v1.0.0", "running", &["failed"])
        .await;
    assert_eq!(id(&rig, &failed).await, first);
    let told = failure(&rig.run_as_is(&target).await);
    assert!(told.contains(&format!("docker logs {failed}")), "{told}");
    rig.assert_whole("third try", "v1.0.0", "running", &["failed"])
        .await;
    assert_ne!(id(&rig, &failed).await, first);
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_session_in_a_keeper_is_put_back_when_its_successor_goes_down_after_the_commit() {
    for point in ["policy", "end"] {
        let mut rig = Rig::on("lab-2", "kept", &["v1.1.0"]).await;
        rig.start("--label tagboat.auto-remove=true", "v1.0.0").await;
        rig.at_point(&format!("{point} stand")).await;
        let mut target = rig.target("v1.1.0").await;
        target.probe.keep_predecessors = 0;
        rig.fresh_job();
        let end = while_it_stands(
            &rig,
            "docker stop $S >/dev/null; while docker inspect $S >/dev/null 2>&1; do sleep 0.1; done",
        );
        let (result, ()) = tokio::join!(rig.run_as_is(&target), end);
        let told = failure(&result);
        assert!(told.contains("with --rm it was removed"), "{point}: {told}");
        rig.assert_whole(point, "v1.0.0", "running", &[]).await;
        rig.clean().await;
    }
}
