//! What is left of an earlier job: the part of its plan that is about targets without a result that stands.

use crate::model::job::{Job, JobEvent, StepKind, StepState, Target, Track};
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

    /// The part of the plan that is left; none where every target has its result. What a restart would cost is not told: that
    /// was long ago.
    pub(super) fn plan(&self) -> Option<Plan> {
        let is_left = |target: &Target| self.job.track(target).is_some_and(is_open);
        let is_host_left = |host| is_left(&Target::host(host));
        let is_session_left = |host, session| is_left(&Target::session(host, session));
        let mut plan = self.job.plan.clone();
        match &mut plan {
            Plan::Push(plan) => plan.hosts.retain(|one| is_host_left(one.host.clone())),
            Plan::Activate(plan) => plan.hosts.retain(|one| is_host_left(one.host.clone())),
            Plan::Prune(plan) => plan.hosts.retain(|one| is_host_left(one.host.clone())),
            Plan::Restart(plan) => {
                let sessions = &mut plan.sessions;
                sessions.retain(|one| is_session_left(one.host.clone(), one.session.clone()));
                for one in sessions {
                    one.cost = None;
                }
            }
            Plan::Start(plan) => {
                let sessions = &mut plan.sessions;
                sessions.retain(|one| is_session_left(one.host.clone(), one.session.clone()));
            }
            Plan::Stop(plan) => {
                let sessions = &mut plan.sessions;
                sessions.retain(|one| is_session_left(one.host.clone(), one.session.clone()));
            }
            Plan::Remove(plan) => {
                let sessions = &mut plan.sessions;
                sessions.retain(|one| is_session_left(one.host.clone(), one.session.clone()));
            }
            // About one session, and so left as a whole or not at all.
            Plan::Rename(_) => {}
        }
        let is_any_left = self.job.tracks.iter().any(is_open);
        is_any_left.then_some(plan)
    }

    /// Whether more than a check was begun on a target: it is brought to its end, whatever that costs.
    pub(super) fn is_begun(&self, target: &Target) -> bool {
        self.job
            .track(target)
            .is_some_and(|track| is_open(track) && was_begun(track))
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

fn was_begun(track: &Track) -> bool {
    track.steps.iter().any(|record| {
        !matches!(record.step.kind, StepKind::Quiet | StepKind::Check) && record.state != StepState::Waiting
    })
}
