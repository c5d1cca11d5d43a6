//! What is left of an earlier job: the part of its plan that is about targets without a result that stands.

use crate::model::job::{Job, JobEvent, Target, Track};
use crate::model::names::Operator;
use crate::model::plan::Plan;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// An earlier job as it will be when it is taken up.
pub(super) struct JobRest {
    /// The job, with what is to be done again open.
    pub(super) job: Job,
}

impl JobRest {
    /// What the engine would make of the job now.
    pub(super) fn of(job: &Job, operator: Operator, at: Timestamp) -> Self {
        let mut job = job.clone();
        let plan = Box::new(job.plan.clone());
        job.apply(JobEvent::Started { plan, operator, at });
        Self { job }
    }

    /// The part of the plan that is left; none where every target has its result.
    pub(super) fn plan(&self) -> Option<Plan> {
        let left = self.job.tracks.iter().filter(|track| is_open(track));
        let left: Vec<_> = left.map(|track| track.target.clone()).collect();
        self.job.plan.rest(&left)
    }

    /// Whether more than a check was begun on a target: it is brought to its end, whatever that costs.
    pub(super) fn is_begun(&self, target: &Target) -> bool {
        self.job
            .track(target)
            .is_some_and(|track| is_open(track) && track.is_to_follow())
    }

    /// How many targets are over, and which ones were begun: what a plan of the rest does not tell.
    pub(super) fn words(&self) -> Vec<String> {
        let mut results: BTreeMap<&str, usize> = BTreeMap::new();
        for result in self.job.tracks.iter().filter_map(|track| track.result.as_ref()) {
            *results.entry(result.word()).or_default() += 1;
        }
        let over: usize = results.values().sum();
        let all = self.job.tracks.len();
        let results: Vec<_> = results.iter().map(|(word, n)| format!("{n} {word}")).collect();
        let over = (over > 0).then(|| {
            format!(
                "job {}: {over} of {all} over ({}); this is what is left:",
                self.job.id,
                results.join(", ")
            )
        });
        let begun: Vec<_> = self
            .job
            .tracks
            .iter()
            .filter(|track| self.is_begun(&track.target))
            .map(|track| track.target.to_string())
            .collect();
        let begun = (!begun.is_empty())
            .then(|| format!("begun already, and brought to an end: {}", begun.join(", ")));
        over.into_iter().chain(begun).collect()
    }
}

fn is_open(track: &Track) -> bool {
    track.result.is_none()
}
