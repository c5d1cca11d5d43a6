//! Rollouts as an operator drives them: which sessions, in which order, and steering while they run.

use crate::scenario::{ago, listed, operator, quiet, weighed};
use crate::script::{press, screen};
use tagboat::model::command::Command;
use tagboat::model::console::{Action, Effect, Msg, State, update};
use tagboat::model::event::Event;
use tagboat::model::failure::Failure;
use tagboat::model::job::{JobEvent, Step, StepKind, StepState, Target, TrackResult, Verdict};
use tagboat::model::names::JobId;
use tagboat::model::plan::Plan;
use tagboat::model::rollout::Steer;

pub(crate) const SIZE: (u16, u16) = (110, 32);

fn steers(effects: &[Effect]) -> Vec<Steer> {
    let steer = |effect: &Effect| match effect {
        Effect::Engine(Command::Steer(_, steer)) => Some(steer.clone()),
        _ => None,
    };
    effects.iter().filter_map(steer).collect()
}

fn tell(state: &mut State, id: &JobId, event: JobEvent) -> Vec<Effect> {
    update(
        state,
        Msg::from(Event::Job {
            id: id.clone(),
            event,
        }),
    )
}

fn step(state: &mut State, id: &JobId, target: &Target, kind: StepKind, to: StepState) {
    let event = JobEvent::Step {
        target: target.clone(),
        step: Step::of(kind),
        state: to,
        at: ago(0),
    };
    tell(state, id, event);
}

fn end(state: &mut State, id: &JobId, target: &Target, result: TrackResult) -> Vec<Effect> {
    let event = JobEvent::TargetEnded {
        target: target.clone(),
        result,
        at: ago(0),
    };
    tell(state, id, event)
}

fn up_to_the_probe(state: &mut State, id: &JobId, target: &Target) {
    for kind in [
        StepKind::Check,
        StepKind::Record,
        StepKind::Create,
        StepKind::Hold,
        StepKind::Stop,
        StepKind::Rename,
        StepKind::Start,
    ] {
        step(state, id, target, kind, StepState::Running);
        step(state, id, target, kind, StepState::Done(None));
    }
    step(state, id, target, StepKind::Probe, StepState::Running);
}

fn failed(target: &Target) -> TrackResult {
    TrackResult::Failed(Failure {
        host: Some(target.host.clone()),
        step: StepKind::Probe,
        cause: "it ended with exit code 1; its last words: cannot start: no config".to_owned(),
        state: "The old container is the session again, as it was.".to_owned(),
        advice: "see its log above, or `docker logs` of the failed one".to_owned(),
        retryable: false,
    })
}

/// Begins a rollout by keys and confirms it; gives its job and its sessions.
pub(crate) fn begun(state: &mut State, script: &str) -> (JobId, Vec<Target>) {
    // Hosts that want a typed word are left out.
    let asked = press(state, &format!("/eu-<enter>{script}<enter>"));
    assert!(weighed(state, &asked, &quiet()), "it asks what it costs");
    let effects = press(state, "y");
    let run = effects.iter().find_map(|effect| match effect {
        Effect::Engine(Command::Run { id, plan, .. }) => Some((id.clone(), plan.targets())),
        _ => None,
    });
    run.unwrap()
}

/// A rollout whose canary is good, whose first wave runs, and which is paused.
pub(crate) fn in_the_middle() -> State {
    let mut state = listed(SIZE);
    // One canary with an approval, waves of two, one failure is allowed.
    let (id, targets) = begun(&mut state, "ojj<space>j<space>j<space>");
    up_to_the_probe(&mut state, &id, &targets[0]);
    let healthy = StepState::Done(Some("healthy, up for 5 s".to_owned()));
    step(&mut state, &id, &targets[0], StepKind::Probe, healthy);
    end(&mut state, &id, &targets[0], TrackResult::Done(None));
    let approve = JobEvent::Steered {
        steer: Steer::Approve,
        operator: operator(),
        at: ago(0),
    };
    tell(&mut state, &id, approve);
    up_to_the_probe(&mut state, &id, &targets[1]);
    step(&mut state, &id, &targets[2], StepKind::Check, StepState::Running);
    let log = JobEvent::Log {
        target: targets[1].clone(),
        line: "cannot start: no config".to_owned(),
    };
    tell(&mut state, &id, log);
    let cause = failed(&targets[1]);
    if let TrackResult::Failed(failure) = &cause {
        step(
            &mut state,
            &id,
            &targets[1],
            StepKind::Probe,
            StepState::Failed(failure.clone()),
        );
    }
    end(&mut state, &id, &targets[1], cause);
    let pause = JobEvent::Steered {
        steer: Steer::Pause,
        operator: operator(),
        at: ago(0),
    };
    tell(&mut state, &id, pause);
    state
}

#[test]
fn without_marks_it_is_about_all_that_are_shown_and_behind() {
    let mut state = listed(SIZE);
    press(&mut state, "o");
    let said = screen(&mut state);
    assert!(said.contains("roll out to 6 sessions: how?"), "{said}");
    press(&mut state, "<esc>/eu-01<enter>o");
    let said = screen(&mut state);
    assert!(said.contains("roll out to 2 sessions: how?"), "{said}");
}

#[test]
fn the_chosen_order_is_in_the_plan_that_is_confirmed() {
    let mut state = listed(SIZE);
    let asked = press(&mut state, "/eu-<enter>ojj+j++<enter>");
    weighed(&mut state, &asked, &quiet());
    let said = screen(&mut state);
    assert!(
        said.contains("1 canary and your approval, then waves of 3; the first failure ends it"),
        "{said}"
    );
    let effects = press(&mut state, "y");
    let Some(Effect::Engine(Command::Run { plan, .. })) = effects
        .iter()
        .find(|effect| matches!(effect, Effect::Engine(Command::Run { .. })))
    else {
        panic!("{effects:?}")
    };
    let Plan::Restart(plan) = &**plan else { panic!() };
    assert_eq!(plan.order.wave.get(), 3);
    assert!(plan.order.canary.unwrap().approval);
}

