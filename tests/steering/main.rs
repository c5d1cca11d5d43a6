//! A rollout that runs in one process and is seen and steered from others. Needs no hosts: its canary is done, so it waits.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../planners/fleets.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of this")]
mod fleets;
mod processes;

use processes::{Place, Process, id, skipped, target};
use std::fmt::Write;
use tagboat::model::command::Command;
use tagboat::model::event::Event;
use tagboat::model::job::{JobEvent, JobState, Verdict};
use tagboat::model::rollout::{Account, Stage, Steer};

#[tokio::test]
async fn what_another_process_does_with_its_job_is_seen_from_its_begin_to_its_end() {
    let place = Place::with_a_rollout_whose_canary_is_done();
    let mut console = Process::start(&place, "console");
    console.until(|job| job.state == JobState::Interrupted).await;
    let mut other = Process::start(&place, "other");
    other.send(Command::Resume(id(), None)).await;
    let job = console.until(|job| job.state == JobState::Elsewhere).await;
    assert_eq!(Account::of(&job).unwrap().stage, Stage::Approval);
    assert!(!job.needed_tags().is_empty() && !job.is_resumable());
    other.send(Command::Steer(id(), Steer::Pause)).await;
    console.until(|job| job.steering.is_paused).await;
    other.send(Command::Cancel(id())).await;
    let job = console
        .until(|job| job.state == JobState::Ended(Verdict::Cancelled))
        .await;
    assert!(job.steering.is_cancelled && job.is_resumable());
    console.send(Command::Resume(id(), None)).await;
    console.until(|job| job.state == JobState::Running).await;
    other.until(|job| job.state == JobState::Elsewhere).await;
}

#[tokio::test]
async fn a_word_to_a_job_of_another_process_is_taken_there_and_journaled_with_who_said_it() {
    let place = Place::with_a_rollout_whose_canary_is_done();
    let mut other = Process::start(&place, "other");
    other.send(Command::Resume(id(), None)).await;
    let mut console = Process::start(&place, "console");
    console.until(|job| job.state == JobState::Elsewhere).await;
    console.send(Command::Steer(id(), Steer::Pause)).await;
    console.until(|job| job.steering.is_paused).await;
    console.send(Command::Steer(id(), Steer::Pause)).await;
    let said = console.notice().await;
    assert_eq!(said, "pause of job 0001: it is paused already");
    console.send(Command::Steer(id(), Steer::Skip(target(2)))).await;
    let job = console
        .until(|job| job.track(&target(2)).unwrap().result.is_some())
        .await;
    assert_eq!(skipped(&job, 2), "left out by console@desk");
    console.send(Command::Cancel(id())).await;
    other
        .until(|job| job.state == JobState::Ended(Verdict::Cancelled))
        .await;
    console
        .until(|job| job.state == JobState::Ended(Verdict::Cancelled))
        .await;
    let who = place.events().into_iter().filter_map(|event| match event {
        JobEvent::Steered { operator, .. } | JobEvent::Cancelling { operator, .. } => {
            Some(operator.to_string())
        }
        _ => None,
    });
    assert_eq!(who.collect::<Vec<_>>(), ["console@desk"; 3]);
}

#[test]
fn a_job_whose_process_dies_is_interrupted_here_and_a_word_to_it_says_how_it_is_taken_up() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let place = Place::with_a_rollout_whose_canary_is_done();
    let (alive, dying) = (runtime(), runtime());
    let _other = dying.block_on(async {
        let mut other = Process::start(&place, "other");
        other.send(Command::Resume(id(), None)).await;
        other.until(|job| job.state == JobState::Running).await;
        other
    });
    alive.block_on(async {
        let mut console = Process::start(&place, "console");
        console.until(|job| job.state == JobState::Elsewhere).await;
        dying.shutdown_background();
        console.until(|job| job.state == JobState::Interrupted).await;
        console.send(Command::Steer(id(), Steer::Pause)).await;
        let refusal = console
            .hear(|event| match event {
                Event::Refused { refusal, .. } => Some(refusal),
                _ => None,
            })
            .await;
        assert_eq!(
            refusal.reason,
            "pause of job 0001: nobody runs it: its process is gone"
        );
        assert_eq!(refusal.advice, "tagboat job resume 0001");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verbs_of_the_command_line_reach_a_job_that_another_process_runs() {
    let place = Place::with_a_rollout_whose_canary_is_done();
    let mut other = Process::start(&place, "other");
    assert_eq!(
        place.tagboat(&["job", "pause", "0001"]),
        "--- beside\ntagboat: pause of job 0001: nobody runs it. Nothing was changed.\n  next: tagboat job resume 0001\n--- exit 3\n"
    );
    other.send(Command::Resume(id(), None)).await;
    other.until(|job| job.state == JobState::Running).await;
    let mut shown = String::new();
    for words in [
        &["pause", "0001"][..],
        &["pause", "0001"],
        &["continue", "0001", "--json"],
        &["skip", "0001", "2"],
        &["skip", "0001", "9", "-y"],
        &["skip", "0001", "2", "-y", "--json"],
        &["retry", "0001", "eu-1/convocate-session-1", "-y"],
        &["retry", "0001", "2", "-y"],
        &["cancel", "0001", "--json"],
        &["cancel", "0001", "-y"],
    ] {
        let words: Vec<&str> = std::iter::once("job").chain(words.iter().copied()).collect();
        writeln!(shown, "$ tagboat {}\n{}", words.join(" "), place.tagboat(&words)).unwrap();
    }
    other
        .until(|job| job.state == JobState::Ended(Verdict::Cancelled))
        .await;
    shown.push_str(&place.tagboat(&["job", "approve", "0001", "-y"]));
    insta::assert_snapshot!(shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_from_another_process_lets_the_waves_begin() {
    let place = Place::with_a_rollout_whose_canary_is_done();
    let mut other = Process::start(&place, "other");
    other.send(Command::Resume(id(), None)).await;
    other.until(|job| job.state == JobState::Running).await;
    let said = place.tagboat(&["job", "approve", "0001", "--yes"]);
    assert_eq!(
        said,
        "job 0001: approved; the other sessions follow, wave by wave\n--- beside\n--- exit 0\n"
    );
    // There is no host behind it, so the first wave fails; that it began is what is looked for.
    let job = other.until(|job| matches!(job.state, JobState::Ended(_))).await;
    assert_eq!(Account::of(&job).unwrap().failed, 1, "{job:#?}");
}
