//! Ending the console: at once, or after a question while jobs run.

use crate::model::command::Command;
use crate::model::console::{Dirty, Effect, OnYes, Overlay, Question, Signal, State};

/// Ends, or asks first. A second `C-c` at the question ends without an answer.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    if is_asked(state) || state.live_jobs().next().is_none() {
        return leave(0);
    }
    state.overlays.push(Overlay::Question(Question {
        on_yes: OnYes::Leave,
        asked_at: state.clock.now,
    }));
    Vec::new()
}

/// Leaves by itself when the question is open and the last job has ended: what it asked about is not there any more.
pub(super) fn when_all_ended(state: &State) -> Vec<Effect> {
    if is_asked(state) && state.live_jobs().next().is_none() {
        return leave(0);
    }
    Vec::new()
}

fn is_asked(state: &State) -> bool {
    matches!(
        state.overlays.last(),
        Some(Overlay::Question(Question {
            on_yes: OnYes::Leave,
            ..
        }))
    )
}

/// The engine leaves running jobs to be resumed; then the console ends.
pub(super) fn leave(code: u8) -> Vec<Effect> {
    vec![Effect::Engine(Command::Shutdown), Effect::Quit(code)]
}

/// Answers a signal. Whoever sends one from outside cannot see a question, except for an interrupt.
pub(super) fn signal(state: &mut State, signal: Signal) -> Vec<Effect> {
    match signal {
        Signal::Terminate => leave(143),
        Signal::HangUp => leave(129),
        Signal::Interrupt => {
            state.touch(Dirty::Normal);
            ask(state)
        }
        Signal::Stop => vec![Effect::Suspend],
        Signal::Continue => {
            state.touch(Dirty::Full);
            Vec::new()
        }
    }
}
