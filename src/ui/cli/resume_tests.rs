//! Jobs that are taken up on the command line, on a played engine: what is left of them, and the approval that they wait for.

use super::fixture::{Play, fleet, now};
use super::tests::{Outcome, Run};
use crate::model::cost::Cost;
use crate::model::failure::Failure;
use crate::model::job::{JobEvent, Step, StepKind, StepState, Target, TrackResult, Verdict};
use crate::model::names::{HostName, JobId, Operator, SessionName, Tag};
use crate::model::plan::{Plan, RestartIntent, plan_restart};
use crate::model::rollout::{Canary, RolloutOrder, Steer};
use std::num::NonZeroUsize;

const JOB: &str = "20261120-220000-a1b2";

const SESSIONS: [(&str, &str); 3] = [
    ("eu-01", "convocate-session-4f2a"),
    ("eu-01", "convocate-session-77c0-90ab"),
    ("eu-02", "convocate-session-7e"),
];

fn session(place: usize) -> (HostName, SessionName) {
    let (host, name) = SESSIONS[place];
    (HostName::parse(host).unwrap(), SessionName::parse(name).unwrap())
}

fn target(place: usize) -> Target {
    let (host, session) = session(place);
    Target::session(host, session)
}

/// A rollout over three sessions that asks after its canary, with what it would have cost when it was planned.
fn started() -> JobEvent {
    let intent = RestartIntent {
        sessions: (0..SESSIONS.len()).map(session).collect(),
        onto: Some(Tag::parse("v1.0.0").unwrap()),
        order: RolloutOrder {
            canary: Some(Canary {
                sessions: NonZeroUsize::MIN,
                approval: true,
            }),
            ..RolloutOrder::default()
        },
        only_others: false,
    };
    let mut plan = plan_restart(&intent, &fleet()).unwrap();
    for one in &mut plan.sessions {
        one.cost = Some(Cost::untold(now(), "this was last week"));
    }
    JobEvent::Started {
        plan: Box::new(Plan::Restart(plan)),
        operator: operator(),
        patience: crate::model::job::Patience::NONE,
        at: now(),
    }
}

fn operator() -> Operator {
    Operator::parse("me@desk").unwrap()
}

fn ended(place: usize, result: TrackResult) -> JobEvent {
    JobEvent::TargetEnded {
        target: target(place),
        result,
        at: now(),
    }
}

fn done(place: usize) -> JobEvent {
    ended(place, TrackResult::Done(None))
}

fn failed(place: usize) -> JobEvent {
    let failure = Failure {
        host: None,
        step: StepKind::Probe,
        cause: "it ended with exit code 1".to_owned(),
        state: "The old container is the session again, as it was.".to_owned(),
        advice: "see its log".to_owned(),
        retryable: false,
    };
    ended(place, TrackResult::Failed(failure))
}

fn begun(place: usize) -> JobEvent {
    JobEvent::Step {
        target: target(place),
        step: Step::of(StepKind::Record),
        state: StepState::Running,
        at: now(),
    }
}

fn steered(steer: Steer) -> JobEvent {
    JobEvent::Steered {
        steer,
        operator: operator(),
        at: now(),
    }
}

/// Takes up the job with these words, after these events of it.
async fn resume(words: &[&str], answer: Option<&'static str>, events: Vec<JobEvent>) -> Outcome {
    let words = [&["job", "resume", "a1b2"], words].concat();
    let run = Run {
        answer,
        journal: Some(journal(events)),
        ..Run::of(&words)
    };
    run.go().await
}

fn journal(events: Vec<JobEvent>) -> (JobId, Vec<JobEvent>) {
    let events = std::iter::once(started()).chain(events).collect();
    (JobId::parse(JOB).unwrap(), events)
}

#[tokio::test]
async fn what_is_left_is_shown_with_what_it_costs_now_and_not_what_is_done() {
    let events = vec![done(0), begun(1)];
    let outcome = resume(&["--dry-run"], None, events).await;
    assert_eq!(outcome.code, 0);
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn a_rollout_that_is_taken_up_asks_for_its_approval_and_goes_on_with_a_yes() {
    for (answer, code) in [("y", 0), ("n", 130), ("", 130)] {
        let outcome = resume(&["-y"], Some(answer), vec![done(0)]).await;
        assert_eq!(outcome.code, code, "{answer:?}: {}", outcome.shown());
        let asked = "The canaries are good. Go on with the others? [y/N]";
        assert_eq!(outcome.asides.matches(asked).count(), 1, "{}", outcome.asides);
    }
}

#[tokio::test]
async fn a_canary_that_had_failed_is_tried_again_and_then_the_approval_is_asked_for() {
    let events = vec![
        failed(0),
        JobEvent::Ended {
            verdict: Verdict::Failed,
            at: now(),
        },
    ];
    let outcome = resume(&["-y"], Some("y"), events).await;
    assert_eq!(outcome.code, 0, "{}", outcome.shown());
    assert!(
        outcome.asides.contains("The canaries are good."),
        "{}",
        outcome.asides
    );
    assert!(outcome.results.contains("done in"), "{}", outcome.results);
}

#[tokio::test]
async fn without_a_terminal_the_approval_may_come_from_another_process() {
    let run = Run {
        play: Play::ApprovedElsewhere,
        journal: Some(journal(vec![done(0)])),
        ..Run::of(&["job", "resume", "a1b2", "-y"])
    };
    let outcome = run.go().await;
    assert_eq!(outcome.code, 0);
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn no_terminal_is_needed_where_nobody_is_asked_any_more() {
    for events in [
        vec![done(0), steered(Steer::Approve)],
        vec![done(0), done(1), done(2)],
    ] {
        let outcome = resume(&["-y"], None, events).await;
        assert_eq!(outcome.code, 0, "{}", outcome.shown());
    }
}

#[tokio::test]
async fn a_job_of_which_only_the_end_is_missing_gets_it_without_a_question() {
    let outcome = resume(&[], None, vec![done(0), done(1), done(2)]).await;
    assert_eq!(outcome.code, 0, "{}", outcome.shown());
    assert!(
        outcome.asides.contains("all that is missing is its end"),
        "{}",
        outcome.asides
    );
}

#[tokio::test]
async fn jobs_of_a_host_are_listed_with_what_became_of_it_there_and_by_whom() {
    let id = JobId::new(now(), 1);
    let events = vec![started(), done(0), failed(1)];
    let listed = |words: &'static [&'static str]| {
        let journal = Some((id.clone(), events.clone()));
        async move {
            let run = Run {
                journal,
                ..Run::of(words)
            };
            run.go().await.shown()
        }
    };
    insta::assert_snapshot!(listed(&["job", "list", "--host", "eu-01"]).await);
    insta::assert_snapshot!(listed(&["job", "list", "--host", "eu-*", "--json"]).await);
    insta::assert_snapshot!(listed(&["job", "list", "--host", "us-01"]).await);
}
