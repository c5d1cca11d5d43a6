//! What is left of a job: the part of its plan that is about targets without a result that stands.

use super::{Job, Target, Track};
use crate::model::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// A job as it will be when it is taken up.
#[derive(Debug)]
pub struct Rest {
    job: Job,
}

impl Rest {
    pub(super) fn of(job: &Job) -> Self {
        let mut job = job.clone();
        job.take_up();
        Self { job }
    }

    /// The job, with what is to be done again open.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The targets that are left.
    pub fn targets(&self) -> Vec<Target> {
        let left = self.open().map(|track| track.target.clone());
        left.collect()
    }

    /// The part of the plan that is left; none where every target has its result.
    pub fn plan(&self) -> Option<Plan> {
        self.job.plan.rest(&self.targets())
    }

    /// The targets on which more than a check was begun: they are brought to their end, whatever that costs.
    pub fn begun(&self) -> BTreeSet<Target> {
        let begun = self.open().filter(|track| track.is_to_follow());
        begun.map(|track| track.target.clone()).collect()
    }

    /// How many targets are over, and which ones were begun: what a plan of the rest does not tell.
    pub fn words(&self) -> Vec<String> {
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
        let begun: Vec<_> = self.begun().iter().map(ToString::to_string).collect();
        let begun = (!begun.is_empty())
            .then(|| format!("begun already, and brought to an end: {}", begun.join(", ")));
        over.into_iter().chain(begun).collect()
    }

    fn open(&self) -> impl Iterator<Item = &Track> {
        self.job.tracks.iter().filter(|track| track.result.is_none())
    }
}
