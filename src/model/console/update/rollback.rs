//! Rollbacks: of sessions, of the active tag of hosts, of a job. Each shows its plan.

use super::super::action::one_job;
use super::plan::{host_targets, session_targets, show, show_restart};
use crate::model::console::{Effect, Screen, State};
use crate::model::plan::{Plan, plan_job_rollback, plan_session_rollback, plan_stamp_rollback};
use crate::model::rollout::RolloutOrder;

/// Plans the way back of what is chosen, and shows the plan; of sessions with what it costs.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    let targets = state.targets();
    let order = RolloutOrder::default();
    let plan = match state.screen_of_targets() {
        Screen::Hosts => plan_stamp_rollback(&host_targets(&targets), &state.fleet).map(Plan::Activate),
        Screen::Jobs => match one_job(&targets).ok().and_then(|id| state.jobs.get(id)) {
            Some(job) => plan_job_rollback(job, order, &state.fleet),
            None => return Vec::new(),
        },
        Screen::Sessions | Screen::Images => {
            plan_session_rollback(&session_targets(&targets), order, &state.fleet).map(Plan::Restart)
        }
    };
    match plan {
        Ok(Plan::Restart(plan)) => show_restart(state, WHAT, Ok(plan)),
        plan => {
            show(state, WHAT, plan);
            Vec::new()
        }
    }
}

/// What is refused, where it is.
const WHAT: &str = "roll back";
