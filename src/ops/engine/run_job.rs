//! One job from its first target to its verdict: hosts side by side; sessions as their rollout says (`rollout`).

use super::job_sink::JournalSink;
use super::jobs::Admission;
use super::workshop::Workshop;
use crate::model::event::Event;
use crate::model::job::{Job, JobEvent, Target, TrackResult};
use crate::model::plan::{ActivatePlan, Plan, PrunePlan, PushPlan, SetupPlan};
use crate::ops::activate::activate_on_host;
use crate::ops::host_link::HostLink;
use crate::ops::journal::JournalFile;
use crate::ops::prune::prune_host;
use crate::ops::push::{Pace, Supply, push_to_host};
use crate::ops::report::{JobSink, TrackReporter};
use crate::ops::restart::migrate_on_host;
use crate::ops::session::on_session;
use crate::ops::setup::set_up_host;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// Hosts that one job works on at the same time, unless the plan says otherwise: each costs a stream of the operator's uplink.
pub(super) const SIDE_BY_SIDE: usize = 8;

/// A job that is about to run.
pub(super) struct JobRun {
    pub(super) job: Job,
    pub(super) journal: JournalFile,
    /// What it listens to.
    pub(super) admission: Admission,
    /// Whether it was interrupted before: what is done stays done.
    pub(super) is_resumed: bool,
}

/// A job while it runs.
pub(super) struct Runner {
    pub(super) job: Job,
    pub(super) workshop: Arc<Workshop>,
    pub(super) sink: Arc<JournalSink>,
    pub(super) cancel: CancellationToken,
    pub(super) is_resumed: bool,
    /// What all of its sends together keep to.
    pace: Pace,
}

impl JobRun {
    /// Runs the job to its verdict. What it says goes to its journal and to `events`.
    pub(super) async fn run(self, workshop: Arc<Workshop>, events: mpsc::Sender<Event>) {
        let Admission {
            cancel,
            mut canceller,
            mut steers,
        } = self.admission;
        let sink = Arc::new(JournalSink::new(self.job.clone(), self.journal, events));
        let pace = match &self.job.plan {
            Plan::Push(plan) => plan.options.limit,
            Plan::Setup(plan) => plan.push.as_ref().and_then(|push| push.options.limit),
            Plan::Bootstrap(plan) => plan.push().and_then(|push| push.options.limit),
            _ => None,
        };
        let pace = pace.map(|rate| Pace::limited(rate.0));
        let runner = Runner {
            pace: pace.unwrap_or_default(),
            job: self.job,
            workshop,
            sink: sink.clone(),
            cancel: cancel.clone(),
            is_resumed: self.is_resumed,
        };
        let mut work = pin!(async {
            match &runner.job.plan {
                Plan::Restart(plan) => {
                    let held = async {
                        runner.hold_images(plan).await;
                        std::future::pending::<()>().await;
                    };
                    // What could not be held until the end was not needed.
                    tokio::select! {
                        () = runner.roll_out(plan, &mut steers) => {}
                        () = held => {}
                    }
                    runner.let_images_go(plan).await;
                }
                plan => runner.side_by_side(plan).await,
            }
        });
        tokio::select! {
            () = &mut work => {}
            Ok(operator) = &mut canceller => {
                let at = runner.workshop.clock.now();
                runner.keep(JobEvent::Cancelling { operator, at }).await;
                work.await;
            }
        }
        let verdict = sink.job().verdict(cancel.is_cancelled());
        let ended = JobEvent::Ended {
            verdict,
            at: runner.workshop.clock.now(),
        };
        if let Err(error) = sink.record(ended).await {
            tracing::error!(job = %runner.job.id, %error, "the end of a job could not be kept; it will show as interrupted");
        }
    }
}

impl Runner {
    async fn side_by_side(&self, plan: &Plan) {
        let turns = Semaphore::new(plan.at_once().map_or(SIDE_BY_SIDE, NonZeroUsize::get));
        let (first, hosts): (Vec<_>, Vec<_>) = self.open_targets().into_iter().partition(Target::is_source);
        // Hosts need what is done at the source.
        for target in first {
            let result = self.on_host(plan, &target, &self.reporter(&target)).await;
            let is_done = matches!(result, TrackResult::Done(_));
            self.end(target, result).await;
            if !is_done {
                for host in hosts {
                    let why = "what comes before it at the source was not done".to_owned();
                    self.end(host, TrackResult::NotBegun(why)).await;
                }
                return;
            }
        }
        let mut hosts: FuturesUnordered<_> = hosts
            .into_iter()
            .map(|target| async {
                let _turn = turns.acquire().await;
                let reporter = self.reporter(&target);
                let result = self.on_host(plan, &target, &reporter).await;
                self.end(target, result).await;
            })
            .collect();
        while hosts.next().await.is_some() {}
    }

