//! Pushing to real hosts of both image stores, and every way in which a push can go wrong there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod real_fleet;

use real_fleet::{Lab, RealFleet, reference};
use std::process::Command as Process;
use tagboat::model::command::Command;
use tagboat::model::failure::Refusal;
use tagboat::model::job::{Job, JobState, StepKind, StepState, Track, TrackResult, Verdict};
use tagboat::model::names::HostName;
use tagboat::model::plan::{Plan, PushIntent, PushOptions, PushPlan, plan_push};

fn intent(real: &RealFleet, tag: &str, hosts: &[&str]) -> PushIntent {
    let named = hosts.iter().map(|host| HostName::parse(host).unwrap()).collect();
    let hosts = if hosts.is_empty() { real.hosts() } else { named };
    PushIntent {
        reference: reference(tag),
        hosts,
        replace_tag: false,
        allow_failing: false,
        options: PushOptions::default(),
    }
}

fn plan(real: &RealFleet, tag: &str, hosts: &[&str]) -> Result<PushPlan, Refusal> {
    plan_push(&intent(real, tag, hosts), &real.fleet)
}

fn failure(track: &Track) -> String {
    match &track.result {
        Some(TrackResult::Failed(failure)) => failure.to_string(),
        other => panic!("{} did not fail: {other:?}", track.target),
    }
}

fn states(job: &Job, host: &str, kind: StepKind) -> StepState {
    let track = job
        .tracks
        .iter()
        .find(|track| track.target.host.as_str() == host)
        .unwrap();
    track
        .steps
        .iter()
        .find(|record| record.step.kind == kind)
        .unwrap()
        .state
        .clone()
}

#[tokio::test]
async fn a_push_to_every_host_arrives_with_its_content_is_stamped_last_and_touches_no_session() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let started = "docker ps -q | sort | xargs docker inspect -f '{{.Id}} {{.State.StartedAt}}'";
    let before: Vec<_> = real
        .hosts()
        .iter()
        .map(|host| lab.on(host.as_str(), started))
        .collect();
    let plan = plan(&real, "v1.1.0", &[]).unwrap();
    let image = plan.image.clone();
    let job = real.run(Plan::Push(plan)).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
    real.until(
        "every host has it, under its tag, active, and its sessions are behind",
        |fleet| {
            fleet.hosts().all(|host| {
                host.image(&reference("v1.1.0"))
                    .is_some_and(|there| there.content.as_ref() == Some(&image.content))
                    && host.stamp.active() == Some(&reference("v1.1.0"))
                    && host
                        .sessions()
                        .all(|session| session.standing().behind == Some(true))
            })
        },
    )
    .await;
    for (host, before) in real.hosts().iter().zip(before) {
        let host = host.as_str();
        assert_eq!(lab.on(host, started), before, "a session of {host} was touched");
        let stamp = lab.on(
            host,
            "stat -c '%U:%G %a' /etc/convocate-agent/current-image; cat /etc/convocate-agent/current-image",
        );
        assert_eq!(stamp, "root:root 644\nconvocate:v1.1.0", "{host}");
        let last = lab.on(host, "tail -n 1 /etc/convocate-agent/image-history");
        assert!(
            last.contains("\ttest@desk\tconvocate:v1.1.0\tsha256:"),
            "{host}: {last}"
        );
        assert_eq!(
            lab.on(host, "ls /tmp | grep -c convocate-image || true"),
            "0",
            "{host} keeps an archive"
        );
        let tags = lab.on(host, "docker images --format '{{.Repository}}:{{.Tag}}' | sort");
        assert_eq!(
            tags, "bystander:v1\nconvocate:v0.9.0\nconvocate:v1.0.0\nconvocate:v1.1.0",
            "{host}"
        );
    }
}

#[tokio::test]
async fn a_second_push_of_the_same_image_sends_nothing() {
    let _lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let first = plan(&real, "v1.1.0", &["lab-1", "lab-2"]).unwrap();
    real.run(Plan::Push(first)).await;
    real.until("both have it", |fleet| {
        fleet
            .hosts()
            .filter(|host| host.image(&reference("v1.1.0")).is_some())
            .count()
            == 2
    })
    .await;
    let again = plan(&real, "v1.1.0", &["lab-1", "lab-2"]).unwrap();
    let job = real.run(Plan::Push(again)).await;
    for host in ["lab-1", "lab-2"] {
        for kind in [StepKind::Export, StepKind::Send, StepKind::Load] {
            assert!(
                matches!(states(&job, host, kind), StepState::Skipped(_)),
                "{host} {kind:?}: {job:#?}"
            );
        }
    }
}

