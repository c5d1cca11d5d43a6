//! Rollouts: choosing how one goes, and steering one that runs.

use super::plan::{session_targets, show_restart, tags_of};
use crate::model::command::Command;
use crate::model::console::{
    Action, Effect, OnYes, Overlay, Question, RolloutDialog, RowId, Severity, State, sessions_to_roll_out,
};
use crate::model::job::{Job, Target};
use crate::model::names::JobId;
use crate::model::plan::{RestartIntent, plan_restart};
use crate::model::rollout::Steer;

/// Opens the choice of how it goes.
pub(super) fn begin(state: &mut State) {
    let sessions = session_targets(&sessions_to_roll_out(state));
    let hosts: Vec<_> = sessions.iter().map(|(host, _)| host.clone()).collect();
    let tags = tags_of(state, &hosts);
    state
        .overlays
        .push(Overlay::Rollout(RolloutDialog::new(sessions, tags)));
}

/// The order was chosen: plans it and shows the plan, while the hosts are asked what it costs.
pub(super) fn plan(state: &mut State, dialog: RolloutDialog) -> Vec<Effect> {
    let intent = RestartIntent {
        sessions: dialog.sessions,
        onto: dialog.onto,
        order: dialog.order,
        only_others: true,
    };
    let mut plan = plan_restart(&intent, &state.fleet);
    if let Ok(plan) = &mut plan {
        plan.conditions = dialog.conditions;
    }
    show_restart(state, "roll out", plan)
}

/// What an action would tell the rollout that is looked at; none where there is none.
pub(in crate::model::console) fn word_of(state: &State, action: Action) -> Option<(&Job, Steer)> {
    let details = state.details.as_ref()?;
    let RowId::Job(id) = &details.row else {
        return None;
    };
    let job = state.jobs.get(id)?;
    let chosen = || state.chosen_session().map(|track| track.target.clone());
    let steer = match action {
        Action::PauseRollout if job.steering.is_paused => Steer::Continue,
        Action::PauseRollout => Steer::Pause,
        Action::ApproveRollout => Steer::Approve,
        Action::SkipSession => Steer::Skip(chosen()?),
        Action::RetrySession => Steer::Retry(chosen()?),
        _ => return None,
    };
    Some((job, steer))
}

/// A pause acts at once: it begins nothing. Everything else is asked, so that a second press of its key does not undo it.
pub(super) fn steer(state: &mut State, action: Action) -> Vec<Effect> {
    let Some((job, steer)) = word_of(state, action) else {
        return Vec::new();
    };
    let id = job.id.clone();
    match steer {
        Steer::Pause => tell(state, id, steer),
        Steer::Continue | Steer::Approve | Steer::Skip(_) | Steer::Retry(_) => {
            state.overlays.push(Overlay::Question(Question {
                on_yes: OnYes::Steer(id, steer),
                asked_at: state.clock.now,
            }));
            Vec::new()
        }
    }
}

/// Tells it, unless things went on meanwhile.
pub(super) fn tell(state: &mut State, id: JobId, steer: Steer) -> Vec<Effect> {
    let objection = match state.jobs.get(&id) {
        Some(job) if job.state.runs() => steer.objection(job),
        _ => Some("it does not run any more".to_owned()),
    };
    match objection {
        Some(objection) => {
            state.say(Severity::Warn, format!("{}: {objection}", steer.word()));
            Vec::new()
        }
        None => vec![Effect::Engine(Command::Steer(id, steer))],
    }
}

/// Moves the cursor of the rollout that is looked at.
pub(super) fn choose(state: &mut State, target: Option<Target>) {
    if let Some(details) = &mut state.details {
        details.chosen = target;
    }
}
