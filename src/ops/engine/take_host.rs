//! The link and the lease of a host for one target: waited for where the job has the patience, and told where it is lost.

use super::run_job::Runner;
use crate::model::failure::Failure;
use crate::model::fleet::{Holder, HostLease};
use crate::model::job::{Step, StepKind, StepState, TrackResult};
use crate::model::names::HostName;
use crate::model::setup::BOOT_HOOK;
use crate::ops::host_link::HostLink;
use crate::ops::lease::{Claim, Lease, NoLease};
use crate::ops::ports::{Script, ScriptCall, ScriptOutput};
use crate::ops::report::{StepError, TrackReporter};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// How often a host that is waited for is asked.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// How long the prune of a host itself is waited for, whatever the job says: it ends by itself, within seconds as a rule.
const PRUNE_WAIT: Duration = Duration::from_mins(10);

/// How long a host may take to begin what a console before has left open.
const TAKE_UP: Duration = Duration::from_mins(1);

/// What a boot does with restarts that are not over is right for those of a console that is gone, too.
const TAKE_UP_RESTARTS: Script = Script {
    name: "restart hook",
    text: BOOT_HOOK,
};

/// Why a target ends whose lease is gone.
pub(super) const LOST: &str =
    "the lease of this host was lost: it could not be renewed in time, or another console has taken it over";

/// What a target is like that had no lease yet.
const UNTOUCHED: &str = "Nothing was changed.";

impl Runner {
    /// What this job takes leases for.
    pub(super) fn claim(&self) -> Claim<'_> {
        Claim {
            job: &self.job.id,
            what: self.job.plan.verb(),
        }
    }

    /// The link and the lease of a host. Without both no step begins; what hinders is told as a failed check.
    pub(super) async fn take_host(
        &self,
        host: &HostName,
        reporter: &TrackReporter,
    ) -> Result<(HostLink, Hold), TrackResult> {
        if self.cancel.is_cancelled() {
            return Err(TrackResult::Cancelled(UNTOUCHED.to_owned()));
        }
        match self.hold_host(host, reporter).await {
            Ok(taken) => Ok(taken),
            Err(error) => Err(self.check_failed(host, error, reporter).await),
        }
    }

    /// The same, where it is for the caller to tell what hinders.
    pub(super) async fn hold_host(
        &self,
        host: &HostName,
        reporter: &TrackReporter,
    ) -> Result<(HostLink, Hold), StepError> {
        let (link, lease) = self.wait_for_lease(host, reporter).await?;
        take_up_first(&lease, &link, reporter).await;
        Ok((link, Hold::new(lease, reporter)))
    }

    /// Asks for the lease until it is there, or for as long as this job waits for whoever has it.
    async fn wait_for_lease(
        &self,
        host: &HostName,
        reporter: &TrackReporter,
    ) -> Result<(HostLink, Arc<Lease>), StepError> {
        let began = Instant::now();
        let mut told = None;
        loop {
            let link = self.workshop.link(host).await?;
            let held = match self.workshop.leases.take(&link, &self.claim()).await {
                Ok(lease) => return Ok((link, lease)),
                Err(NoLease::Held(held)) => held,
                Err(NoLease::Trouble(error)) => return Err(error),
            };
            let most = match held.holder {
                Holder::Prune => self.job.patience.duration().max(PRUNE_WAIT),
                _ => self.job.patience.duration(),
            };
            if began.elapsed() >= most {
                return Err(self.still_held(&held, began.elapsed()));
            }
            let who = (held.holder.clone(), held.job.clone());
            if told.as_ref() != Some(&who) {
                reporter.log(waiting(&held, most)).await;
                told = Some(who);
            }
            tokio::select! {
                () = reporter.cancel().cancelled() => return Err(StepError::Cancelled(UNTOUCHED.to_owned())),
                () = sleep(ASK_AGAIN) => {}
            }
        }
    }

    fn still_held(&self, held: &HostLease, waited: Duration) -> StepError {
        let waited = match waited.as_secs() {
            0 => String::new(),
            seconds => format!(", and {seconds} s were waited"),
        };
        let if_died = match held.holder {
            Holder::Prune => String::new(),
            _ => format!("; if its console died, its lease ends in {} s", held.left.max(0)),
        };
        StepError::passing(
            format!("{}{waited}", held.cause()),
            UNTOUCHED,
            format!(
                "`tagboat job resume {} --wait` waits for it{if_died}",
                self.job.id
            ),
        )
    }

    /// What hinders a target before its first step, told as its failed check.
    pub(super) async fn check_failed(
        &self,
        host: &HostName,
        error: StepError,
        reporter: &TrackReporter,
    ) -> TrackResult {
        let trouble = match error {
            StepError::Cancelled(state) => return TrackResult::Cancelled(state),
            StepError::Trouble(trouble) => trouble,
        };
        let failure = Failure {
            host: host.unless_source(),
            step: StepKind::Check,
            cause: trouble.cause,
            state: trouble.state,
            advice: trouble.advice,
            retryable: trouble.retryable,
        };
        let told = reporter
            .record(&Step::of(StepKind::Check), StepState::Failed(failure.clone()))
            .await;
        told.err().unwrap_or(TrackResult::Failed(failure))
    }

    /// The result of a target, where it was not the operator who ended it but the loss of its host.
    pub(super) fn unless_lost(
        &self,
        hold: &Hold,
        reporter: &TrackReporter,
        result: TrackResult,
    ) -> TrackResult {
        let TrackResult::Cancelled(state) = &result else {
            return result;
        };
        if self.cancel.is_cancelled() || !hold.is_lost() {
            return result;
        }
        let target = reporter.target();
        let job = self.sink.job();
        let begun = job.track(target).and_then(|track| {
            let begun = |record: &&crate::model::job::StepRecord| record.state != StepState::Waiting;
            track.steps.iter().rev().find(begun)
        });
        TrackResult::Failed(Failure {
            host: Some(target.host.clone()),
            step: begun.map_or(StepKind::Check, |record| record.step.kind),
            cause: LOST.to_owned(),
            state: state.clone(),
            advice: format!(
                "see `tagboat status --host {}`, then `tagboat job resume {}`",
                target.host, self.job.id
            ),
            retryable: true,
        })
    }
}

