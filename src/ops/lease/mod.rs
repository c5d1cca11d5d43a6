//! The lease of a host: one console changes it at a time, and a console that died holds nothing up for long.

mod renewal;

use crate::model::fleet::HostLease;
use crate::model::names::{HostName, JobId, Operator};
use crate::ops::console_id::ConsoleId;
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall, ScriptOutput, ShellError};
use crate::ops::report::StepError;
pub(crate) use renewal::Uptime;
use renewal::{BEAT, Renewal, Standing, uptime};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::MutexGuard;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

const LEASE: Script = Script {
    name: "lease",
    text: include_str!("../../../assets/host/lease.sh"),
};

/// Seconds that a lease is good for without a beat, by the host's clock.
const GOOD_FOR: u32 = 60;

/// The exit code of the script when somebody else has the lease.
const HELD: i32 = 9;

/// The leases of this console: jobs that run at the same time share the lease of a host.
pub struct Leases(Arc<Console>);

struct Console {
    owner: String,
    id: ConsoleId,
    tasks: TaskTracker,
    slots: Mutex<HashMap<HostName, Arc<Slot>>>,
    uptime: Uptime,
}

/// What a lease is taken for.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The job that takes it.
    pub job: &'a JobId,
    /// What that does, in a word.
    pub what: &'static str,
}

/// Why a lease cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoLease {
    /// Somebody else changes the host.
    #[error("{}", .0.cause())]
    Held(HostLease),
    /// It cannot be asked for.
    #[error("{0:?}")]
    Trouble(StepError),
}

/// What it means where nobody waits.
impl From<NoLease> for StepError {
    fn from(why: NoLease) -> Self {
        match why {
            NoLease::Trouble(error) => error,
            NoLease::Held(held) => Self::passing(held.cause(), "Nothing was changed.", "wait for that job"),
        }
    }
}

/// A lease that is renewed while any job holds it.
pub struct Lease {
    standing: Arc<Standing>,
    before: tokio::sync::Mutex<Option<HostLease>>,
    _let_go: DropGuard,
}

impl Lease {
    /// Cancelled when another console has the host, or may have it: what is done under this lease must end.
    pub fn lost(&self) -> &CancellationToken {
        &self.standing.lost
    }

    /// Whether another console may have the host by now. It is reckoned now: a machine that slept knows it before it does
    /// anything else.
    pub fn is_lost(&self) -> bool {
        self.standing.is_lost()
    }

    /// Whose lease had run out before this one, until what that one left open was taken up. Nobody else gets past this meanwhile.
    pub async fn before(&self) -> MutexGuard<'_, Option<HostLease>> {
        self.before.lock().await
    }
}

/// The lease of one host in this console. Taking and giving back are one after the other: a lease that is just being
/// given back must not take the next one with it.
#[derive(Default)]
struct Slot(tokio::sync::Mutex<Held>);

#[derive(Default)]
struct Held {
    lease: Weak<Lease>,
    renewing: Option<Renewing>,
}

/// What renews a lease: which link it does that through, and in which job's name.
struct Renewing {
    link: HostLink,
    job: JobId,
    task: JoinHandle<()>,
}

impl Leases {
    /// The leases of one console of an operator; `tasks` is waited for at its end, so that they are given back.
    pub fn new(operator: &Operator, console: ConsoleId, tasks: TaskTracker) -> Self {
        Self::by_uptime(operator, console, tasks, Arc::new(uptime))
    }

    /// The same, by another count of how long this machine is up.
    pub(crate) fn by_uptime(operator: &Operator, id: ConsoleId, tasks: TaskTracker, uptime: Uptime) -> Self {
        Self(Arc::new(Console {
            owner: format!("{operator}#{id}"),
            id,
            tasks,
            slots: Mutex::default(),
            uptime,
        }))
    }

    /// Takes the lease of a host for a job, or joins the one that this console has.
    pub async fn take(&self, link: &HostLink, claim: &Claim<'_>) -> Result<Arc<Lease>, NoLease> {
        let (console, link) = (self.0.clone(), link.clone());
        let (job, what) = (claim.job.clone(), claim.what);
        // Whoever wanted it may go away meanwhile: what was taken is given back all the same.
        let taking = self.0.tasks.spawn(async move {
            let claim = Claim { job: &job, what };
            console.take(&link, &claim).await
        });
        taking.await.unwrap_or_else(|error| {
            Err(NoLease::Trouble(StepError::passing(
                format!("its lease cannot be taken: {error}"),
                "Nothing was changed.",
                "run it again",
            )))
        })
    }
}

