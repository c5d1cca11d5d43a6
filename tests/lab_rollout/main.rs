//! Rollouts over the sessions of real hosts: canaries, waves, the operator's word, a lost host, a console that dies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../headless/mod.rs"]
mod headless;
mod idle;
mod links;
#[path = "../real_fleet/mod.rs"]
mod real_fleet;

use headless::Tagboat;
use real_fleet::{Lab, RealFleet};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use tagboat::model::command::Command;
use tagboat::model::job::{Job, JobState, Target, TrackResult, Verdict};
use tagboat::model::names::{HostName, Tag};
use tagboat::model::plan::{Plan, RestartIntent, plan_restart};
use tagboat::model::probe::{ProbeCommand, Settled, Sign};
use tagboat::model::rollout::{Account, Canary, RolloutOrder, Stage, Steer};

const HOSTS: [&str; 3] = ["lab-1", "lab-2", "lab-3"];

/// Puts a good image under a tag on every host, without a push.
fn with_good_tag(lab: &Lab) {
    for host in HOSTS {
        lab.on(host, "docker tag convocate:v1.0.0 convocate:v1.1.0");
    }
}

/// Puts an image whose command ends at once under a tag of one host, and a good one on the others.
fn with_tag_that_is_bad_on(lab: &Lab, bad: &str) {
    with_good_tag(lab);
    lab.on(
        bad,
        "docker rmi -f convocate:v1.1.0 >/dev/null; id=$(docker create convocate:v1.0.0) && \
         docker commit --change 'CMD [\"sh\", \"-c\", \"echo cannot start: no config; exit 1\"]' $id convocate:v1.1.0 >/dev/null && \
         docker rm $id >/dev/null",
    );
}

fn order(canary: Option<bool>, wave: usize, max_failures: usize) -> RolloutOrder {
    RolloutOrder {
        canary: canary.map(|approval| Canary {
            sessions: NonZeroUsize::MIN,
            approval,
        }),
        wave: NonZeroUsize::new(wave).unwrap(),
        max_failures,
    }
}

/// A plan over all sessions of the lab, host by host.
fn plan(real: &RealFleet, order: RolloutOrder) -> Plan {
    let sessions = real
        .fleet
        .sessions()
        .map(|(host, session)| (host.name.clone(), session.name().clone()))
        .collect();
    let intent = RestartIntent {
        sessions,
        onto: Some(Tag::parse("v1.1.0").unwrap()),
        order,
        only_others: true,
    };
    let mut plan = plan_restart(&intent, &real.fleet).unwrap();
    for one in &mut plan.sessions {
        one.probe.settled = Settled::Stable(std::time::Duration::from_secs(2));
    }
    Plan::Restart(plan)
}

fn words(job: &Job) -> String {
    Account::of(job).unwrap().words()
}

fn stage(job: &Job) -> Stage {
    Account::of(job).unwrap().stage
}

/// What each session of a host runs, as its engine tells: `tag state`, sorted.
fn sessions_on(lab: &Lab, host: &str) -> Vec<String> {
    let told = lab.on(
        host,
        "docker ps -a --filter name=convocate-session- --format '{{.Names}} {{.Image}} {{.State}}' | grep -v tagboat- || true",
    );
    let mut lines: Vec<String> = told
        .lines()
        .map(|line| line.split_once(' ').unwrap().1.to_owned())
        .collect();
    lines.sort();
    lines
}

fn everything_is_on(lab: &Lab, tag: &str) {
    for host in HOSTS {
        let wanted = vec![format!("convocate:{tag} running"); 3];
        assert_eq!(sessions_on(lab, host), wanted, "{host}");
    }
}

#[tokio::test]
async fn all_sessions_of_all_hosts_follow_the_canary_in_waves() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let mut real = RealFleet::connected().await;
    let plan = plan(&real, order(Some(false), 4, 0));
    let job = real.run(plan).await;
    assert_eq!(words(&job), "9/9 done · done", "{job:#?}");
    let began: Vec<_> = job
        .tracks
        .iter()
        .map(|track| {
            (
                track.steps[0].began_at.unwrap(),
                track.steps.last().unwrap().over_at.unwrap(),
            )
        })
        .collect();
    for wave in [1..5, 5..9] {
        let before = began[..wave.start].iter().map(|(_, over)| over).max().unwrap();
        assert!(
            began[wave].iter().all(|(began, _)| began >= before),
            "a wave waits for all before it: {began:?}"
        );
    }
    everything_is_on(&lab, "v1.1.0");
}

