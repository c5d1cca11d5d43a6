//! Hosts: examined when somebody looks closely at them, made ready, updated, mended. Each change shows its plan.

use super::movement;
use super::plan::{host_targets, show};
use crate::model::command::Command;
use crate::model::console::{Action, Effect, RowId, State};
use crate::model::names::HostName;
use crate::model::plan::{Plan, SetupImage, SetupIntent, plan_init, plan_mend, plan_update};

/// Examines the host whose details were just opened, if that is what they are about and it answers.
pub(super) fn look_at_opened(state: &State) -> Vec<Effect> {
    match state.details.as_ref().map(|details| &details.row) {
        Some(RowId::Host(host)) => ask(state, host),
        _ => Vec::new(),
    }
}

/// Examines the host under the cursor, and shows its details.
pub(super) fn examine(state: &mut State) -> Vec<Effect> {
    let Some(RowId::Host(host)) = state.pointed().cloned() else {
        return Vec::new();
    };
    if state.details.is_none() {
        movement::open(state);
    }
    ask(state, &host)
}

fn ask(state: &State, host: &HostName) -> Vec<Effect> {
    let answers = state
        .fleet
        .host(host)
        .is_some_and(|host| host.connection.is_usable());
    if answers {
        vec![Effect::Engine(Command::Examine(vec![host.clone()]))]
    } else {
        Vec::new()
    }
}

/// Plans a setup of the chosen hosts, and shows the plan. An image is pushed to them on its own.
pub(super) fn plan(state: &mut State, action: Action) {
    let intent = SetupIntent {
        hosts: host_targets(&state.targets()),
        image: SetupImage::None,
    };
    let (what, plan) = match action {
        Action::MendHost => ("mend", plan_mend(&intent, &state.fleet)),
        Action::MakeReady => ("make ready", plan_init(&intent, &state.fleet)),
        _ => ("update", plan_update(&intent, &state.fleet)),
    };
    show(state, what, plan.map(Plan::Setup));
}
