//! Closing, accepting and confirming what lies over a screen.

use super::{choose, jobs, logs, quit, rollout, run_palette};
use crate::model::console::{Dirty, Effect, OnYes, Overlay, PlanDialog, Readiness, Severity, State};
use crate::model::cost::Cost;
use crate::model::names::{ContainerId, HostName};
use std::collections::BTreeMap;

/// Closes the overlay on top, or else the details. Nothing is changed by it.
pub(super) fn close(state: &mut State) {
    match state.overlays.pop() {
        Some(Overlay::Filter { before, .. }) => {
            state.lists.of_mut(state.screen).filter = before;
            state.touch_rows();
        }
        Some(Overlay::Messages { .. }) => state.messages.acknowledge(),
        Some(Overlay::Plan(dialog)) if dialog.has_work() => {
            let text = format!("{}: nothing was changed", dialog.plan.verb());
            state.say(Severity::Info, text);
        }
        Some(_) => {}
        None => state.details = None,
    }
}

/// Enter: takes what is chosen. A plan that one key confirms has Cancel focused, so Enter cancels it.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    match state.overlays.pop() {
        Some(Overlay::Filter {
            input,
            problem: Some(unknown),
            before,
        }) => {
            state.say(Severity::Warn, unknown.to_string());
            state.overlays.push(Overlay::Filter {
                input,
                before,
                problem: Some(unknown),
            });
        }
        Some(Overlay::Palette { input, cursor }) => return run_palette::run(state, input, cursor),
        Some(Overlay::Hosts(picker)) => choose::hosts(state, picker),
        Some(Overlay::Choice(choice)) => return choose::one(state, choice),
        Some(Overlay::Rollout(dialog)) => return rollout::plan(state, dialog),
        Some(Overlay::Plan(dialog)) => return submit(state, *dialog),
        Some(Overlay::Messages { .. }) => state.messages.acknowledge(),
        Some(Overlay::Logs(view)) => {
            state.overlays.push(Overlay::Logs(view));
            return logs::accept(state);
        }
        Some(
            Overlay::Question(_)
            | Overlay::Filter { .. }
            | Overlay::Help { .. }
            | Overlay::Refused { .. }
            | Overlay::Drafting(_)
            | Overlay::Vanished { .. },
        )
        | None => {}
    }
    Vec::new()
}

/// What a restart costs goes to the plan that waits for it. Nobody may have confirmed it before, and what was pressed when
/// it changed was meant for what was there before.
pub(super) fn weighed(state: &mut State, host: &HostName, costs: &BTreeMap<ContainerId, Cost>) {
    let now = state.clock.now;
    for overlay in &mut state.overlays {
        let Overlay::Plan(dialog) = overlay else {
            continue;
        };
        dialog.take_costs(host, costs, now);
        if let Err(refusal) = dialog.hold_to_conditions() {
            let what = dialog.plan.verb().to_owned();
            *overlay = Overlay::Vanished { what, refusal };
        }
    }
    state.touch(Dirty::Normal);
}

/// Enter in a plan: only a typed word confirms by it.
fn submit(state: &mut State, dialog: PlanDialog) -> Vec<Effect> {
    let is_typed = Overlay::Plan(Box::new(dialog.clone())).place() == crate::model::console::Place::Typed;
    match dialog.readiness(state.clock.now) {
        Readiness::Ready if is_typed => jobs::start(state, dialog),
        Readiness::NotArmed | Readiness::Looking(_) | Readiness::WordMissing(_) if is_typed => {
            if let Readiness::WordMissing(word) = dialog.readiness(state.clock.now) {
                state.say(
                    Severity::Warn,
                    format!("type {word} to confirm, or press Esc to leave"),
                );
            }
            state.overlays.push(Overlay::Plan(Box::new(dialog)));
            Vec::new()
        }
        Readiness::NoWork => Vec::new(),
        _ => {
            let text = format!(
                "{}: cancelled, nothing was changed; `y` confirms a plan",
                dialog.plan.verb()
            );
            state.say(Severity::Info, text);
            Vec::new()
        }
    }
}

/// `y`: confirms a plan that was on the screen long enough, or answers a question.
pub(super) fn confirm(state: &mut State) -> Vec<Effect> {
    let now = state.clock.now;
    let is_armed = state
        .overlays
        .last()
        .and_then(Overlay::armed_at)
        .is_some_and(|armed_at| armed_at <= now);
    if !is_armed {
        return Vec::new();
    }
    match state.overlays.pop() {
        Some(Overlay::Plan(dialog)) if dialog.readiness(now) == Readiness::Ready => {
            jobs::start(state, *dialog)
        }
        Some(Overlay::Question(question)) => match question.on_yes {
            OnYes::Cancel(id) => jobs::cancel(state, id),
            OnYes::Steer(id, steer) => rollout::tell(state, id, steer),
            OnYes::Leave(_) => quit::leave(0),
        },
        Some(other) => {
            state.overlays.push(other);
            Vec::new()
        }
        None => Vec::new(),
    }
}