#[tokio::test]
async fn a_canary_that_fails_is_put_back_and_no_other_session_is_touched() {
    let lab = Lab::reset();
    with_tag_that_is_bad_on(&lab, "lab-1");
    let mut real = RealFleet::connected().await;
    let plan = plan(&real, order(Some(false), 4, 3));
    let job = real.run(plan).await;
    assert_eq!(words(&job), "0/9 done · 1 failed · 8 not begun · failed");
    let Some(TrackResult::Failed(failure)) = &job.tracks[0].result else {
        panic!("{job:#?}")
    };
    assert!(failure.cause.contains("cannot start: no config"), "{failure}");
    everything_is_on(&lab, "v1.0.0");
}

#[tokio::test]
async fn what_was_put_back_is_tried_anew_when_the_rollout_is_taken_up_after_its_cause_was_mended() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let mut real = RealFleet::connected().await;
    let Plan::Restart(mut plan) = plan(&real, order(Some(false), 4, 0)) else {
        panic!()
    };
    let command = ["test", "-e", "/work/mended"].map(str::to_owned).to_vec();
    for one in &mut plan.sessions {
        one.probe.sign = Some(Sign::Command(ProbeCommand::new(command.clone()).unwrap()));
        // The second time it must be met, by several beside each other, on a machine that does other things besides.
        one.probe.deadline = std::time::Duration::from_secs(15);
    }
    let id = real.begin(Plan::Restart(plan)).await;
    let job = real.ended(&id).await;
    assert_eq!(words(&job), "0/9 done · 1 failed · 8 not begun · failed");
    for host in HOSTS {
        assert_eq!(sessions_on(&lab, host), vec!["convocate:v1.0.0 running"; 3]);
        lab.on(host, "for work in /srv/sessions/*; do touch $work/mended; done");
    }
    real.send(Command::Resume(id.clone(), None)).await;
    real.job_until(&id, "it is taken up", |job| {
        matches!(job.state, JobState::Running)
    })
    .await;
    let job = real.ended(&id).await;
    assert_eq!(words(&job), "9/9 done · done", "{job:#?}");
    everything_is_on(&lab, "v1.1.0");
}

#[tokio::test]
async fn the_operator_pauses_leaves_out_approves_and_goes_on() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let mut real = RealFleet::connected().await;
    let plan = plan(&real, order(Some(true), 3, 0));
    let left_out = plan.targets()[4].clone();
    let id = real.begin(plan).await;
    real.job_until(&id, "the approval", |job| stage(job) == Stage::Approval)
        .await;
    let steer = |steer| Command::Steer(id.clone(), steer);
    real.send(steer(Steer::Pause)).await;
    real.send(steer(Steer::Approve)).await;
    real.send(steer(Steer::Skip(left_out.clone()))).await;
    let job = real
        .job_until(&id, "all three words taken", |job| {
            job.steering.is_paused
                && job.steering.is_approved
                && job.track(&left_out).unwrap().result.is_some()
        })
        .await;
    assert_eq!(words(&job), "1/9 done · 1 skipped · paused");
    real.send(steer(Steer::Continue)).await;
    let job = real.ended(&id).await;
    assert_eq!(words(&job), "8/9 done · 1 skipped · partly done");
    let on_left_out_host = sessions_on(&lab, left_out.host.as_str());
    assert_eq!(
        on_left_out_host
            .iter()
            .filter(|line| line.starts_with("convocate:v1.0.0"))
            .count(),
        1,
        "{on_left_out_host:?}"
    );
}

#[tokio::test]
async fn a_failed_session_can_be_tried_again_while_the_others_go_on() {
    let lab = Lab::reset();
    with_tag_that_is_bad_on(&lab, "lab-1");
    let mut real = RealFleet::connected().await;
    let plan = plan(&real, order(None, 1, 9));
    let first = plan.targets()[0].clone();
    let id = real.begin(plan).await;
    let has_failed = |job: &Job, target: &Target| {
        matches!(job.track(target).unwrap().result, Some(TrackResult::Failed(_)))
    };
    real.job_until(&id, "the first failure", |job| has_failed(job, &first))
        .await;
    real.send(Command::Steer(id.clone(), Steer::Retry(first.clone())))
        .await;
    let job = real
        .job_until(&id, "its second failure", |job| {
            job.track(&first).unwrap().steps[0].attempts == 2 && has_failed(job, &first)
        })
        .await;
    assert!(matches!(job.state, JobState::Running), "the others go on");
    let job = real.ended(&id).await;
    assert_eq!(words(&job), "6/9 done · 3 failed · partly done");
    assert_eq!(sessions_on(&lab, "lab-1"), vec!["convocate:v1.0.0 running"; 3]);
}