#[tokio::test]
async fn an_image_that_is_tagged_while_the_console_watches_is_ready_before_it_is_pushed() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let tagged = Process::new("docker")
        .args(["tag", "convocate:v1.1.0", "convocate:v1.1.1"])
        .status()
        .unwrap();
    assert!(tagged.success());
    real.until("the tag is listed", |fleet| {
        fleet.source().images.contains_key(&reference("v1.1.1"))
    })
    .await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while real.records() == 0 {
        assert!(std::time::Instant::now() < deadline, "it was never prepared");
        tokio::task::yield_now().await;
    }
    let plan = plan(&real, "v1.1.1", &["lab-1"]).unwrap();
    let job = real.run(Plan::Push(plan)).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
    let StepState::Done(Some(note)) = states(&job, "lab-1", StepKind::Export) else {
        panic!("{job:#?}")
    };
    assert!(note.ends_with("made before"), "{note}");
    lab.run(&["reset"]);
}

#[tokio::test]
async fn what_cannot_be_pushed_is_refused_before_any_traffic() {
    let lab = Lab::reset();
    let unknown = {
        let real = RealFleet::connected().await;
        plan(&real, "v9.9.9", &[]).unwrap_err()
    };
    assert!(
        unknown.reason.contains("v9.9.9") && unknown.reason.contains("v1.1.0"),
        "{unknown}"
    );
    lab.on("lab-1", "docker tag convocate:v0.9.0 convocate:v1.1.0");
    lab.on("lab-2", "mount -t tmpfs -o size=8m tmpfs /tmp");
    let real = RealFleet::connected().await;
    let plan = plan(&real, "v1.1.0", &[]).unwrap();
    let reasons: Vec<_> = plan.refused.iter().map(ToString::to_string).collect();
    assert_eq!(plan.hosts.len(), 1, "{plan:#?}");
    assert!(
        reasons[0].contains("lab-1") && reasons[0].contains("--replace-tag"),
        "{reasons:?}"
    );
    assert!(
        reasons[1].contains("lab-2") && reasons[1].contains("MB free"),
        "{reasons:?}"
    );
    lab.run(&["reset"]);
}

#[tokio::test]
async fn a_tag_with_other_content_moves_only_when_that_is_asked_for_and_sessions_on_it_are_seen_as_moved() {
    let lab = Lab::reset();
    lab.on("lab-1", "docker tag convocate:v0.9.0 convocate:v1.1.0");
    let mut real = RealFleet::connected().await;
    let asked = PushIntent {
        replace_tag: true,
        ..intent(&real, "v1.1.0", &["lab-1"])
    };
    let plan = plan_push(&asked, &real.fleet).unwrap();
    let content = plan.image.content.clone();
    let job = real.run(Plan::Push(plan)).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
    let host = HostName::parse("lab-1").unwrap();
    real.until("the tag names the pushed image", |fleet| {
        let there = fleet.host(&host).unwrap().image(&reference("v1.1.0"));
        there.is_some_and(|image| image.content.as_ref() == Some(&content))
    })
    .await;
    lab.run(&["reset", "lab-1"]);
}

#[tokio::test]
async fn a_cancelled_push_ends_on_the_host_too_keeps_what_arrived_and_goes_on_from_there() {
    let lab = Lab::reset();
    lab.run(&["shape", "lab-1", "rate=8mbit"]);
    let mut real = RealFleet::connected().await;
    let first = plan(&real, "v1.1.0", &["lab-1"]).unwrap();
    let id = real.begin(Plan::Push(first)).await;
    real.job_until(&id, "some bytes sent", |job| {
        let sending = job.tracks[0]
            .running()
            .is_some_and(|record| record.step.kind == StepKind::Send);
        sending
            && job.tracks[0]
                .progress
                .is_some_and(|progress| progress.done > 2_000_000)
    })
    .await;
    real.send(Command::Cancel(id.clone())).await;
    let job = real.ended(&id).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Cancelled), "{job:#?}");
    assert_eq!(
        lab.on("lab-1", "pgrep -f '[c]onvocate-image-' | wc -l"),
        "0",
        "something still runs on the host"
    );
    let part = lab
        .on("lab-1", "stat -c %s /tmp/convocate-image-*.part")
        .parse::<u64>()
        .unwrap();
    assert!(part > 0);
    assert_eq!(
        lab.on("lab-1", "cat /etc/convocate-agent/current-image"),
        "convocate:v1.0.0"
    );
    lab.run(&["shape", "lab-1", "off"]);
    let again = plan(&real, "v1.1.0", &["lab-1"]).unwrap();
    let job = real.run(Plan::Push(again)).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
    let StepState::Done(Some(note)) = states(&job, "lab-1", StepKind::Send) else {
        panic!("{job:#?}")
    };
    assert!(
        note.contains("resumed") || note.contains("were there"),
        "not resumed: {note}"
    );
}

