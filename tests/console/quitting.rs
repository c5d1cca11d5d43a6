//! Ending, suspending, and windows that are too small.

use crate::scenario::{busy, listed};
use crate::script::{press, screen};
use tagboat::model::command::Command;
use tagboat::model::console::{Action, Dirty, Effect, Msg, Signal, Size, update};
use tagboat::model::event::Event;
use tagboat::model::failure::Failure;
use tagboat::model::job::{JobEvent, StepKind, TrackResult, Verdict};

fn leaving() -> Vec<Effect> {
    vec![Effect::Engine(Command::Shutdown), Effect::Quit(0)]
}

#[test]
fn without_jobs_it_ends_at_once() {
    for script in ["q", "<C-c>", "?<C-c>", "/<C-c>"] {
        let mut state = listed((80, 24));
        assert_eq!(press(&mut state, script), leaving(), "{script}");
    }
}

#[test]
fn with_a_running_job_it_asks_and_says_what_becomes_of_the_job() {
    let mut state = busy((80, 24));
    assert!(press(&mut state, "q").is_empty());
    let text = screen(&mut state);
    assert!(text.contains("kept as") && text.contains("interrupted"), "{text}");
    assert!(press(&mut state, "<enter>").is_empty(), "Enter keeps watching");
    assert!(state.overlays.is_empty());
    assert_eq!(press(&mut state, "qy"), leaving());
}

#[test]
fn the_question_answers_itself_when_the_last_job_has_ended() {
    let mut state = busy((80, 24));
    assert!(press(&mut state, "q").is_empty());
    let running: Vec<_> = state.live_jobs().map(|job| job.id.clone()).collect();
    let mut effects = Vec::new();
    for id in running {
        assert!(!effects.ends_with(&leaving()), "it left while a job ran");
        let event = JobEvent::Ended {
            verdict: Verdict::Done,
            at: state.clock.now,
        };
        effects = update(&mut state, Msg::Engine(Box::new(Event::Job { id, event })));
    }
    assert!(effects.ends_with(&leaving()), "{effects:?}");
}

#[test]
fn a_failure_of_the_last_job_is_told_in_the_question_and_waits_for_an_answer_of_its_own() {
    let mut state = busy((100, 30));
    press(&mut state, "q");
    let running: Vec<_> = state.live_jobs().map(|job| job.id.clone()).collect();
    for id in &running {
        let target = state.jobs[id].tracks[1].target.clone();
        let result = TrackResult::Failed(Failure {
            host: Some(target.host.clone()),
            step: StepKind::Send,
            cause: "the connection was lost".to_owned(),
            state: "Nothing was loaded.".to_owned(),
            advice: "push again".to_owned(),
            retryable: true,
        });
        let at = state.clock.now;
        let verdict = Verdict::Partly;
        for event in [
            JobEvent::TargetEnded { target, result, at },
            JobEvent::Ended { verdict, at },
        ] {
            let id = id.clone();
            let effects = update(&mut state, Msg::from(Event::Job { id, event }));
            assert!(!effects.ends_with(&leaving()), "nobody has seen it");
        }
    }
    let text = screen(&mut state);
    for words in [
        "1 job ended, not all went well",
        "partly done",
        "eu-02: the connection was lost",
        "n stay",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let at_once = update(&mut state, Msg::Act(Action::Confirm));
    assert!(at_once.is_empty(), "that was meant for the question before");
    let mut left = state.clone();
    assert_eq!(press(&mut left, "y"), leaving());
    assert!(press(&mut state, "n").is_empty());
    assert!(state.overlays.is_empty());
}

#[test]
fn a_second_interrupt_ends_without_an_answer() {
    let mut state = busy((80, 24));
    assert_eq!(press(&mut state, "<C-c><C-c>"), leaving());
}

#[test]
fn signals_end_it_without_a_question_and_with_the_code_that_shells_expect() {
    for (signal, code) in [(Signal::Terminate, 143), (Signal::HangUp, 129)] {
        let mut state = busy((80, 24));
        let effects = update(&mut state, Msg::Signal(signal));
        assert_eq!(effects, [Effect::Engine(Command::Shutdown), Effect::Quit(code)]);
    }
}

#[test]
fn suspending_gives_the_terminal_back_and_continuing_draws_everything() {
    let mut state = busy((80, 24));
    assert_eq!(press(&mut state, "<C-z>"), [Effect::Suspend]);
    state.frame.dirty = Dirty::Clean;
    update(&mut state, Msg::Signal(Signal::Continue));
    assert_eq!(state.frame.dirty, Dirty::Full);
}

#[test]
fn refresh_asks_every_host_and_draws_everything() {
    let mut state = listed((80, 24));
    state.frame.dirty = Dirty::Clean;
    assert_eq!(
        press(&mut state, "<C-r>"),
        [Effect::Engine(Command::Refresh(None))]
    );
    assert_eq!(state.frame.dirty, Dirty::Full);
}

#[test]
fn in_a_window_that_is_too_small_only_leaving_and_repainting_work() {
    let mut state = busy((80, 24));
    press(&mut state, "r");
    update(&mut state, Msg::Resize(Size { width: 30, height: 8 }));
    let text = screen(&mut state);
    assert!(text.contains("40x10 needed") && text.contains("1 job"), "{text}");
    assert!(press(&mut state, "yjrt/x:<enter>").is_empty());
    assert_eq!(state.overlays.len(), 1);
    assert_eq!(
        press(&mut state, "<C-r>"),
        [Effect::Engine(Command::Refresh(None))]
    );
}