    async fn on_host(&self, plan: &Plan, target: &Target, reporter: &TrackReporter) -> TrackResult {
        if target.is_source() {
            return self.at_source(plan, reporter).await;
        }
        let (link, hold) = match self.take_host(&target.host, reporter).await {
            Ok(taken) => taken,
            Err(result) => return result,
        };
        let result = match plan {
            Plan::Push(plan) => self.push(plan, target, &link, reporter).await,
            Plan::Activate(plan) => self.activate(plan, target, &link, reporter).await,
            Plan::Prune(plan) => self.prune(plan, target, &link, reporter).await,
            Plan::Setup(plan) => self.set_up(plan, target, &link, reporter).await,
            Plan::Migrate(plan) => {
                let job = (&self.job.id, self.is_resumed);
                migrate_on_host(plan, job, &self.workshop.operator, &link, reporter).await
            }
            Plan::Bootstrap(plan) => self.bootstrap(plan, target, &link, reporter).await,
            Plan::Restart(_) => not_planned(),
            plan => on_session(plan, target, &self.job.id, self.is_resumed, &link, reporter).await,
        };
        self.unless_lost(&hold, reporter, result)
    }

    pub(super) async fn push(
        &self,
        plan: &PushPlan,
        target: &Target,
        link: &HostLink,
        reporter: &TrackReporter,
    ) -> TrackResult {
        let (id, operator) = (&self.job.id, &self.workshop.operator);
        let exports = match self.workshop.exports().await {
            Ok(exports) => exports,
            Err(error) => return self.check_failed(&target.host, error, reporter).await,
        };
        match plan.hosts.iter().find(|host| host.host == target.host) {
            Some(host) => {
                let supply = Supply {
                    exports: exports.clone(),
                    checker: self.workshop.kept.checker.clone(),
                    pace: self.pace.clone(),
                    pulls: Some(self.workshop.pulls.clone()),
                };
                push_to_host(plan, host, id, operator, link, &supply, reporter).await
            }
            None => not_planned(),
        }
    }

    /// The pieces first; then the image, where the host gets one.
    async fn set_up(
        &self,
        plan: &SetupPlan,
        target: &Target,
        link: &HostLink,
        reporter: &TrackReporter,
    ) -> TrackResult {
        let Some(host) = plan.host(target) else {
            return not_planned();
        };
        let set_up = set_up_host(plan, host, link, reporter).await;
        let push = plan.push.as_ref();
        match (set_up, push.filter(|push| push.targets_host(&target.host))) {
            (TrackResult::Done(_), Some(push)) => self.push(push, target, link, reporter).await,
            (result, _) => result,
        }
    }

    async fn activate(
        &self,
        plan: &ActivatePlan,
        target: &Target,
        link: &HostLink,
        reporter: &TrackReporter,
    ) -> TrackResult {
        let (id, operator) = (&self.job.id, &self.workshop.operator);
        match plan.hosts.iter().find(|host| host.host == target.host) {
            Some(host) => activate_on_host(plan, host, id, operator, link, reporter).await,
            None => not_planned(),
        }
    }

    async fn prune(
        &self,
        plan: &PrunePlan,
        target: &Target,
        link: &HostLink,
        reporter: &TrackReporter,
    ) -> TrackResult {
        let in_flight = || self.workshop.jobs.in_flight();
        match plan.hosts.iter().find(|host| host.host == target.host) {
            Some(host) => prune_host(host, link, &in_flight, reporter).await,
            None => not_planned(),
        }
    }

    /// What is still to do: what has no result yet. That of a job that is taken up again what did not end as planned.
    pub(super) fn open_targets(&self) -> Vec<Target> {
        let job = self.sink.job();
        let open = job.tracks.iter().filter(|track| track.result.is_none());
        open.map(|track| track.target.clone()).collect()
    }

    pub(super) fn reporter(&self, target: &Target) -> TrackReporter {
        TrackReporter::new(
            target.clone(),
            self.sink.clone(),
            self.workshop.clock.clone(),
            // A token of its own: a host that is lost to another console ends its target and no other.
            self.cancel.child_token(),
        )
    }

    pub(super) async fn end(&self, target: Target, result: TrackResult) {
        self.audit(&target, &result).await;
        let event = JobEvent::TargetEnded {
            target,
            result,
            at: self.workshop.clock.now(),
        };
        self.keep(event).await;
    }

    /// Keeps an event that nobody can wait for: what is not kept is told in the log.
    pub(super) async fn keep(&self, event: JobEvent) {
        if let Err(error) = self.sink.record(event).await {
            tracing::error!(job = %self.job.id, %error, "an event of a job could not be kept");
        }
    }
}

pub(super) fn not_planned() -> TrackResult {
    TrackResult::NotBegun("the plan has nothing for it".to_owned())
}
