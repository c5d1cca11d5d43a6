//! A rollout while it runs: sessions begin as `model::rollout` says, side by side in a wave, and the operator may steer.

use super::jobs::Spoken;
use super::run_job::Runner;
use super::turn::{Turn, session_of};
use crate::model::job::{Job, JobEvent, Target, Track, TrackResult};
use crate::model::plan::RestartPlan;
use crate::model::rollout::{Next, Pause, Steer, next};
use crate::ops::report::JobSink;
use crate::ops::restart::wait_for_quiet;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long sessions that are quiet at the same time are collected for a wave: a look takes two to three seconds.
const TOGETHER: Duration = Duration::from_secs(4);

/// Words of the operator that may wait: nobody types faster than they are taken.
pub(super) const STEERS: usize = 16;

impl Runner {
    /// Restarts the sessions of a plan in its order, until none is left or one failure too many ends it.
    pub(super) async fn roll_out(&self, plan: &RestartPlan, steers: &mut mpsc::Receiver<Spoken>) {
        let mut restarts = FuturesUnordered::new();
        let mut running: BTreeSet<Target> = BTreeSet::new();
        let mut quiet: BTreeSet<Target> = BTreeSet::new();
        let mut undone: BTreeMap<Target, TrackResult> = BTreeMap::new();
        loop {
            if self.cancel.is_cancelled() && running.is_empty() {
                return self
                    .end_open(&undone, || TrackResult::Cancelled(UNTOUCHED.to_owned()))
                    .await;
            }
            let job = self.sink.job();
            let mut waits_for_quiet = false;
            match next(&job, &plan.order, &running, &self.busy(plan, &job, &quiet)) {
                Next::End(why) => {
                    // What is said from here on comes too late, and is answered so.
                    steers.close();
                    let why = why.unwrap_or_else(|| "nothing is left of it".to_owned());
                    return self
                        .end_open(&undone, || TrackResult::NotBegun(why.clone()))
                        .await;
                }
                Next::Begin(targets) if !self.cancel.is_cancelled() => {
                    // Who is quiet now need not be so when the next wave begins.
                    quiet.clear();
                    for target in targets {
                        running.insert(target.clone());
                        restarts.push(async { (self.take_turn(plan, &target).await, target) });
                    }
                }
                Next::Wait(Pause::Quiet) => waits_for_quiet = true,
                Next::Begin(_) | Next::Wait(Pause::Wave | Pause::Operator | Pause::Approval) => {}
            }
            tokio::select! {
                Some((turn, target)) = restarts.next() => {
                    running.remove(&target);
                    match turn {
                        // Once: what is interrupted again and again has a cause that another try does not mend.
                        Turn::PutBack(result) if !self.cancel.is_cancelled() && !undone.contains_key(&target) => {
                            let words = "it was interrupted and is as it was: its turn comes again";
                            self.reporter(&target).log(words).await;
                            undone.insert(target, result);
                        }
                        Turn::PutBack(result) | Turn::Ended(result) => self.end(target, result).await,
                    }
                }
                Some(spoken) = steers.recv() => self.steer(spoken, &running).await,
                found = self.some_quiet(plan), if waits_for_quiet => {
                    for (target, found) in found {
                        match found {
                            Ok(()) => drop(quiet.insert(target)),
                            Err(result) => self.end(target, result).await,
                        }
                    }
                }
                () = self.cancel.cancelled(), if running.is_empty() => {}
            }
        }
    }

    /// The sessions that are left and not known to be quiet, where that is a condition. What an interrupted job has begun on a
    /// session is brought to its end whether it is quiet or not.
    fn busy(&self, plan: &RestartPlan, job: &Job, quiet: &BTreeSet<Target>) -> BTreeSet<Target> {
        if plan.conditions.when_idle.is_none() {
            return BTreeSet::new();
        }
        let is_busy = |track: &&Track| {
            track.result.is_none() && !quiet.contains(&track.target) && !track.is_to_follow()
        };
        let busy = job.tracks.iter().filter(is_busy);
        busy.map(|track| track.target.clone()).collect()
    }

    /// Waits until some of the sessions that are left are quiet: all of them are watched, so that one that works holds up
    /// nobody else. Without the leases of their hosts, which others may need for hours meanwhile.
    async fn some_quiet(&self, plan: &RestartPlan) -> Vec<(Target, Result<(), TrackResult>)> {
        let mut waits: FuturesUnordered<_> = self
            .open_targets()
            .into_iter()
            .map(|target| async { (self.wait_for_quiet(plan, &target).await, target) })
            .collect();
        let mut found = Vec::new();
        let Some((first, target)) = waits.next().await else {
            return found;
        };
        found.push((target, first));
        // Others that are quiet too are told within a moment; they fill the wave.
        let together = async {
            while let Some((result, target)) = waits.next().await {
                found.push((target, result));
            }
        };
        // What is not told by then is told by the next wait.
        let _ = timeout(TOGETHER, together).await;
        found
    }

    async fn wait_for_quiet(&self, plan: &RestartPlan, target: &Target) -> Result<(), TrackResult> {
        let reporter = self.reporter(target);
        let Some(one) = session_of(plan, target) else {
            return Err(super::run_job::not_planned());
        };
        match self.workshop.links.get(&target.host) {
            Some(links) => wait_for_quiet(one, plan.conditions, links, &reporter).await,
            None => Err(super::run_job::not_planned()),
        }
    }

    /// Takes a word of an operator, where the rollout is such that it means something, and answers.
    async fn steer(&self, spoken: Spoken, running: &BTreeSet<Target>) {
        let Spoken {
            steer,
            operator,
            answer,
        } = spoken;
        // Its first step is recorded only when its host and the lease are there, which takes a while.
        let too_late = || match &steer {
            Steer::Skip(target) if running.contains(target) => Some(Steer::too_late(target)),
            _ => None,
        };
        let mut objection = steer.objection(&self.sink.job()).or_else(too_late);
        if objection.is_none() {
            let at = self.workshop.clock.now();
            let event = JobEvent::Steered { steer, operator, at };
            let kept = self.sink.record(event).await;
            objection = kept
                .err()
                .map(|error| format!("the journal cannot be written: {error}"));
        }
        // Who asked may be gone.
        let _ = answer.send(objection);
    }

    /// Ends all that was not begun; what was put back and had no second turn ends as it was told then.
    async fn end_open(&self, undone: &BTreeMap<Target, TrackResult>, result: impl Fn() -> TrackResult) {
        for target in self.open_targets() {
            let result = undone.get(&target).cloned().unwrap_or_else(&result);
            self.end(target, result).await;
        }
    }
}

/// What a session is like that was not begun.
const UNTOUCHED: &str = "Nothing was changed.";