fn waiting(held: &HostLease, most: Duration) -> String {
    let minutes = most.as_secs().div_ceil(60);
    format!("{}: waiting for its end, at most {minutes} min", held.cause())
}

/// Takes up what a console has left open whose lease had run out, once, before anything else is done under the new one: whoever
/// joins it meanwhile waits for that. A restart that its host does not end by this stays claimed, and whoever wants its session
/// is told so.
pub(super) async fn take_up_first(lease: &Lease, link: &HostLink, reporter: &TrackReporter) {
    let mut before = lease.before().await;
    if let Some(had) = before.as_ref()
        && take_up_after(had, link, reporter).await
    {
        *before = None;
    }
}

/// False where the host was not even asked: then it is for whoever comes next.
async fn take_up_after(before: &HostLease, link: &HostLink, reporter: &TrackReporter) -> bool {
    let told = format!(
        "{} had this host ({}) and renewed its lease no more: taken over",
        before.holder,
        before.doing()
    );
    reporter.log(told).await;
    let call = ScriptCall::question(TAKE_UP_RESTARTS, [&link.profile().paths.state])
        .as_root()
        .within(TAKE_UP);
    let (trouble, is_asked) = match link.shell.run(call).await.map(ScriptOutput::success) {
        Ok(Ok(_)) => return true,
        Ok(Err(why)) => (why, true),
        Err(error) => (error.to_string(), false),
    };
    reporter
        .log(format!(
            "restarts that were left open could not be taken up: {trouble}"
        ))
        .await;
    is_asked
}

/// The lease of a host while a target works on it. Losing it ends the target.
pub(super) struct Hold {
    lease: Arc<Lease>,
    reporter: TrackReporter,
    watching: JoinHandle<()>,
}

impl Hold {
    fn new(lease: Arc<Lease>, reporter: &TrackReporter) -> Self {
        let (lost, target) = (lease.lost().clone(), reporter.cancel().clone());
        let watching = tokio::spawn(async move {
            lost.cancelled().await;
            target.cancel();
        });
        reporter.work_under(Arc::downgrade(&lease));
        Self {
            lease,
            reporter: reporter.clone(),
            watching,
        }
    }

    /// Whether another console may have the host by now.
    pub(super) fn is_lost(&self) -> bool {
        self.lease.is_lost()
    }

    /// From here on a loss ends nothing: nothing is done here any more until the host was taken again.
    pub(super) fn rest(&self) {
        self.watching.abort();
        self.reporter.work_under(Weak::new());
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.watching.abort();
    }
}