#[test]
fn the_canary_being_good_rings_and_asks_and_the_others_follow_on_a_yes_alone() {
    let mut state = listed(SIZE);
    let (id, targets) = begun(&mut state, "ojj<space>");
    let effects = end(&mut state, &id, &targets[0], TrackResult::Done(None));
    assert!(effects.contains(&Effect::Bell));
    let said = screen(&mut state);
    assert!(said.contains("waits for your approval"), "{said}");
    assert_eq!(
        steers(&press(&mut state, "a<enter>")),
        [],
        "Enter alone is no yes"
    );
    assert_eq!(steers(&press(&mut state, "ay")), [Steer::Approve]);
}

#[test]
fn a_pause_is_told_at_once_and_the_same_key_goes_on_after_a_yes_alone() {
    let mut state = listed(SIZE);
    let (id, _) = begun(&mut state, "o");
    assert_eq!(steers(&press(&mut state, "p")), [Steer::Pause]);
    let paused = JobEvent::Steered {
        steer: Steer::Pause,
        operator: operator(),
        at: ago(0),
    };
    tell(&mut state, &id, paused);
    let said = screen(&mut state);
    assert!(
        said.contains("0/4 done · paused") && said.contains("p go on"),
        "{said}"
    );
    // Pressed twice to be sure, or held down.
    assert_eq!(steers(&press(&mut state, "ppp<enter>")), []);
    press(&mut state, "p");
    let said = screen(&mut state);
    assert!(said.contains("go on after the pause?"), "{said}");
    assert_eq!(steers(&press(&mut state, "n")), []);
    assert_eq!(steers(&press(&mut state, "py")), [Steer::Continue]);
}

#[test]
fn a_yes_that_comes_with_the_question_does_not_end_a_pause() {
    let mut state = in_the_middle();
    update(&mut state, Msg::Act(Action::PauseRollout));
    let at_once = update(&mut state, Msg::Act(Action::Confirm));
    assert_eq!(steers(&at_once), []);
    assert_eq!(steers(&press(&mut state, "y")), [Steer::Continue]);
}

#[test]
fn the_session_under_the_cursor_is_left_out_or_tried_again_after_a_yes() {
    let mut state = listed(SIZE);
    let (id, targets) = begun(&mut state, "ojjjj+");
    assert_eq!(
        steers(&press(&mut state, "jjsy")),
        [Steer::Skip(targets[2].clone())]
    );
    assert_eq!(
        steers(&press(&mut state, "t")),
        [],
        "it has not failed, so it cannot be tried again"
    );
    end(&mut state, &id, &targets[2], failed(&targets[2]));
    assert_eq!(
        steers(&press(&mut state, "ty")),
        [Steer::Retry(targets[2].clone())]
    );
    assert_eq!(steers(&press(&mut state, "tn")), []);
}

#[test]
fn the_screen_tells_each_session_with_step_change_health_and_reason_and_the_account() {
    let mut state = in_the_middle();
    press(&mut state, "j");
    let said = screen(&mut state);
    for words in [
        "1/4 done · 1 failed · 1 restarting · paused",
        "v3.0.0 → v3.1.0",
        "healthy, up for 5 s",
        "it ended with exit code 1",
        "no other session begins: p goes on",
        "The old container is the session again, as it was.",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn the_window_may_be_small_and_the_cursor_stays_in_sight() {
    for size in [(80, 24), (60, 14), (40, 10), (200, 50)] {
        let mut state = in_the_middle();
        state.size = tagboat::model::console::Size {
            width: size.0,
            height: size.1,
        };
        press(&mut state, "G");
        let said = screen(&mut state);
        assert!(
            said.lines()
                .any(|line| line.starts_with('>') || line.contains(" >")),
            "{size:?}\n{said}"
        );
    }
}

#[test]
fn an_abort_asks_and_then_cancels_and_what_is_left_can_be_taken_up() {
    let mut state = in_the_middle();
    let effects = press(&mut state, "cy");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Engine(Command::Cancel(_))))
    );
    let id = state.rollout().unwrap().id.clone();
    let ended = JobEvent::Ended {
        verdict: Verdict::Cancelled,
        at: ago(0),
    };
    tell(&mut state, &id, ended);
    let said = screen(&mut state);
    assert!(said.contains("u tries the rest again"), "{said}");
}

#[test]
fn the_way_back_of_a_session_is_its_predecessor_and_is_shown_before_it_is_gone() {
    let mut state = listed(SIZE);
    press(&mut state, "/atlas<enter>b");
    let said = screen(&mut state);
    assert!(
        said.contains("roll back convocate-session-atlas on eu-01") && said.contains("comes back, with its"),
        "{said}"
    );
}

#[test]
fn a_rollout_that_runs_is_not_rolled_back_and_one_that_ended_is_as_far_as_it_was_done() {
    let mut state = in_the_middle();
    press(&mut state, "b");
    assert!(screen(&mut state).contains("it runs; `c` ends it first"));
    let id = state.rollout().unwrap().id.clone();
    let ended = JobEvent::Ended {
        verdict: Verdict::Cancelled,
        at: ago(0),
    };
    tell(&mut state, &id, ended);
    press(&mut state, "b");
    let said = screen(&mut state);
    assert!(
        said.contains("was changed since job"),
        "the fleet of this test never moved\n{said}"
    );
}
