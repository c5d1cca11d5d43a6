//! Everything dies at every point, and recovery ends with one session and its data.

use crate::rig::{Rig, crash_points, failure};
use tagboat::model::job::TrackResult;

/// Points that only a restart onto a bad image comes to.
const ON_THE_WAY_BACK: [&str; 4] = ["put_back", "put_back_name", "put_back_start", "put_back_clean"];

/// Points after which the restart is final.
const AFTER_COMMIT: [&str; 5] = ["policy", "restart", "predecessors", "pin", "end"];

async fn crash(rig: &Rig, point: &str) {
    rig.sh(&format!(
        "mkdir -p -m 700 /var/lib/tagboat/restarts; echo {point} >/var/lib/tagboat/restarts/crash-at.$S"
    ))
    .await;
}

async fn crash_everywhere(host: &str, name: &str, option: &str) {
    let mut rig = Rig::on(host, name, &["v1.1.0", "v1.2.0-broken"]).await;
    let points = crash_points();
    assert!(points.len() >= 16, "{points:?}");
    for point in &points {
        let context = format!("{host} {option} {point}");
        rig.start(option, "v1.0.0").await;
        crash(&rig, point).await;
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
async fn lab_the_script_dies_at_every_point_and_the_console_recovers_on_the_classic_store() {
    crash_everywhere("lab-1", "crash1", "--restart always").await;
}

#[tokio::test]
async fn lab_the_script_dies_at_every_point_and_the_console_recovers_on_the_containerd_store() {
    crash_everywhere("lab-2", "crash2", "--restart unless-stopped").await;
}

#[tokio::test]
async fn lab_the_script_dies_at_every_point_of_an_rm_session_and_the_console_recovers() {
    crash_everywhere("lab-1", "crash3", "--rm").await;
}
