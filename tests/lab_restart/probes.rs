//! What a successor must show before it is the session: every rule on a good and on a bad container, on both stores.

use crate::rig::{Rig, failure, one_of_each_store};
use std::num::NonZeroU16;
use std::time::Duration;
use tagboat::model::job::TrackResult;
use tagboat::model::probe::{LogText, ProbeCommand, Settled, Sign};

fn command(script: &str) -> Sign {
    Sign::Command(ProbeCommand::new(["sh", "-c", script].map(str::to_owned).to_vec()).unwrap())
}

fn line(text: &str) -> Sign {
    Sign::LogLine(LogText::new(text.to_owned()).unwrap())
}

fn port(number: u16) -> Sign {
    Sign::Port(NonZeroU16::new(number).unwrap())
}

/// Restarts the rig's session twice: with a rule that it cannot keep and with one that it can.
async fn bad_then_good(rig: &mut Rig, bad: Sign, complaint: &str, good: Sign) {
    let mut target = rig.target("v1.1.0").await;
    target.probe.deadline = Duration::from_secs(4);
    target.probe.sign = Some(bad);
    let told = failure(&rig.run(&target).await);
    assert!(told.contains(complaint) && told.contains("as it was"), "{told}");
    rig.assert_whole(complaint, "v1.0.0", "running", &["failed"])
        .await;
    target.probe.deadline = Duration::from_secs(15);
    target.probe.sign = Some(good);
    let result = rig.run(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{complaint}: {result:?}");
    rig.assert_whole(complaint, "v1.1.0", "running", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_probe_command_that_fails_rolls_back_and_one_that_succeeds_does_not() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "probe", &["v1.1.0"]).await;
        rig.start("--restart always", "v1.0.0").await;
        let bad = command("echo \"no 'quotes here\"; exit 3");
        bad_then_good(
            &mut rig,
            bad,
            "no 'quotes here",
            command("test -e /scratch/marker"),
        )
        .await;
    }
}

#[tokio::test]
async fn lab_a_line_that_must_be_in_the_log_is_waited_for_and_one_that_never_comes_rolls_back() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "line", &["v1.1.0"]).await;
        rig.start("--restart always", "v1.0.0").await;
        // The old container's log has its version, the new one's must not be found in it.
        let complaint = "its log has no line with: 1 v1.0.0";
        bad_then_good(&mut rig, line("1 v1.0.0"), complaint, line("heartbeat 4 v1.1.0")).await;
    }
}

#[tokio::test]
async fn lab_a_port_that_nothing_listens_on_rolls_back_and_one_on_the_containers_own_loopback_is_seen() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "port", &["v1.1.0"]).await;
        rig.start("--restart always", "v1.0.0").await;
        // The image's command stays what it is: what listens is started inside, as a session would.
        let mut target = rig.target("v1.1.0").await;
        target.probe.deadline = Duration::from_secs(3);
        target.probe.sign = Some(port(22));
        let told = failure(&rig.run(&target).await);
        assert!(told.contains("nothing in it listens on port 22"), "{told}");
        rig.assert_whole(
            "the host's own sshd is none of it",
            "v1.0.0",
            "running",
            &["failed"],
        )
        .await;
        target.probe.deadline = Duration::from_secs(20);
        target.probe.sign = Some(port(8080));
        rig.fresh_job();
        let listening = rig.sh(
            "until [ \"$(docker inspect -f '{{.Config.Image}} {{.State.Running}}' $S 2>/dev/null)\" = 'convocate:v1.1.0 true' ]; do
               sleep 0.1
             done; docker exec -d $S httpd -f -p 127.0.0.1:8080",
        );
        let (result, _) = tokio::join!(rig.run_as_is(&target), listening);
        assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_who_waits_for_a_health_check_takes_a_successor_that_is_healthy_and_no_other() {
    for host in one_of_each_store() {
        let mut rig = Rig::on(host, "healthy", &["v1.1.0"]).await;
        for (health, complaint) in [
            (
                "--health-cmd false --health-start-period 60s --health-interval 1s",
                "has not said healthy within 4 s",
            ),
            (
                "--health-cmd false --health-retries 1 --health-interval 1s",
                "its health check says unhealthy",
            ),
            ("", "it has none"),
        ] {
            rig.start(&format!("--restart always {health}"), "v1.0.0").await;
            let mut target = rig.target("v1.1.0").await;
            target.probe.settled = Settled::Healthy;
            target.probe.deadline = Duration::from_secs(4);
            let told = failure(&rig.run(&target).await);
            assert!(told.contains(complaint), "{told}");
            let left: &[&str] = if health.is_empty() { &[] } else { &["failed"] };
            rig.assert_whole(complaint, "v1.0.0", "running", left).await;
            rig.clean().await;
        }
        rig.start(
            "--restart always --health-cmd true --health-interval 1s",
            "v1.0.0",
        )
        .await;
        let mut target = rig.target("v1.1.0").await;
        target.probe.settled = Settled::Healthy;
        let result = rig.run(&target).await;
        assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
        rig.assert_whole("healthy", "v1.1.0", "running", &["old"]).await;
        rig.clean().await;
    }
}
