//! Jobs that another process of the machine runs: seen as they go, steered and cancelled from here, and never held to be own.

use crate::rollouts::in_the_middle;
use crate::scenario::{ago, operator, quiet, weighed};
use crate::script::{press, screen, toast};
use tagboat::model::command::Command;
use tagboat::model::console::{Effect, Msg, State, update};
use tagboat::model::event::Event;
use tagboat::model::job::{Job, JobEvent, JobState, Patience, Verdict};
use tagboat::model::names::JobId;
use tagboat::model::rollout::Steer;

/// What the engine tells of a job of another process.
fn know(state: &mut State, job: &Job, as_what: JobState) -> Vec<Effect> {
    let mut job = job.clone();
    job.state = as_what;
    update(state, Msg::from(Event::Known(Box::new(job))))
}

/// A rollout in the middle that another process runs.
fn in_the_middle_elsewhere() -> (State, JobId) {
    let mut state = in_the_middle();
    let job = state.rollout().unwrap().clone();
    know(&mut state, &job, JobState::Elsewhere);
    (state, job.id)
}

fn commands(effects: Vec<Effect>) -> Vec<Command> {
    let command = |effect| match effect {
        Effect::Engine(command) => Some(command),
        _ => None,
    };
    effects.into_iter().filter_map(command).collect()
}

#[test]
fn its_sessions_and_its_account_are_shown_as_those_of_an_own_rollout() {
    let (mut state, _) = in_the_middle_elsewhere();
    press(&mut state, "j");
    let said = screen(&mut state);
    for words in [
        "1/4 done · 1 failed · 1 restarting · paused",
        "it ended with exit code 1",
        "no other session begins: p goes on",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn a_word_and_a_cancellation_go_to_the_engine_which_passes_them_on() {
    let (mut state, id) = in_the_middle_elsewhere();
    let failed = state.rollout().unwrap().tracks[1].target.clone();
    assert_eq!(
        commands(press(&mut state, "jty")),
        [Command::Steer(id.clone(), Steer::Retry(failed))]
    );
    assert_eq!(commands(press(&mut state, "cy")), [Command::Cancel(id.clone())]);
    assert_eq!(
        state.jobs[&id].state,
        JobState::Elsewhere,
        "it is not said yet that it was taken"
    );
    let taken = JobEvent::Cancelling {
        operator: operator(),
        at: ago(0),
    };
    let event = taken.clone();
    update(
        &mut state,
        Msg::from(Event::Job {
            id: id.clone(),
            event,
        }),
    );
    assert_eq!(state.jobs[&id].state, JobState::Elsewhere);
    assert!(screen(&mut state).contains("cancelling"));
    assert_eq!(commands(press(&mut state, "cy")), []);
    assert!(
        toast(&state).contains("it is being cancelled"),
        "{}",
        toast(&state)
    );
}

#[test]
fn it_is_not_taken_up_or_rolled_back_while_it_runs_and_leaving_asks_nothing() {
    let (mut state, id) = in_the_middle_elsewhere();
    press(&mut state, "b");
    assert!(screen(&mut state).contains("it runs in another process; `c` ends it first"));
    press(&mut state, "u");
    assert!(screen(&mut state).contains("it runs, in another process"));
    assert_eq!(
        state.live_jobs().count(),
        0,
        "nothing of it ends with this console"
    );
    assert!(
        !state.jobs[&id].needed_tags().is_empty(),
        "a prune keeps what it needs"
    );
}

#[test]
fn a_process_that_died_over_it_leaves_it_to_be_taken_up_here() {
    let (mut state, id) = in_the_middle_elsewhere();
    let job = state.jobs[&id].clone();
    know(&mut state, &job, JobState::Interrupted);
    assert!(toast(&state).contains("was interrupted"), "{}", toast(&state));
    let asked = press(&mut state, "u");
    assert!(weighed(&mut state, &asked, &quiet()), "what it costs now");
    assert_eq!(
        commands(press(&mut state, "y")),
        [Command::Resume(id.clone(), Some(Patience::USUAL))]
    );
    know(&mut state, &job, JobState::Ended(Verdict::Partly));
    assert!(state.jobs[&id].needed_tags().is_empty());
}
