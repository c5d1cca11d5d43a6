//! Plans about the source: no host is reached or taken for them, and their audit is the one here.

use super::run_job::{Runner, not_planned};
use crate::model::job::TrackResult;
use crate::model::plan::Plan;
use crate::ops::report::TrackReporter;

impl Runner {
    /// Runs what a plan has for the source. Each kind of plan that is about it has its line here.
    pub(super) async fn at_source(&self, plan: &Plan, reporter: &TrackReporter) -> TrackResult {
        let told = format!("{}: nothing of it is done at the source", plan.verb());
        reporter.log(told).await;
        not_planned()
    }
}
