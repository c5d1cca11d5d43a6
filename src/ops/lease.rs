//! The lease of a host: one console changes it at a time, and a console that died holds nothing up for long.

use crate::model::fleet::HostLease;
use crate::model::names::{HostName, JobId, Operator};
use crate::ops::console_id::ConsoleId;
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall, ScriptOutput, ShellError};
use crate::ops::report::StepError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

const LEASE: Script = Script {
    name: "lease",
    text: include_str!("../../assets/host/lease.sh"),
};

/// Seconds that a lease is good for without a beat, by the host's clock.
const GOOD_FOR: u32 = 60;

/// How often it is renewed.
const BEAT: Duration = Duration::from_secs(15);

/// How long one renewal may take: some must fit into what a lease is good for.
const BEAT_WITHIN: Duration = Duration::from_secs(10);

/// When a lease that could not be renewed counts as lost here, before it is over on the host. It is counted from before the
/// renewal was asked for, so that no clocks need to agree.
const GIVE_UP: Duration = Duration::from_secs(55);

/// How often that is looked at: a machine that slept, or a process that was stopped, must find it out before it does anything else.
const LOOK: Duration = Duration::from_secs(1);

/// The exit code of the script when somebody else has the lease.
const HELD: i32 = 9;

/// The leases of this console: jobs that run at the same time share the lease of a host.
pub struct Leases {
    owner: String,
    console: ConsoleId,
    tasks: TaskTracker,
    slots: Mutex<HashMap<HostName, Arc<Slot>>>,
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
    _renewing: DropGuard,
    lost: CancellationToken,
    before: Mutex<Option<HostLease>>,
}

impl Lease {
    /// Cancelled when another console has the host, or may have it: what is done under this lease must end.
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Whose lease had run out before this one, for whoever asks first: what that one left open is his to look at.
    pub fn take_before(&self) -> Option<HostLease> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The lease of one host in this console. Taking and giving back are one after the other: a lease that is just being
/// given back must not take the next one with it.
#[derive(Default)]
struct Slot(tokio::sync::Mutex<Held>);

#[derive(Default)]
struct Held {
    lease: Weak<Lease>,
    renewing: Option<(HostLink, JoinHandle<()>)>,
}

impl Leases {
    /// The leases of one console of an operator; `tasks` is waited for at its end, so that they are given back.
    pub fn new(operator: &Operator, console: ConsoleId, tasks: TaskTracker) -> Self {
        Self {
            owner: format!("{operator}#{console}"),
            console,
            tasks,
            slots: Mutex::default(),
        }
    }

    /// Takes the lease of a host for a job, or joins the one that this console has.
    pub async fn take(&self, link: &HostLink, claim: &Claim<'_>) -> Result<Arc<Lease>, NoLease> {
        let slot = self.slot(link.name());
        let mut held = slot.0.lock().await;
        if let (Some(lease), Some((renewed_through, _))) = (held.lease.upgrade(), &held.renewing)
            && renewed_through.is(link)
            && !lease.lost.is_cancelled()
        {
            return Ok(lease);
        }
        if let Some((renewed_through, renewing)) = held.renewing.take() {
            if renewed_through.is(link) && held.lease.upgrade().is_none() {
                if renewing.await.is_err() {
                    tracing::warn!(host = %link.name(), "giving a lease back did not come to its end");
                }
            } else {
                // It is renewed through a connection that is gone; this one takes it over for the jobs that still run.
                renewing.abort();
            }
        }
        let asked = uptime();
        let before = self.take_from_host(link, claim).await?;
        let (stop, lost) = (CancellationToken::new(), CancellationToken::new());
        let renewal = Renewal {
            link: link.clone(),
            job: claim.job.clone(),
            owner: self.owner.clone(),
            lost: lost.clone(),
            good_since: asked,
        };
        held.renewing = Some((link.clone(), self.tasks.spawn(renew(renewal, stop.clone()))));
        let lease = Arc::new(Lease {
            _renewing: stop.drop_guard(),
            lost,
            before: Mutex::new(before),
        });
        held.lease = Arc::downgrade(&lease);
        Ok(lease)
    }

    fn slot(&self, host: &HostName) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(host.clone()).or_default().clone()
    }

    /// Takes it on the host; tells whose had run out.
    async fn take_from_host(&self, link: &HostLink, claim: &Claim<'_>) -> Result<Option<HostLease>, NoLease> {
        let mut output = self.ask(link, claim, "").await.map_err(NoLease::Trouble)?;
        let holder = output.stdout.split('\t').next().unwrap_or_default().to_owned();
        if output.code == HELD && self.console.knows_as_gone(&holder) {
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

struct Renewal {
    link: HostLink,
    job: JobId,
    owner: String,
    lost: CancellationToken,
    /// The uptime of this machine when the last renewal that succeeded was asked for.
    good_since: Duration,
}

impl Renewal {
    async fn beat(&mut self) {
        let asked = uptime();
        match self.call("beat").await {
            Ok(output) if output.code == 0 => self.good_since = asked,
            Ok(output) if output.code == HELD => {
                tracing::error!(host = %self.link.name(), "another console has the lease of a host");
                self.lost.cancel();
            }
            other => {
                tracing::warn!(host = %self.link.name(), ?other, "the lease of a host could not be renewed");
            }
        }
    }

    /// Gives the lease up where it may be over on the host: another console may have it by now.
    fn look(&self) {
        if uptime().saturating_sub(self.good_since) >= GIVE_UP && !self.lost.is_cancelled() {
            tracing::error!(host = %self.link.name(), "the lease of a host was not renewed in time");
            self.lost.cancel();
        }
    }

    async fn call(&self, verb: &str) -> Result<ScriptOutput, ShellError> {
        let paths = &self.link.profile().paths;
        let (good, notice) = (GOOD_FOR.to_string(), paths.lease_notice());
        let arguments = [
            verb,
            &paths.state,
            &self.owner,
            self.job.as_str(),
            &good,
            "",
            &notice,
        ];
        let call = ScriptCall::question(LEASE, arguments)
            .as_root()
            .urgent()
            .within(BEAT_WITHIN);
        self.link.shell.run(call).await
    }
}

/// Renews a lease until it is let go, then gives it back.
async fn renew(mut renewal: Renewal, stop: CancellationToken) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beats.tick().await;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            _ = looks.tick() => renewal.look(),
            _ = beats.tick() => if !renewal.lost.is_cancelled() {
                renewal.beat().await;
            },
        }
    }
    let released = renewal.call("release").await;
    if !matches!(&released, Ok(output) if output.code == 0) {
        tracing::warn!(host = %renewal.link.name(), ?released, "the lease of a host could not be given back");
    }
}

/// How long this machine is up, its sleep among it, which the clock of the runtime leaves out.
fn uptime() -> Duration {
    let told = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = told.split(['.', ' ']).next().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or_default())
}
