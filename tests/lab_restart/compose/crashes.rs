//! Everything dies at every point of a restart by Compose, and recovery ends with one session and its data.

use super::project::Project;
use crate::crash_points::{crash_points_of, sampled};
use crate::meddling::run_with_docker;
use crate::rig::{Rig, failure, lab};
use tagboat::model::job::{StepKind, StepState, TrackResult};
use tagboat::model::setup::BOOT_HOOK;
use tagboat::ops::restart::COMPOSE_TRANSACTION;

/// Points that only a restart onto a bad image comes to.
const ON_THE_WAY_BACK: [&str; 3] = ["put_back", "put_back_up", "put_back_clean"];

/// Points after which the restart is final.
const AFTER_COMMIT: [&str; 3] = ["clean_up", "pin", "end"];

async fn crash(project: &Project, point: &str) {
    project
        .sh(&format!(
            "mkdir -p -m 700 /var/lib/tagboat/restarts; echo {point} >/var/lib/tagboat/restarts/crash-at.$S"
        ))
        .await;
}

/// Does what cron does when the host has booted, and waits for the end of the restart.
async fn boot_hook(project: &Project) {
    let line = format!(
        "sh -s /var/lib/tagboat <<'HOOK'\n{BOOT_HOOK}HOOK\nuntil [ -e $D/ended ]; do sleep 0.1; done"
    );
    project.sh(&line).await;
}

async fn crash_everywhere(host: &str, name: &str, turn: usize) {
    let points = crash_points_of(COMPOSE_TRANSACTION);
    assert!(points.len() >= 13, "{points:?}");
    for point in &sampled(points, turn, 4) {
        let Some(mut project) = Project::on(host, name).await else {
            return;
        };
        let neighbours = project.ids_of_neighbours().await;
        let context = format!("{host} {point}");
        crash(&project, point).await;
        let tag = if ON_THE_WAY_BACK.contains(&point.as_str()) {
            let told = failure(&project.restart("v1.2.0-broken").await);
            assert!(told.contains("runs the old image"), "{context}: {told}");
            "v1.0.0"
        } else if AFTER_COMMIT.contains(&point.as_str()) {
            let result = project.restart("v1.1.0").await;
            assert!(matches!(result, TrackResult::Done(_)), "{context}: {result:?}");
            "v1.1.0"
        } else {
            let told = failure(&project.restart("v1.1.0").await);
            assert!(told.contains("it was interrupted"), "{context}: {told}");
            "v1.0.0"
        };
        project.assert_whole(&context, tag, "running").await;
        project.assert_env(&context, tag).await;
        assert_eq!(project.ids_of_neighbours().await, neighbours, "{context}");
        let kept = if tag == "v1.1.0" { "1" } else { "0" };
        assert_eq!(project.pins().await, kept, "{context}");
        let left = project
            .sh("ls /var/lib/tagboat/restarts/crash-at.$S 2>/dev/null | wc -l")
            .await;
        assert_eq!(left, "0", "{context}: the script never came there");
        project.clean().await;
    }
}

#[tokio::test]
async fn lab_compose_restarts_die_at_points_all_over_and_the_console_recovers_on_the_classic_store() {
    crash_everywhere("lab-1", "compose-crash1", 0).await;
}

#[tokio::test]
async fn lab_compose_restarts_die_at_other_points_and_the_console_recovers_on_the_containerd_store() {
    crash_everywhere("lab-2", "compose-crash2", 2).await;
}

/// A line of shell that runs another as soon as the engine tells of an event; how far Compose has come by then is chance.
fn at_event(event: &str, then: &str) -> String {
    format!(
        "docker events --filter event={event} --filter label=com.docker.compose.project=$S --format . >/tmp/$J.events & \
         listener=$!; until [ -s /tmp/$J.events ]; do sleep 0.02; done; {then}; \
         kill $listener 2>/dev/null; rm /tmp/$J.events"
    )
}

