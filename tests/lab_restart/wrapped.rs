//! An engine, a command line or a disk that does not do what it should in the middle of a restart.

use crate::meddling::{restart_beside, run_meddled, run_with_docker, until_dead};
use crate::rig::{Rig, failure};
use std::time::{Duration, Instant};
use tagboat::model::job::{StepKind, StepState, TrackResult};
use tagboat::model::probe::{ProbeCommand, Sign};
use tagboat::model::profile::ProbeRules;

#[tokio::test]
async fn lab_an_engine_whose_socket_is_not_there_is_waited_for_and_takes_no_container_for_gone() {
    let mut rig = Rig::on("lab-1", "socket", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    rig.at_point("policy stand").await;
    let target = rig.target("v1.1.0").await;
    // The words of CLI 29; the engine is back at the second question for its version.
    let body = "if [ -e $here/away ]; then
        [ \"$1\" != version ] || mv $here/away $here/back 2>/dev/null
        echo 'failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory' >&2
        exit 1
      fi";
    rig.fresh_job();
    let meddler = Rig::on("lab-1", "socket-meddler", &[]).await;
    let away = format!(
        "file=/var/lib/tagboat/restarts/crash-at.{0}.reached; until [ -e $file ]; do sleep 0.1; done
         for bin in /var/lib/tagboat/restarts/*-{0}/bin; do : >$bin/away; done; rm $file",
        rig.session
    );
    let (result, _) = tokio::join!(run_with_docker(&mut rig, &target, body, ":"), meddler.sh(&away));
    assert!(matches!(result, TrackResult::Done(None | Some(_))), "{result:?}");
    assert_eq!(rig.sh("ls $D/bin").await, "back\ndocker");
    rig.assert_whole("socket", "v1.1.0", "running", &["old"]).await;
    let policy = rig
        .sh("docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' $S")
        .await;
    assert_eq!(policy, "always");
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_start_that_fails_as_if_the_engine_was_away_is_tried_three_times_and_put_back() {
    let mut rig = Rig::on("lab-1", "refuses", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    let body = "if [ \"$1\" = start ] && [ \"$(cat $here/tries)\" != xxx ]; then
        printf x >>$here/tries
        echo 'Error response from daemon: failed to initialize logging driver: dial tcp 127.0.0.1:24224: connect: connection refused' >&2
        exit 1
      fi";
    let told = failure(&run_with_docker(&mut rig, &target, body, ": >$here/tries").await);
    assert!(
        told.contains("start: ") && told.contains("24224") && told.contains("as it was"),
        "{told}"
    );
    assert!(!told.contains("docker logs"), "it never ran: {told}");
    rig.assert_whole("refuses", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_rename_whose_answer_is_lost_is_done_all_the_same_forth_and_back() {
    for (onto, tag, left) in [("v1.1.0", "v1.1.0", "old"), ("v1.2.0-broken", "v1.0.0", "failed")] {
        let mut rig = Rig::on("lab-2", "unheard", &[onto]).await;
        rig.start("--restart always", "v1.0.0").await;
        let target = rig.target(onto).await;
        // Every rename is done, and its first answer is lost.
        let body = "if [ \"$1\" = rename ] && mkdir $here/$2-$3 2>/dev/null; then
            docker \"$@\" && echo 'error during connect: EOF' >&2
            exit 1
          fi";
        let result = run_with_docker(&mut rig, &target, body, ":").await;
        match &result {
            TrackResult::Done(_) => assert_eq!(tag, onto),
            other => assert!(failure(other).contains("probe: it ended"), "{other:?}"),
        }
        rig.assert_whole(onto, tag, "running", &[left]).await;
        rig.clean().await;
    }
}

#[tokio::test]
async fn lab_a_command_line_that_warns_and_stumbles_on_every_question_is_still_understood() {
    let mut rig = Rig::on("lab-1", "warns", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    let body = "echo 'WARNING: the configuration is old' >&2
      case $1 in inspect | ps)
        printf x >>$here/asked
        [ $(($(wc -c <$here/asked) % 3)) -ne 1 ] || exit 1 ;;
      esac";
    let result = run_with_docker(&mut rig, &target, body, ":").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig.assert_whole("warns", "v1.1.0", "running", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_full_disk_at_the_end_keeps_the_claim_until_the_end_is_written() {
    let mut rig = Rig::on("lab-1", "full", &["v1.1.0"]).await;
    rig.sh("umount /var/lib/tagboat/restarts/*$S 2>/dev/null || true")
        .await;
    rig.start("--restart always", "v1.0.0").await;
    rig.at_point("end stand").await;
    let target = rig.target("v1.1.0").await;
    let small = "cp -a $D $D.copy; mount -t tmpfs -o size=256k tmpfs $D; cp -a $D.copy/. $D; rm -r $D.copy";
    let meddler = Rig::on("lab-1", "full-meddler", &[]).await;
    let fill = format!(
        "file=/var/lib/tagboat/restarts/crash-at.{0}.reached; until [ -e $file ]; do sleep 0.1; done
         cat /dev/zero >$(echo /var/lib/tagboat/restarts/*-{0})/zero 2>/dev/null || true; rm $file",
        rig.session
    );
    let (result, _) = tokio::join!(
        run_meddled(&mut rig, &target, "restart hand-over", small),
        meddler.sh(&fill)
    );
    let told = failure(&result);
    let other = failure(&restart_beside(&rig, "v1.0.0").await);
    let claim = rig.sh("cat ${D%/*}/$S.open").await;
    rig.sh("rm $D/zero").await;
    let resumed = rig.resume(&target).await;
    rig.sh("umount $D; rm -rf ${D%/*}/*$S.open").await;
    assert!(told.contains("stays open"), "{told}");
    assert!(other.contains("is not over"), "{other}");
    assert!(claim.ends_with(rig.session.as_str()), "{claim}");
    assert!(matches!(resumed, TrackResult::Done(_)), "{resumed:?}");
    rig.assert_whole("full", "v1.1.0", "running", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_journal_without_an_end_and_without_its_claim_is_not_taken_up_beside_the_session() {
    let mut rig = Rig::on("lab-1", "unclaimed", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let target = rig.target("v1.1.0").await;
    let result = rig.run(&target).await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    let first = rig.job.clone();
    let result = rig.restart("v1.0.0").await;
    assert!(matches!(result, TrackResult::Done(_)), "{result:?}");
    rig.job = first;
    rig.sh("rm $D/ended").await;
    let told = failure(&rig.resume(&target).await);
    assert!(
        told.contains("not this restart's any more") && told.contains("The session is up"),
        "{told}"
    );
    rig.assert_whole("unclaimed", "v1.0.0", "running", &["old"]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_of_a_chatty_session_with_rm_the_last_words_are_kept_and_not_all_of_them() {
    let mut rig = Rig::on("lab-1", "chatty", &["v1.1.0"]).await;
    rig.sh("docker create --name $S --rm --network agents --network-alias $S-alias -v $S-home:/home/claude convocate:v1.0.0 sh -c '
        [ $CONVOCATE_VERSION = v1.0.0 ] || { yes | head -c 3000000; echo these are the last; exit 3; }
        trap \"exit 0\" TERM; while :; do sleep 1 & wait $!; done' >/dev/null")
        .await;
    rig.fill().await;
    rig.sh("docker start $S >/dev/null").await;
    let mut target = rig.target("v1.1.0").await;
    // On a busy machine it may talk for long; no probe is to find it good while it does.
    target.probe = ProbeRules::stable_for(Duration::from_mins(1));
    let told = failure(&rig.run(&target).await);
    assert!(
        told.contains("these are the last") && told.contains("exit code 3"),
        "{told}"
    );
    assert!(!told.contains("docker logs"), "it is not kept: {told}");
    let size: u32 = rig.sh("wc -c <$D/words").await.parse().unwrap();
    assert!((1000..=65536).contains(&size), "{size}");
    rig.assert_whole("chatty", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_cancellation_does_not_wait_for_a_probe_command() {
    let mut rig = Rig::on("lab-2", "deaf", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    let mut target = rig.target("v1.1.0").await;
    let endless = ["sleep", "1000"].map(str::to_owned).to_vec();
    target.probe.sign = Some(Sign::Command(ProbeCommand::new(endless).unwrap()));
    target.probe.deadline = Duration::from_secs(200);
    rig.fresh_job();
    let cancel = async {
        rig.until(StepKind::Probe).await;
        rig.sh("until docker top $S 2>/dev/null | grep -q 'sleep 1000'; do sleep 0.1; done")
            .await;
        rig.cancel.cancel();
        Instant::now()
    };
    let (result, cancelled_at) = tokio::join!(rig.run_as_is(&target), cancel);
    assert!(matches!(result, TrackResult::Cancelled(_)), "{result:?}");
    assert!(cancelled_at.elapsed() < Duration::from_secs(40));
    assert!(matches!(rig.step(StepKind::PutBack), Some(StepState::Done(_))));
    rig.assert_whole("deaf", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}

#[tokio::test]
async fn lab_a_restart_whose_script_died_is_taken_up_on_the_host_as_its_refusal_says() {
    let mut rig = Rig::on("lab-1", "elsewhere", &["v1.1.0"]).await;
    rig.start("--restart always", "v1.0.0").await;
    rig.at_point("rename").await;
    let target = rig.target("v1.1.0").await;
    rig.run_cut_off(&target).await;
    until_dead(&rig).await;
    let told = failure(&restart_beside(&rig, "v1.1.0").await);
    let (_, rest) = told.split_once("as root on lab-1: `").unwrap();
    let (line, _) = rest.split_once('`').unwrap();
    rig.sh(&format!("{line}; until [ -e $D/ended ]; do sleep 0.1; done"))
        .await;
    rig.assert_whole("elsewhere", "v1.0.0", "running", &[]).await;
    rig.clean().await;
}
