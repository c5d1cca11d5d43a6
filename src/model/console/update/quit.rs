//! Ending the console: at once, or after a question while jobs run.

use crate::model::command::Command;
use crate::model::console::{Dirty, Effect, OnYes, Overlay, Question, Signal, State};
use crate::model::job::{Job, JobState, Track, TrackResult, Verdict};
use crate::model::names::JobId;

/// Ends, or asks first. A second `C-c` at the question ends without an answer.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    let running: Vec<JobId> = state.live_jobs().map(|job| job.id.clone()).collect();
    if is_asked(state) || running.is_empty() {
        return leave(0);
    }
    state.overlays.push(Overlay::Question(Question {
        on_yes: OnYes::Leave(running),
        asked_at: state.clock.now,
    }));
    Vec::new()
}

/// Leaves by itself when the question is open and the last job has ended well: what it asked about is not there any more. Where
/// one did not, the question tells it and waits for an answer that was meant for that.
pub(super) fn when_all_ended(state: &mut State) -> Vec<Effect> {
    if state.live_jobs().next().is_some() {
        return Vec::new();
    }
    let (now, jobs) = (state.clock.now, &state.jobs);
    let Some(Overlay::Question(question)) = state.overlays.last_mut() else {
        return Vec::new();
    };
    let OnYes::Leave(asked) = &question.on_yes else {
        return Vec::new();
    };
    if asked.iter().filter_map(|id| jobs.get(id)).any(went_wrong) {
        question.asked_at = now;
        return Vec::new();
    }
    leave(0)
}

fn went_wrong(job: &Job) -> bool {
    let is_bad = matches!(job.state, JobState::Ended(Verdict::Partly | Verdict::Failed));
    let failed = |track: &Track| matches!(track.result, Some(TrackResult::Failed(_)));
    is_bad || job.tracks.iter().any(failed)
}

fn is_asked(state: &State) -> bool {
    matches!(
        state.overlays.last(),
        Some(Overlay::Question(Question {
            on_yes: OnYes::Leave(_),
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
