//! Taking up a job: what is left of it is shown as a plan, and asks for as much as on its first day.

use crate::scenario::{INTERRUPTED, ago, busy, host, job_id, listed, now, operator, quiet, session, weighed};
use crate::script::{press, screen};
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, Msg, Overlay, Place, State, update};
use tagboat::model::event::Event;
use tagboat::model::failure::Failure;
use tagboat::model::job::{Job, JobEvent, JobState, Step, StepKind, StepState, Target, TrackResult, Verdict};
use tagboat::model::names::JobId;
use tagboat::model::plan::{Plan, PruneIntent, RemoveIntent, plan_prune, plan_remove};

const ID: &str = "20261114-090000-5e11";
const ATLAS: (&str, &str) = ("eu-01", "convocate-session-atlas");
const CEDAR: (&str, &str) = ("eu-01", "convocate-session-cedar");
const GROVE: (&str, &str) = ("eu-05", "convocate-session-grove");

fn resumed(effects: &[Effect]) -> Option<JobId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Engine(Command::Resume(id, _)) => Some(id.clone()),
        _ => None,
    })
}

/// A job of a week ago, of which the first targets are done and the rest was not begun.
fn partly_done(plan: Plan, done: usize) -> Job {
    let mut job = Job::new(job_id(ID), plan, operator(), ago(7 * 86_400));
    let targets: Vec<Target> = job.tracks.iter().map(|track| track.target.clone()).collect();
    for (place, target) in targets.into_iter().enumerate() {
        let result = if place < done {
            TrackResult::Done(None)
        } else {
            TrackResult::NotBegun("its host was away".to_owned())
        };
        let at = now();
        job.apply(JobEvent::TargetEnded { target, result, at });
    }
    let (verdict, at) = (Verdict::Partly, now());
    job.apply(JobEvent::Ended { verdict, at });
    job
}

fn removal(state: &State, sessions: &[(&str, &str)]) -> Plan {
    let sessions = sessions.iter().map(|(on, name)| (host(on), session(name)));
    let intent = RemoveIntent {
        sessions: sessions.collect(),
        with_volumes: true,
    };
    Plan::Remove(plan_remove(&intent, &state.fleet).unwrap())
}

/// The console that knows only this job, on the screen of jobs.
fn knowing(job: impl FnOnce(&State) -> Job) -> State {
    let mut state = listed((110, 32));
    let job = job(&state);
    update(&mut state, Msg::from(Event::Known(Box::new(job))));
    press(&mut state, "4");
    state
}

#[test]
fn the_rest_of_a_removal_is_shown_and_runs_on_its_word_and_never_on_y_alone() {
    let mut state = knowing(|state| partly_done(removal(state, &[ATLAS, CEDAR, GROVE]), 1));
    assert_eq!(resumed(&press(&mut state, "uy<enter>")), None);
    assert_eq!(state.place(), Place::Typed);
    let said = screen(&mut state);
    for words in [
        "resume job 5e11: remove 2 sessions and their volumes",
        "begun 7d ago by lena@desk, partly done; 2 of 3 sessions are left",
        "eu-01/convocate-session-cedar",
        "type 2 and volumes to resume and remove 2 with volumes",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains("atlas"), "it is removed already\n{said}");
    let effects = press(&mut state, "<C-u>2<space>and<space>volumes<enter>");
    assert_eq!(resumed(&effects), Some(job_id(ID)));
    assert!(state.overlays.is_empty());
}

#[test]
fn the_rest_of_restarts_is_weighed_anew_and_a_strict_host_stays_strict() {
    let mut state = busy((110, 32));
    let asked = press(&mut state, "4jjju");
    let said = screen(&mut state);
    assert!(
        said.contains("begun 9h ago by kim@laptop, interrupted; 2 of 2 sessions are left"),
        "{said}"
    );
    assert!(said.contains("looking at what it costs"), "{said}");
    assert_eq!(resumed(&press(&mut state, "2<enter>")), None);
    assert!(weighed(&mut state, &asked, &quiet()), "it asks what it costs");
    assert!(screen(&mut state).contains("type 2 to resume and restart 2"));
    assert_eq!(resumed(&press(&mut state, "<C-u>y<enter>")), None);
    let effects = press(&mut state, "<C-u>2<enter>");
    assert_eq!(resumed(&effects), Some(job_id(INTERRUPTED)));
}