impl Console {
    async fn take(&self, link: &HostLink, claim: &Claim<'_>) -> Result<Arc<Lease>, NoLease> {
        let slot = self.slot(link.name());
        let mut held = slot.0.lock().await;
        if let Some(lease) = held.lease.upgrade()
            && !lease.is_lost()
        {
            self.renew_through(link, &lease, &mut held);
            return Ok(lease);
        }
        if let Some(Renewing { link, task, .. }) = held.renewing.take() {
            if held.lease.upgrade().is_some() {
                // What is left of a lease that was lost must not give back the next one, which may be of the same job.
                task.abort();
            } else if task.await.is_err() {
                tracing::warn!(host = %link.name(), "giving a lease back did not come to its end");
            }
        }
        let asked = (self.uptime)();
        let before = self.take_from_host(link, claim).await?;
        let let_go = CancellationToken::new();
        let standing = Standing::new(link.name(), asked, self.uptime.clone(), let_go.clone());
        self.tasks.spawn(standing.clone().watch());
        let lease = Arc::new(Lease {
            standing,
            before: tokio::sync::Mutex::new(before),
            _let_go: let_go.drop_guard(),
        });
        held.lease = Arc::downgrade(&lease);
        held.renewing = Some(self.renewing(link, claim.job, &lease, BEAT));
        Ok(lease)
    }

    /// Has a lease renewed through this link. Whoever holds it since the link before still hears when it is lost.
    fn renew_through(&self, link: &HostLink, lease: &Lease, held: &mut Held) {
        let Some(before) = &held.renewing else { return };
        if before.link.is(link) {
            return;
        }
        before.task.abort();
        // At once: it has been as long without one as the link was away.
        let renewing = self.renewing(link, &before.job, lease, Duration::ZERO);
        held.renewing = Some(renewing);
    }

    fn renewing(&self, link: &HostLink, job: &JobId, lease: &Lease, first: Duration) -> Renewing {
        let renewal = Renewal {
            link: link.clone(),
            job: job.clone(),
            owner: self.owner.clone(),
            standing: lease.standing.clone(),
            first,
        };
        Renewing {
            link: link.clone(),
            job: job.clone(),
            task: self.tasks.spawn(renewal.run()),
        }
    }

    fn slot(&self, host: &HostName) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(host.clone()).or_default().clone()
    }

    /// Takes it on the host; tells whose had run out.
    async fn take_from_host(&self, link: &HostLink, claim: &Claim<'_>) -> Result<Option<HostLease>, NoLease> {
        let mut output = self.ask(link, claim, "").await.map_err(NoLease::Trouble)?;
        let holder = output.stdout.split('\t').next().unwrap_or_default().to_owned();
        if output.code == HELD && self.id.knows_as_gone(&holder) {
            // A console of this machine that was killed: nobody renews its lease, and nobody else will finish its work.
            output = self.ask(link, claim, &holder).await.map_err(NoLease::Trouble)?;
        }
        let told = HostLease::read(output.stdout.trim_start_matches('\n'));
        if output.code == HELD
            && let Some(held) = told
        {
            return Err(NoLease::Held(held));
        }
        output.success().map(|_| told).map_err(|why| {
            NoLease::Trouble(StepError::trouble(
                format!("its lease cannot be taken: {why}"),
                "Nothing was changed.",
                format!("look at {} on the host", link.profile().paths.state),
            ))
        })
    }

    /// Asks for the lease; that of `gone` may be taken before it expires.
    async fn ask(&self, link: &HostLink, claim: &Claim<'_>, gone: &str) -> Result<ScriptOutput, StepError> {
        let (paths, good) = (&link.profile().paths, GOOD_FOR.to_string());
        let notice = paths.lease_notice();
        let arguments = [
            "take",
            &paths.state,
            &self.owner,
            claim.job.as_str(),
            &good,
            gone,
            &notice,
            claim.what,
        ];
        link.shell
            .run(ScriptCall::question(LEASE, arguments).as_root().urgent())
            .await
            .map_err(|error| {
                let advice = match error {
                    ShellError::NotAllowed(_) => {
                        "give the login root or `sudo -n` on the host, then run it again".to_owned()
                    }
                    _ => format!("see `tagboat status --host {}`, then run it again", link.name()),
                };
                StepError::of_shell(&error, "Nothing was changed.", advice)
            })
    }
}
