//! Jobs of the scenario: one that runs, one that failed, one that is done, one that was interrupted.

use super::{ago, host, job_id, operator, session, tag};
use jiff::Timestamp;
use tagboat::model::event::Event;
use tagboat::model::failure::Failure;
use tagboat::model::fleet::Fleet;
use tagboat::model::job::{
    Job, JobEvent, JobState, Progress, Step, StepKind, StepState, Target, TrackResult, Verdict,
};
use tagboat::model::names::Operator;
use tagboat::model::plan::{Plan, PushIntent, PushOptions, RestartIntent, plan_push, plan_restart};
use tagboat::model::rollout::RolloutOrder;

pub(crate) const RUNNING: &str = "20261121-031150-3f07";
pub(crate) const FAILED: &str = "20261121-024000-b2c4";
pub(crate) const DONE: &str = "20261120-221500-9d10";
pub(crate) const INTERRUPTED: &str = "20261120-180200-41ee";

pub(crate) fn push_plan(fleet: &Fleet, hosts: &[&str]) -> Plan {
    let intent = PushIntent {
        reference: tag("v3.2.0"),
        hosts: hosts.iter().map(|name| host(name)).collect(),
        replace_tag: false,
        allow_failing: false,
        options: PushOptions::default(),
    };
    Plan::Push(plan_push(&intent, fleet).unwrap())
}

fn restart_plan(fleet: &Fleet, sessions: &[(&str, &str)]) -> Plan {
    let intent = RestartIntent {
        sessions: sessions
            .iter()
            .map(|(on, name)| (host(on), session(name)))
            .collect(),
        onto: None,
        order: RolloutOrder::default(),
        only_others: false,
    };
    Plan::Restart(plan_restart(&intent, fleet).unwrap())
}

pub(super) fn job_events(fleet: &Fleet) -> Vec<Event> {
    let mut events = Vec::new();
    let mut done = Job::new(
        job_id(DONE),
        restart_plan(fleet, &[("eu-05", "convocate-session-grove")]),
        operator(),
        ago(17_940),
    );
    let target = done.tracks[0].target.clone();
    done.apply(JobEvent::TargetEnded {
        target,
        result: TrackResult::Done(Some("was down for 3 s".into())),
        at: ago(17_900),
    });
    done.apply(JobEvent::Ended {
        verdict: Verdict::Done,
        at: ago(17_900),
    });
    events.push(Event::Known(Box::new(done)));
    let mut interrupted = Job::new(
        job_id(INTERRUPTED),
        restart_plan(
            fleet,
            &[
                ("eu-01", "convocate-session-atlas"),
                ("us-01", "convocate-session-inlet"),
            ],
        ),
        Operator::parse("kim@laptop").unwrap(),
        ago(33_120),
    );
    interrupted.state = JobState::Interrupted;
    events.push(Event::Known(Box::new(interrupted)));
    events.extend(failed_push(fleet));
    events.extend(running_push(fleet));
    events
}

pub(crate) fn of_job(id: &str, event: JobEvent) -> Event {
    Event::Job {
        id: job_id(id),
        event,
    }
}

pub(crate) fn step(id: &str, on: &str, kind: StepKind, state: StepState, at: Timestamp) -> Event {
    of_job(
        id,
        JobEvent::Step {
            target: Target::host(host(on)),
            step: Step::of(kind),
            state,
            at,
        },
    )
}

fn started(id: &str, plan: Plan, at: Timestamp) -> Event {
    of_job(
        id,
        JobEvent::Started {
            plan: Box::new(plan),
            operator: operator(),
            patience: tagboat::model::job::Patience::NONE,
            at,
        },
    )
}

fn done(note: &str) -> StepState {
    StepState::Done((!note.is_empty()).then(|| note.to_owned()))
}

fn failed_push(fleet: &Fleet) -> Vec<Event> {
    let plan = push_plan(fleet, &["eu-05"]);
    let failure = Failure {
        host: Some(host("eu-05")),
        step: StepKind::Verify,
        cause: "the host has 312 MB of the 445 MB archive: the connection ended early".into(),
        state:
            "Nothing was loaded; /tmp/convocate-image-3f07a1b2c3d4e5f6.tar.zst.part stays for the next try."
                .into(),
        advice: "push again: it goes on where it stopped".into(),
        retryable: true,
    };
    let steps = [
        (StepKind::Check, done("7f2a91c04d3e here, 1.16 GB"), 2_000),
        (
            StepKind::Compare,
            done("the host has not got it; zstd will do"),
            1_998,
        ),
        (StepKind::Export, done("445 MB of zstd"), 1_997),
        (StepKind::Send, done("445 MB"), 1_890),
        (StepKind::Verify, StepState::Failed(failure.clone()), 1_888),
    ];
    let mut began = 2_004;
    let mut events = vec![started(FAILED, plan, ago(2_040))];
    for (kind, state, at) in steps {
        events.push(step(FAILED, "eu-05", kind, StepState::Running, ago(began)));
        began = at;
        events.push(step(FAILED, "eu-05", kind, state, ago(at)));
    }
    events.push(of_job(
        FAILED,
        JobEvent::TargetEnded {
            target: Target::host(host("eu-05")),
            result: TrackResult::Failed(failure),
            at: ago(1_888),
        },
    ));
    events.push(of_job(
        FAILED,
        JobEvent::Ended {
            verdict: Verdict::Failed,
            at: ago(1_888),
        },
    ));
    events
}

fn running_push(fleet: &Fleet) -> Vec<Event> {
    let plan = push_plan(fleet, &["eu-01", "eu-02", "us-01"]);
    let mut events = vec![started(RUNNING, plan, ago(130))];
    for (kind, note) in [
        (StepKind::Check, "7f2a91c04d3e here, 1.16 GB"),
        (StepKind::Compare, "the host has not got it; zstd will do"),
        (StepKind::Export, "445 MB of zstd"),
    ] {
        for (on, at) in [("eu-01", 120), ("eu-02", 110)] {
            events.push(step(RUNNING, on, kind, StepState::Running, ago(at + 1)));
            events.push(step(RUNNING, on, kind, done(note), ago(at)));
        }
    }
    for kind in [
        StepKind::Send,
        StepKind::Verify,
        StepKind::Load,
        StepKind::Confirm,
        StepKind::Stamp,
        StepKind::CleanUp,
    ] {
        events.push(step(RUNNING, "eu-01", kind, StepState::Running, ago(90)));
        events.push(step(RUNNING, "eu-01", kind, done(""), ago(80)));
    }
    events.push(of_job(
        RUNNING,
        JobEvent::TargetEnded {
            target: Target::host(host("eu-01")),
            result: TrackResult::Done(Some("convocate:v3.2.0 is active".into())),
            at: ago(78),
        },
    ));
    events.push(step(
        RUNNING,
        "eu-02",
        StepKind::Send,
        StepState::Running,
        ago(40),
    ));
    events.push(of_job(
        RUNNING,
        JobEvent::Log {
            target: Target::host(host("eu-02")),
            line: "120 MB of an earlier push were there".into(),
        },
    ));
    events.push(of_job(
        RUNNING,
        JobEvent::Progress {
            target: Target::host(host("eu-02")),
            progress: Progress {
                done: 201_000_000,
                total: Some(445_000_000),
                rate: 11_600_000,
            },
        },
    ));
    events
}