#[tokio::test]
async fn a_host_that_is_lost_in_the_middle_costs_its_own_sessions_and_each_is_accounted_for() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let mut real = RealFleet::connected().await;
    let plan = plan(&real, order(Some(false), 3, 9));
    let id = real.begin(plan).await;
    real.job_until(&id, "the canary done", |job| Account::of(job).unwrap().done > 0)
        .await;
    lab.run(&["cut", "lab-3"]);
    let job = real.ended(&id).await;
    lab.run(&["heal", "lab-3"]);
    let lost = HostName::parse("lab-3").unwrap();
    for track in &job.tracks {
        match &track.result {
            Some(TrackResult::Done(_)) => assert_ne!(track.target.host, lost),
            Some(TrackResult::Failed(failure)) => {
                assert_eq!(track.target.host, lost, "{failure}");
                assert!(
                    !failure.state.is_empty() && !failure.advice.is_empty(),
                    "{failure}"
                );
            }
            other => panic!("{}: {other:?}", track.target),
        }
    }
    assert_eq!(job.verdict(false), Verdict::Partly);
    real.reconnected(&["lab-3"]).await;
    real.send(Command::Resume(id.clone(), None)).await;
    real.job_until(&id, "it is taken up", |job| {
        matches!(job.state, JobState::Running)
    })
    .await;
    let job = real.ended(&id).await;
    assert_eq!(words(&job), "9/9 done · done", "{job:#?}");
    assert_eq!(sessions_on(&lab, "lab-3"), vec!["convocate:v1.1.0 running"; 3]);
}

#[test]
fn a_rollout_whose_console_died_goes_on_where_it_was() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let tagboat = Tagboat::new();
    let words = [
        "rollout", "--all", "--tag", "v1.1.0", "--wave", "2", "-y", "--json",
    ];
    let mut console = tagboat.command(&words).spawn().unwrap();
    let mut lines = BufReader::new(console.stdout.take().unwrap()).lines();
    let mut job = String::new();
    let mut is_canary_good = false;
    lines.find(|line| {
        let line: Value = serde_json::from_str(line.as_ref().unwrap()).unwrap();
        if let Some(id) = line["job"].as_str() {
            id.clone_into(&mut job);
        }
        is_canary_good |= line["event"] == "target_ended";
        is_canary_good && line["step"]["kind"] == "stop" && line["state"]["state"] == "running"
    });
    console.kill().unwrap();
    console.wait().unwrap();
    let listed = tagboat.lines(&["job", "list", "--json"], 0);
    assert_eq!(listed[0]["jobs"][0]["state"], "interrupted", "{listed:?}");
    tagboat.run(&["job", "resume", &job, "-y"], 0);
    everything_is_on(&lab, "v1.1.0");
}

#[test]
fn a_rollout_without_a_screen_is_paused_continued_and_cancelled_by_another_process() {
    let lab = Lab::reset();
    with_good_tag(&lab);
    let tagboat = Tagboat::new();
    let words = [
        "rollout", "--all", "--tag", "v1.1.0", "--wave", "1", "-y", "--json",
    ];
    let mut console = tagboat.command(&words).spawn().unwrap();
    let lines = BufReader::new(console.stdout.take().unwrap()).lines();
    let mut events = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let began = events.find(|line| line["event"] == "step").unwrap();
    let job = began["job"].as_str().unwrap().to_owned();
    tagboat.run(&["job", "pause", &job], 0);
    assert!(events.any(|line| line["event"] == "steered" && line["steer"]["steer"] == "pause"));
    let refused = tagboat.run(&["job", "pause", &job], 3);
    assert!(headless::text(&refused.stderr).contains("it is paused already"));
    tagboat.run(&["job", "continue", &job], 0);
    assert!(events.any(|line| line["event"] == "step" && line["step"]["kind"] == "check"));
    tagboat.run(&["job", "cancel", &job, "-y"], 0);
    let end = events.last().unwrap();
    assert_eq!(
        (&end["event"], &end["verdict"]),
        (&"ended".into(), &"cancelled".into())
    );
    assert_eq!(console.wait().unwrap().code(), Some(130));
}
