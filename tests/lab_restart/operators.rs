//! What operators, consoles and links do meanwhile: they cancel, die, are cut off, and race each other.

use crate::rig::{Rig, failure, operator};
use crate::stops::stopping;
use tagboat::model::job::{StepKind, TrackResult};
use tagboat::model::probe::Settled;
use tagboat::ops::restart::restart_session;

#[tokio::test]
async fn lab_a_console_that_dies_before_the_hand_over_leaves_the_session_as_it_was() {
    for (option, at) in [
        ("--restart always", "restart hand-over"),
        ("--rm", "restart hand-over"),
    ] {
        let rig = Rig::on("lab-1", "dies", &["v1.1.0"]).await;
        rig.start(option, "v1.0.0").await;
        let started = rig
            .sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' $S")
            .await;
        let target = rig.target("v1.1.0").await;
        let (link, reached) = stopping(&rig, at, false);
        {
            let (operator, reporter) = (operator(), rig.reporter());
            let console = restart_session(&target, &rig.job, &operator, &link, &reporter);
            tokio::select! {
                result = console => panic!("{result:?}"),
                () = reached.notified() => {}
            }
        }
        assert_ne!(
            rig.sh("docker ps -a --format '{{.Names}}' | grep -c \"^$S[.]\" || true")
                .await,
            "0"
        );
        let told = failure(&rig.resume(&target).await);
        assert!(told.contains("it was interrupted"), "{told}");
        assert_eq!(
            rig.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' $S")
                .await,
            started
        );
        rig.assert_whole(option, "v1.0.0", "running", &[]).await;
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_console_that_is_cut_off_is_not_needed_any_more_and_a_resume_tells_the_end() {
    let mut rig = Rig::on("lab-2", "cut", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    let told = failure(&rig.run_cut_off(&target).await);
    assert!(
        told.contains("The host goes on alone") && told.contains("tagboat job resume"),
        "{told}"
    );
    let result = rig.resume(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig.assert_whole("cut", "v1.1.0", "running", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_resume_of_a_restart_that_had_not_begun_begins_it() {
    let rig = Rig::on("lab-1", "anew", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    let result = rig.resume(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig.assert_whole("anew", "v1.1.0", "running", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_cancelled_restart_puts_the_old_container_back() {
    for option in ["--restart always", "--rm"] {
        let rig = Rig::on("lab-1", "cancel", &["v1.1.0"]).await;
        rig.start(option, "v1.0.0").await;
        let mut target = rig.target("v1.1.0").await;
        target.probe.settled = Settled::Stable(std::time::Duration::from_mins(1));
        let probing = async {
            rig.until(StepKind::Probe).await;
            rig.cancel.cancel();
        };
        let (result, ()) = tokio::join!(rig.run_as_is(&target), probing);
        assert!(
            matches!(&result, TrackResult::Cancelled(state) if state.contains("as it was")),
            "{result:?}"
        );
        rig.assert_whole(option, "v1.0.0", "running", &[]).await;
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_of_two_consoles_that_restart_the_same_session_exactly_one_does() {
    let first = Rig::on("lab-1", "race", &["v1.1.0"]).await;
    let second = Rig::on("lab-1", "race", &["v1.1.0"]).await;
    for _ in 0..5 {
        first.start("--restart always", "v1.0.0").await;
        let target = first.target("v1.1.0").await;
        let (one, other) = tokio::join!(first.run_as_is(&target), second.run_as_is(&target));
        let done = [&one, &other]
            .iter()
            .filter(|result| matches!(result, TrackResult::Done(_)))
            .count();
        assert_eq!(done, 1, "{one:?} {other:?}");
        first.assert_whole("race", "v1.1.0", "running", &["old"]).await;
        second.assert_whole("race", "v1.1.0", "running", &["old"]).await;
        first.clean().await;
    }
}

#[tokio::test]
async fn lab_an_open_restart_stands_in_the_way_of_the_next_and_is_named() {
    let mut rig = Rig::on("lab-1", "open", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    let (link, reached) = stopping(&rig, "restart hand-over", false);
    let open = rig.job.clone();
    {
        let (operator, reporter) = (operator(), rig.reporter());
        tokio::select! {
            result = restart_session(&target, &rig.job, &operator, &link, &reporter) => panic!("{result:?}"),
            () = reached.notified() => {}
        }
    }
    let told = failure(&rig.run(&target).await);
    assert!(told.contains(&format!("tagboat job resume {open}")), "{told}");
    rig.job = open;
    failure(&rig.resume(&target).await);
    let result = rig.run(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig.assert_whole("open", "v1.1.0", "running", &["old"]).await;
    rig.clean().await;
}
