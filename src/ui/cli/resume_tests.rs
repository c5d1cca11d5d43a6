//! Jobs that are taken up on the command line, on a played engine: what is left of them.

use super::fixture::{fleet, now};
use super::tests::{Outcome, Run};
use crate::model::cost::Cost;
use crate::model::job::{JobEvent, Step, StepKind, StepState, Target, TrackResult};
use crate::model::names::{HostName, JobId, Operator, SessionName, Tag};
use crate::model::plan::{Plan, RestartIntent, plan_restart};
use crate::model::rollout::{Canary, RolloutOrder};
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

fn begun(place: usize) -> JobEvent {
    JobEvent::Step {
        target: target(place),
        step: Step::of(StepKind::Record),
        state: StepState::Running,
        at: now(),
    }
}

/// Takes up the job with these words, after these events of it.
async fn resume(words: &[&str], answer: Option<&'static str>, events: Vec<JobEvent>) -> Outcome {
    let words = [&["job", "resume", "a1b2"], words].concat();
    let run = Run {
        answer,
        journal: Some((
            JobId::parse(JOB).unwrap(),
            std::iter::once(started()).chain(events).collect(),
        )),
        ..Run::of(&words)
    };
    run.go().await
}

#[tokio::test]
async fn what_is_left_is_shown_with_what_it_costs_now_and_not_what_is_done() {
    let events = vec![done(0), begun(1)];
    let outcome = resume(&["--dry-run"], None, events).await;
    assert_eq!(outcome.code, 0);
    insta::assert_snapshot!(outcome.shown());
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