/// Compose makes, stops, removes, renames and starts: the script dies behind each of these, and Compose with it or not.
#[tokio::test]
async fn lab_compose_itself_dies_in_the_middle_and_the_session_is_there_again_with_its_data() {
    let script = "kill -9 $(cut -d' ' -f1 $D/runner.1)";
    let both = format!("{script} $(grep -lsa TAGBOAT_RESTART=$J /proc/[0-9]*/environ | cut -d/ -f3)");
    let events = ["create", "kill", "die", "destroy", "rename", "start"];
    for (number, event) in events.into_iter().enumerate() {
        for whom in sampled([script, both.as_str()], number % 2, 2) {
            let context = format!("{event}: {whom}");
            let Some(mut project) = Project::on("lab-1", "compose-dies").await else {
                return;
            };
            let neighbours = project.ids_of_neighbours().await;
            let target = project.target("v1.1.0").await;
            project.rig.fresh_job();
            let kill = at_event(event, whom);
            let (result, _) = tokio::join!(project.rig.run_as_is(&target), project.sh(&kill));
            let told = failure(&result);
            assert!(told.contains("it was interrupted"), "{context}: {told}");
            project.assert_whole(&context, "v1.0.0", "running").await;
            project.assert_env(&context, "v1.0.0").await;
            assert_eq!(project.ids_of_neighbours().await, neighbours, "{context}");
            assert_eq!(project.pins().await, "0", "{context}");
            project.clean().await;
        }
    }
}

#[tokio::test]
async fn lab_compose_goes_on_when_the_engine_dies_in_the_middle() {
    for event in ["create", "die", "destroy"] {
        let Some(mut project) = Project::on("lab-2", "compose-engine").await else {
            return;
        };
        let kill = at_event(event, "kill -9 $(cat /run/docker.pid)");
        let target = project.target("v1.1.0").await;
        project.rig.fresh_job();
        let (result, _) = tokio::join!(project.rig.run_as_is(&target), project.sh(&kill));
        project.rig.reconnect().await;
        let tag = match &result {
            TrackResult::Done(_) => "v1.1.0",
            other => {
                assert!(
                    failure(other).contains("runs the old image"),
                    "{event}: {other:?}"
                );
                "v1.0.0"
            }
        };
        project.assert_whole(event, tag, "running").await;
        project.assert_env(event, tag).await;
        project.clean().await;
    }
}

#[tokio::test]
async fn lab_compose_needs_no_console_once_the_host_has_taken_over() {
    let Some(mut project) = Project::on("lab-2", "compose-cut").await else {
        return;
    };
    let target = project.target("v1.1.0").await;
    let told = failure(&project.rig.run_cut_off(&target).await);
    assert!(told.contains("The host goes on alone"), "{told}");
    project.sh("until [ -e $D/ended ]; do sleep 0.1; done").await;
    let result = project.rig.resume(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    project.assert_whole("cut", "v1.1.0", "running").await;
    project.assert_env("cut", "v1.1.0").await;
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_restarts_are_undone_by_the_boot_hook_after_a_power_cut() {
    let Some(mut project) = Project::on("lab-2", "compose-power").await else {
        return;
    };
    let mut target = project.target("v1.1.0").await;
    target.probe.settled = tagboat::model::probe::Settled::Stable(std::time::Duration::from_mins(2));
    project.rig.run_cut_off(&target).await;
    project
        .sh("until grep -q ' probe running' $D/status; do sleep 0.1; done")
        .await;
    lab(&["kill", "lab-2"]);
    lab(&["boot", "lab-2"]);
    project.rig.reconnect().await;
    boot_hook(&project).await;
    project.assert_whole("power", "v1.0.0", "running").await;
    project.assert_env("power", "v1.0.0").await;
    let result = project.restart("v1.1.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    assert!(matches!(project.rig.step(StepKind::Up), Some(StepState::Done(_))));
    project.assert_whole("power", "v1.1.0", "running").await;
    project.clean().await;
}

#[tokio::test]
async fn lab_compose_is_ended_when_the_restart_is_cancelled_while_it_works() {
    let Some(mut project) = Project::on("lab-2", "compose-abort").await else {
        return;
    };
    let target = project.target("v1.1.0").await;
    let body = "case \"$*\" in compose*' up '*) ! mkdir $here/once 2>/dev/null || exec sleep 1000 ;; esac";
    let meddler = Rig::on("lab-2", "abort-meddler", &[]).await;
    let (cancel, session) = (project.rig.cancel.clone(), project.rig.session.clone());
    let cancel = async {
        meddler
            .sh(&format!(
                "until [ -d /var/lib/tagboat/restarts/*-{session}/bin/once ]; do sleep 0.1; done"
            ))
            .await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(run_with_docker(&mut project.rig, &target, body, ":"), cancel);
    assert!(matches!(result, TrackResult::Cancelled(_)), "{result:?}");
    let left = project.sh("pgrep -fx 'sleep 1000' || true").await;
    assert_eq!(left, "");
    project.assert_whole("abort", "v1.0.0", "running").await;
    project.assert_env("abort", "v1.0.0").await;
    project.clean().await;
}