#[tokio::test]
async fn a_host_that_goes_away_in_the_middle_of_a_push_fails_alone_and_the_next_push_goes_on() {
    let lab = Lab::reset();
    lab.run(&["shape", "lab-3", "rate=8mbit"]);
    let mut real = RealFleet::connected().await;
    let first = plan(&real, "v1.1.0", &[]).unwrap();
    let id = real.begin(Plan::Push(first)).await;
    real.job_until(&id, "some bytes sent to lab-3", |job| {
        let track = job
            .tracks
            .iter()
            .find(|track| track.target.host.as_str() == "lab-3")
            .unwrap();
        let sending = track
            .running()
            .is_some_and(|record| record.step.kind == StepKind::Send);
        sending && track.progress.is_some_and(|progress| progress.done > 1_000_000)
    })
    .await;
    lab.run(&["cut", "lab-3"]);
    let job = real.ended(&id).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Partly), "{job:#?}");
    assert!(job.tracks[0].is_done() && job.tracks[1].is_done(), "{job:#?}");
    let told = failure(&job.tracks[2]);
    assert!(
        told.contains("lab-3: send:") && told.contains("tagboat push convocate:v1.1.0"),
        "{told}"
    );
    lab.run(&["heal", "lab-3"]);
    lab.run(&["shape", "lab-3", "off"]);
    real.send(Command::Refresh(None)).await;
    real.until("lab-3 is back", |fleet| {
        fleet
            .host(&HostName::parse("lab-3").unwrap())
            .unwrap()
            .connection
            .is_usable()
    })
    .await;
    let again = plan(&real, "v1.1.0", &["lab-3"]).unwrap();
    let job = real.run(Plan::Push(again)).await;
    assert_eq!(job.state, JobState::Ended(Verdict::Done), "{job:#?}");
}

#[tokio::test]
async fn a_staging_directory_that_fills_up_is_told_with_what_stays_and_what_to_do() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let plan = plan(&real, "v1.1.0", &["lab-2"]).unwrap();
    lab.on("lab-2", "mount -t tmpfs -o size=8m tmpfs /tmp");
    let job = real.run(Plan::Push(plan)).await;
    let told = failure(&job.tracks[0]);
    assert!(
        told.starts_with("lab-2: ") && told.contains("convocate:v1.0.0") && told.contains("Next: "),
        "{told}"
    );
    assert_eq!(
        lab.on("lab-2", "cat /etc/convocate-agent/current-image"),
        "convocate:v1.0.0"
    );
    assert_eq!(lab.on("lab-2", "docker images -q convocate:v1.1.0 | wc -l"), "0");
    lab.run(&["reset", "lab-2"]);
}

#[tokio::test]
async fn an_image_that_changed_at_the_source_after_the_plan_is_not_pushed() {
    let lab = Lab::reset();
    let mut real = RealFleet::connected().await;
    let plan = plan(&real, "v1.1.0", &["lab-1"]).unwrap();
    let moved = Process::new("docker")
        .args(["tag", "convocate:v0.9.0", "convocate:v1.1.0"])
        .status()
        .unwrap();
    assert!(moved.success());
    let job = real.run(Plan::Push(plan)).await;
    let told = failure(&job.tracks[0]);
    assert!(told.contains("check:"), "{told}");
    assert_eq!(lab.on("lab-1", "ls /tmp | grep -c convocate-image || true"), "0");
    lab.run(&["reset"]);
}
