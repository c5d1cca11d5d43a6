//! A rollout while it runs: sessions begin as `model::rollout` says, side by side in a wave, and the operator may steer.

use super::run_job::Runner;
use crate::model::event::Event;
use crate::model::job::{JobEvent, Target, TrackResult};
use crate::model::plan::{RestartPlan, RestartTarget};
use crate::model::rollout::{Next, Pause, Steer, next};
use crate::ops::report::TrackReporter;
use crate::ops::restart::{ensure_clean, restart_session, resume_restart, wait_for_quiet};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::BTreeSet;
use tokio::sync::mpsc;

/// Words of the operator that may wait: nobody types faster than they are taken.
pub(super) const STEERS: usize = 16;

impl Runner {
    /// Restarts the sessions of a plan in its order, until none is left or one failure too many ends it.
    pub(super) async fn roll_out(&self, plan: &RestartPlan, steers: &mut mpsc::Receiver<Steer>) {
        let mut restarts = FuturesUnordered::new();
        let mut running: BTreeSet<Target> = BTreeSet::new();
        loop {
            if self.cancel.is_cancelled() && running.is_empty() {
                return self
                    .end_open(|| TrackResult::Cancelled(UNTOUCHED.to_owned()))
                    .await;
            }
            let job = self.sink.job();
            match next(&job, &plan.order, &running, &BTreeSet::new()) {
                Next::End(why) => {
                    let why = why.unwrap_or_else(|| "nothing is left of it".to_owned());
                    return self.end_open(|| TrackResult::NotBegun(why.clone())).await;
                }
                Next::Begin(targets) if !self.cancel.is_cancelled() => {
                    for target in targets {
                        running.insert(target.clone());
                        restarts.push(async { (self.restart(plan, &target).await, target) });
                    }
                }
                Next::Begin(_)
                | Next::Wait(Pause::Wave | Pause::Operator | Pause::Approval | Pause::Quiet) => {}
            }
            tokio::select! {
                Some((result, target)) = restarts.next() => {
                    self.end(target.clone(), result).await;
                    running.remove(&target);
                }
                Some(steer) = steers.recv() => self.steer(steer).await,
                () = self.cancel.cancelled(), if running.is_empty() => {}
            }
        }
    }

    async fn restart(&self, plan: &RestartPlan, target: &Target) -> TrackResult {
        let is_it =
            |one: &&RestartTarget| one.host == target.host && Some(&one.session) == target.session.as_ref();
        let Some(one) = plan.sessions.iter().find(is_it) else {
            return super::run_job::not_planned();
        };
        let reporter = self.reporter(target);
        let (id, operator) = (&self.job.id, &self.workshop.operator);
        let is_begun = self.was_begun(target);
        let taken = async {
            if !is_begun {
                self.wait_for_quiet(plan, one, &reporter).await?;
            }
            let (link, lease) = self.take_host(&target.host, &reporter).await?;
            if !is_begun && let Err(error) = ensure_clean(one, plan.conditions, &link, &reporter).await {
                return Err(self.check_failed(&target.host, error, &reporter).await);
            }
            Ok((link, lease))
        };
        match taken.await {
            Ok((link, _lease)) if is_begun => resume_restart(one, id, operator, &link, &reporter).await,
            Ok((link, _lease)) => restart_session(one, id, operator, &link, &reporter).await,
            Err(result) => result,
        }
    }

    /// Waits until a session may be restarted. Without the host's lease, which others may need for hours meanwhile.
    async fn wait_for_quiet(
        &self,
        plan: &RestartPlan,
        one: &RestartTarget,
        reporter: &TrackReporter,
    ) -> Result<(), TrackResult> {
        if plan.conditions.when_idle.is_none() {
            return Ok(());
        }
        match self.workshop.link(&one.host).await {
            Ok(link) => wait_for_quiet(one, plan.conditions, &link, reporter).await,
            Err(error) => Err(self.check_failed(&one.host, error, reporter).await),
        }
    }

    /// Takes a word of the operator, where the rollout is such that it means something.
    async fn steer(&self, steer: Steer) {
        let job = self.sink.job();
        if let Some(objection) = steer.objection(&job) {
            let notice = Event::Notice(format!("{} of job {}: {objection}", steer.word(), job.id.short()));
            // A front end that is gone needs no answer.
            let _ = self.sink.events().send(notice).await;
            return;
        }
        let event = JobEvent::Steered {
            steer,
            operator: self.workshop.operator.clone(),
            at: self.workshop.clock.now(),
        };
        self.keep(event).await;
    }

    /// Ends all that was not begun.
    async fn end_open(&self, result: impl Fn() -> TrackResult) {
        for target in self.open_targets() {
            self.end(target, result()).await;
        }
    }
}

/// What a session is like that was not begun.
const UNTOUCHED: &str = "Nothing was changed.";
