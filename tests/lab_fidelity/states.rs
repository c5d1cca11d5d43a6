//! Stopped sessions, what is lost and what is told of it, labels of others, warnings (RF48, RF53-RF56).

use crate::before_and_after::{Restarted, on_each_store};
use crate::rig::Rig;
use serde_json::json;

#[tokio::test]
async fn lab_rf55_a_stopped_session_stays_stopped_whether_it_ever_ran_or_not() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "stopped", &[]).await;
        for how in [
            "true",
            "docker start $S && docker stop $S",
            "docker start $S && docker kill $S",
        ] {
            rig.sh(&format!(
                "docker create --name $S --restart always convocate:v1.0.0 >/dev/null; ({how}) >/dev/null"
            ))
            .await;
            let seen = Restarted::onto(&mut rig, "v1.0.0").await;
            assert_eq!(seen.after["State"]["Running"], json!(false), "{host}: {how}");
            assert_eq!(seen.after["State"]["Status"], json!("created"), "{host}: {how}");
            seen.assert_kept(&[("RF40", "/HostConfig/RestartPolicy/Name")]);
            rig.clean().await;
        }
    })
    .await;
}

#[tokio::test]
async fn lab_rf54_files_in_the_sessions_own_layer_are_counted_and_stay_in_its_predecessor_as_its_log_does() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "layer", &[]).await;
        rig.sh("docker run -d --name $S convocate:v1.0.0 >/dev/null; docker exec $S sh -c 'echo 1 >/home/claude/one; echo >>/etc/passwd; rm /etc/group; touch /tmp/x; rm /tmp/x'").await;
        rig.sh("until docker logs $S | grep -q 'heartbeat 1'; do :; done").await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        seen.assert_told("RF54", &["3 files outside its volumes stay in its predecessor"]);
        let old = "$S.tagboat-old-${J%-$S}";
        assert_eq!(rig.sh(&format!("docker cp {old}:/home/claude/one - | tar -xO")).await, "1", "{host}: RF54");
        assert!(rig.sh(&format!("docker logs {old}")).await.contains("heartbeat 1"), "{host}: RF48");
        let again = Restarted::onto(&mut rig, "v1.0.0").await;
        assert!(!again.lines.iter().any(|line| line.contains("outside its volumes")), "{host}: {:?}", again.lines);
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf53_the_labels_by_which_compose_knows_its_container_are_kept() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "compose", &[]).await;
        rig.sh(
            "docker run -d --name $S --label com.docker.compose.project=agents --label com.docker.compose.service=session \
               --label com.docker.compose.oneoff=False --label com.docker.compose.config-hash=0123 --label com.docker.compose.container-number=1 \
               convocate:v1.0.0 >/dev/null",
        )
        .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        for key in ["project", "service", "oneoff", "config-hash", "container-number"] {
            seen.assert_kept(&[("RF53", &format!("/Config/Labels/com.docker.compose.{key}"))]);
        }
        let found = "docker ps -q --no-trunc --filter label=com.docker.compose.project=agents --filter label=com.docker.compose.oneoff=False";
        assert_eq!(rig.sh(found).await, seen.after["Id"].as_str().unwrap(), "{host}: RF53: only the new one runs");
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf56_what_the_engine_warns_of_is_told() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "warned", &[]).await;
        rig.sh("docker run -d --name $S --oom-kill-disable convocate:v1.0.0 >/dev/null 2>&1")
            .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        seen.assert_told("RF56", &["OOM killer is disabled"]);
        seen.assert_kept(&[("RF46", "/HostConfig/OomKillDisable")]);
        rig.clean().await;
    })
    .await;
}
