//! The reducer: one message in, the state changed, effects out. One file per concern.

mod check;
mod choose;
mod copy;
mod dialog;
mod doctor;
mod engine;
mod intake;
mod jobs;
mod logs;
mod marks;
mod movement;
mod overlays;
mod plan;
mod quit;
mod rollback;
mod rollout;
mod run_palette;
mod session;
mod settle;
mod source;
mod text;
mod time;

pub(in crate::model::console) use rollout::word_of;

use super::action::{Action, Risk, unavailable};
use super::{Dirty, Effect, Msg, Place, Severity, State};
use crate::model::clean::clean;
use crate::model::command::Command;

/// Takes one message; answers with what must be done.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Act(action) => act(state, action),
        Msg::Text(edit) => text::edit(state, edit),
        Msg::Paste(pasted) => text::paste(state, &pasted),
        Msg::Resize(size) => {
            state.size = size;
            state.touch(Dirty::Normal);
            Vec::new()
        }
        Msg::Engine(event) => engine::hear(state, *event),
        Msg::Said(severity, line) => {
            state.say(severity, clean(&line));
            Vec::new()
        }
        Msg::Time(now) => {
            time::pass(state, now);
            Vec::new()
        }
        Msg::Signal(signal) => quit::signal(state, signal),
    }
}

/// Does an action, if the place knows it and nothing speaks against it.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let lost = state.settle();
    let place = state.place();
    if !action.info().places.contains(&place) {
        return Vec::new();
    }
    if let Some(lost) = lost
        && action.info().risk != Risk::Safe
        && matches!(place, Place::List(_))
    {
        // The operator looked at a row that went away before the key arrived.
        state.say(
            Severity::Warn,
            format!("{lost} is gone; nothing was done, look again"),
        );
        return Vec::new();
    }
    if let Some(reason) = unavailable(state, action) {
        state.say(Severity::Warn, format!("{}: {reason}", action.info().title));
        return Vec::new();
    }
    state.touch(Dirty::Normal);
    let effects = perform(state, action);
    state.settle();
    effects
}

fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    use Action as A;
    match action {
        A::Down | A::Up | A::Top | A::Bottom | A::HalfDown | A::HalfUp | A::PageDown | A::PageUp => {
            movement::go(state, action);
        }
        A::Show(screen) => movement::show(state, screen),
        A::NextScreen => movement::show(state, state.screen.next()),
        A::PreviousScreen => movement::show(state, state.screen.previous()),
        A::Open => {
            movement::open(state);
            return doctor::look_at_opened(state);
        }
        A::Examine => return doctor::examine(state),
        A::CheckImage => return check::check(state),
        A::MendHost | A::MakeReady | A::UpdateHost => doctor::plan(state, action),
        A::Mark | A::MarkRange | A::MarkAll | A::MarkNone | A::MarkInvert => marks::mark(state, action),
        A::Filter | A::SortMenu | A::Help | A::Palette | A::Messages => overlays::open(state, action),
        A::SortReverse => overlays::reverse_order(state),
        A::Clear => overlays::clear(state),
        A::Restart | A::RestartOnto | A::Push | A::Prune | A::Activate | A::ReplaceTag | A::AllowFailing => {
            return plan::begin(state, action);
        }
        A::RollOut => rollout::begin(state),
        A::RollBack => return rollback::begin(state),
        A::PauseRollout | A::ApproveRollout | A::SkipSession | A::RetrySession => {
            return rollout::steer(state, action);
        }
        A::More | A::Less => overlays::turn(state, action == A::More),
        A::Start | A::Stop | A::Remove | A::Label | A::New | A::Attach => {
            return session::begin(state, action);
        }
        A::Build | A::Release | A::Publish => return source::begin(state, action),
        A::Logs => return logs::open(state),
        A::LogSearch | A::NextMatch | A::PreviousMatch | A::LogWrap | A::LogPause | A::LogSave => {
            logs::act(state, action);
        }
        A::CancelJob => jobs::ask_to_cancel(state),
        A::ResumeJob => return jobs::plan_the_rest(state),
        A::Copy => return copy::begin(state),
        A::Accept => return dialog::accept(state),
        A::Confirm => return dialog::confirm(state),
        A::Close if matches!(state.place(), Place::Logs | Place::LogEntry) => return logs::close(state),
        A::Close | A::Decline => dialog::close(state),
        A::Refresh => {
            state.touch(Dirty::Full);
            return vec![Effect::Engine(Command::Refresh(None))];
        }
        A::Suspend => return vec![Effect::Suspend],
        A::Quit | A::Interrupt => return quit::ask(state),
    }
    Vec::new()
}
