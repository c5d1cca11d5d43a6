//! Everything dies at every point, and recovery ends with one session and its data.

use crate::crash_points::{crash_points_of, sampled};
use crate::rig::{Rig, failure, lab};
use tagboat::model::job::{StepKind, TrackResult};
use tagboat::model::probe::Settled;
use tagboat::model::setup::BOOT_HOOK;
use tagboat::ops::restart::TRANSACTION;

/// Points that only a restart onto a bad image comes to.
const ON_THE_WAY_BACK: [&str; 4] = ["put_back", "put_back_name", "put_back_start", "put_back_clean"];

/// Points after which the restart is final.
const AFTER_COMMIT: [&str; 5] = ["policy", "restart", "predecessors", "pin", "end"];

/// The points at which a host that lost its power is left in the most different states.
const AT_BOOT: [&str; 3] = ["rename", "probe", "policy"];

/// Does what cron does when the host has booted, and waits for the end of the restart.
async fn boot_hook(rig: &Rig) {
    let line = format!(
        "sh -s /var/lib/tagboat <<'HOOK'\n{BOOT_HOOK}HOOK\nuntil [ -e $D/ended ]; do sleep 0.1; done"
    );
    rig.sh(&line).await;
}

/// At every point of those that fall to it: `turn` of as many as share them.
async fn crash_everywhere(host: &str, name: &str, option: &str, (turn, sharers): (usize, usize)) {
    let mut rig = Rig::on(host, name, &["v1.1.0", "v1.2.0-broken"]).await;
    let points = crash_points_of(TRANSACTION);
    assert!(points.len() >= 16, "{points:?}");
    for point in &sampled(points, turn, sharers) {
        let context = format!("{host} {option} {point}");
        rig.start(option, "v1.0.0").await;
        rig.at_point(point).await;
        if ON_THE_WAY_BACK.contains(&point.as_str()) {
            let told = failure(&rig.restart("v1.2.0-broken").await);
            assert!(told.contains("as it was"), "{context}: {told}");
            let failed: &[&str] = if option == "--rm" { &[] } else { &["failed"] };
            rig.assert_whole(&context, "v1.0.0", "running", failed).await;
        } else if AFTER_COMMIT.contains(&point.as_str()) {
            let result = rig.restart("v1.1.0").await;
            assert!(matches!(result, TrackResult::Done(_)), "{context}: {result:?}");
            rig.assert_whole(&context, "v1.1.0", "running", &["old"]).await;
        } else {
            let told = failure(&rig.restart("v1.1.0").await);
            assert!(told.contains("it was interrupted"), "{context}: {told}");
            rig.assert_whole(&context, "v1.0.0", "running", &[]).await;
        }
        let left = rig
            .sh("ls /var/lib/tagboat/restarts/crash-at.$S 2>/dev/null | wc -l")
            .await;
        assert_eq!(left, "0", "{context}: the script never came there");
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_the_script_dies_at_each_point_and_the_console_recovers_on_both_stores_and_with_rm() {
    // Side by side: each has a session of its own, and most of it is waiting.
    tokio::join!(
        crash_everywhere("lab-1", "crash1", "--restart always", (0, 3)),
        crash_everywhere("lab-2", "crash2", "--restart unless-stopped", (1, 3)),
        crash_everywhere("lab-1", "crash3", "--rm", (2, 3)),
    );
}

#[tokio::test]
async fn lab_a_host_that_boots_finishes_or_undoes_the_restart_without_any_console() {
    let mut rig = Rig::on("lab-1", "boot", &["v1.1.0"]).await;
    for point in AT_BOOT {
        rig.start("--restart unless-stopped", "v1.0.0").await;
        rig.at_point(point).await;
        let target = rig.target("v1.1.0").await;
        rig.run_cut_off(&target).await;
        rig.sh("until grep -q \"^[0-9]* hold\" $D/status && ! kill -0 $(cut -d' ' -f1 $D/runner.1) 2>/dev/null; do sleep 0.1; done").await;
        rig.sh(
            "mkdir -p ${D%/*}/old-$S.part ${D%/*}/new-$S.part; touch -d '2 hours ago' ${D%/*}/old-$S.part",
        )
        .await;
        boot_hook(&rig).await;
        let parts = rig.sh("cd ${D%/*} && ls -d *-$S.part; rmdir new-$S.part").await;
        assert_eq!(
            parts,
            format!("new-{}.part", rig.session),
            "one that a console may still write stays"
        );
        match point {
            "policy" => rig.assert_whole(point, "v1.1.0", "running", &["old"]).await,
            _ => rig.assert_whole(point, "v1.0.0", "running", &[]).await,
        }
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_power_cut_in_the_middle_ends_with_the_old_container_up_even_that_of_an_rm_session() {
    for option in ["--restart unless-stopped", "--rm"] {
        let mut rig = Rig::on("lab-2", "power", &["v1.1.0"]).await;
        rig.start(option, "v1.0.0").await;
        let mut target = rig.target("v1.1.0").await;
        target.probe.settled = Settled::Stable(std::time::Duration::from_mins(2));
        rig.run_cut_off(&target).await;
        lab(&["kill", "lab-2"]);
        lab(&["boot", "lab-2"]);
        rig.reconnect().await;
        boot_hook(&rig).await;
        rig.assert_whole(option, "v1.0.0", "running", &[]).await;
        let result = rig.restart("v1.1.0").await;
        assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
        rig.assert_whole(option, "v1.1.0", "running", &["old"]).await;
        let removes_itself = rig.sh("docker inspect -f '{{.HostConfig.AutoRemove}}' $S").await;
        assert_eq!(removes_itself, (option == "--rm").to_string());
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_stop_that_goes_on_when_the_script_has_died_does_not_take_the_old_container_down_later() {
    for option in ["--restart always", "--rm"] {
        let mut rig = Rig::on("lab-1", "slow", &["v1.1.0"]).await;
        rig.sh(&format!(
            "docker create --name $S {option} --stop-timeout 6 --network agents --network-alias $S-alias -v $S-home:/home/claude \\
               convocate:v1.0.0 sh -c 'trap \"\" TERM; while :; do sleep 1; done' >/dev/null"
        ))
        .await;
        rig.fill().await;
        rig.sh("docker start $S >/dev/null").await;
        let target = rig.target("v1.1.0").await;
        let job = rig.fresh_job();
        let (result, ()) = tokio::join!(rig.run_as_is(&target), async {
            rig.until(StepKind::Stop).await;
            rig.sh("kill -9 $(cut -d' ' -f1 $D/runner.1)").await;
        });
        let told = failure(&result);
        assert!(told.contains("it was interrupted"), "{option} {job}: {told}");
        // The stop that was under way had six seconds: it must not end a container that is up for longer.
        rig.sh(
            "until [ $(($(date +%s) - $(date -d \"$(docker inspect -f '{{.State.StartedAt}}' $S)\" +%s))) -gt 7 ]; do sleep 0.2; done",
        )
        .await;
        rig.assert_whole(option, "v1.0.0", "running", &[]).await;
        rig.clean().await;
    }
}