#[test]
fn each_session_that_is_left_says_what_became_of_it_so_far() {
    let mut state = busy((110, 40));
    let mut job = state.jobs[&job_id(INTERRUPTED)].clone();
    let targets: Vec<Target> = job.tracks.iter().map(|track| track.target.clone()).collect();
    job.apply(JobEvent::Step {
        target: targets[1].clone(),
        step: Step::of(StepKind::Probe),
        state: StepState::Running,
        at: now(),
    });
    let failure = Failure {
        host: Some(host("eu-01")),
        step: StepKind::Probe,
        cause: "it ended with exit code 1".to_owned(),
        state: "The old container is the session again.".to_owned(),
        advice: "see its log".to_owned(),
        retryable: false,
    };
    job.apply(JobEvent::TargetEnded {
        target: targets[0].clone(),
        result: TrackResult::Failed(failure),
        at: now(),
    });
    job.state = JobState::Interrupted;
    update(&mut state, Msg::from(Event::Known(Box::new(job))));
    let asked = press(&mut state, "4jjju");
    let weighed = asked.iter().find_map(|effect| match effect {
        Effect::Engine(Command::Weigh(hosts)) => Some(hosts.values().map(Vec::len).sum()),
        _ => None,
    });
    assert_eq!(
        weighed,
        Some(1),
        "what was begun is brought to its end whatever it costs"
    );
    let said = screen(&mut state);
    assert_eq!(said.matches("looking at what it costs").count(), 1, "{said}");
    assert!(
        said.contains("it is brought to its end, whatever it costs"),
        "{said}"
    );
    assert!(
        said.contains("so far: failed: it ended with exit code 1"),
        "{said}"
    );
    assert!(
        said.contains("so far: begun, and left at the step probe"),
        "{said}"
    );
}

#[test]
fn what_is_done_of_a_host_that_is_not_done_is_marked() {
    let mut state = listed((110, 32));
    for spare in ["v2.0.0", "v2.1.0"] {
        crate::scenario::tell(&mut state, "eu-05", crate::scenario::spare_image(spare));
    }
    let intent = PruneIntent {
        hosts: vec![host("eu-05")],
        only: Vec::new(),
        in_flight: Vec::new(),
        now: now(),
    };
    let plan = Plan::Prune(plan_prune(&intent, &state.fleet).unwrap());
    let mut job = Job::new(job_id(ID), plan, operator(), ago(60));
    job.apply(JobEvent::Step {
        target: Target::host(host("eu-05")),
        step: Step::about(StepKind::Remove, "convocate:v2.0.0"),
        state: StepState::Done(None),
        at: now(),
    });
    job.state = JobState::Interrupted;
    update(&mut state, Msg::from(Event::Known(Box::new(job))));
    press(&mut state, "4u");
    let said = screen(&mut state);
    let line = |tag: &str| said.lines().find(|line| line.contains(tag)).unwrap().to_owned();
    assert!(line("v2.0.0").contains("done, and stays so"), "{said}");
    assert!(line("v2.1.0").contains("used by nobody"), "{said}");
}

#[test]
fn a_job_of_which_nothing_is_left_but_its_end_is_shown_whole_and_marked_done() {
    let mut state = knowing(|state| {
        let mut job = partly_done(removal(state, &[ATLAS, CEDAR]), 2);
        job.state = JobState::Interrupted;
        job
    });
    press(&mut state, "u");
    let said = screen(&mut state);
    assert!(
        said.contains("nothing is left to do but to note its end"),
        "{said}"
    );
    assert_eq!(said.matches("done, and stays so").count(), 2, "{said}");
}

#[test]
fn a_job_that_another_console_takes_up_meanwhile_is_not_resumed_here() {
    let mut state = knowing(|state| partly_done(removal(state, &[ATLAS, CEDAR]), 1));
    press(&mut state, "ucedar<space>and<space>");
    let mut job = state.jobs[&job_id(ID)].clone();
    job.state = JobState::Elsewhere;
    update(&mut state, Msg::from(Event::Known(Box::new(job))));
    assert_eq!(resumed(&press(&mut state, "volumes<enter>")), None);
    let is_plan = |overlay: &Overlay| matches!(overlay, Overlay::Plan(_));
    assert!(!state.overlays.iter().any(is_plan));
}
