//! The lease of a host: one console changes it at a time, and a console that died holds nothing up for long.

use crate::model::clean::clean;
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

/// The exit code of the script when somebody else has the lease.
const HELD: i32 = 9;

/// The leases of this console: jobs that run at the same time share the lease of a host.
pub struct Leases {
    owner: String,
    console: ConsoleId,
    tasks: TaskTracker,
    slots: Mutex<HashMap<HostName, Arc<Slot>>>,
}

/// A lease that is renewed while any job holds it.
pub struct Lease {
    _renewing: DropGuard,
    lost: CancellationToken,
}

impl Lease {
    /// Cancelled when another console has the host: what is done under this lease must end.
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
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
    pub async fn take(&self, link: &HostLink, job: &JobId) -> Result<Arc<Lease>, StepError> {
        let slot = self.slot(link.name());
        let mut held = slot.0.lock().await;
        if let (Some(lease), Some((renewed_through, _))) = (held.lease.upgrade(), &held.renewing)
            && renewed_through.is(link)
        {
            return Ok(lease);
        }
        if let Some((renewed_through, renewing)) = held.renewing.take() {
            if renewed_through.is(link) {
                if renewing.await.is_err() {
                    tracing::warn!(host = %link.name(), "giving a lease back did not come to its end");
                }
            } else {
                // It is renewed through a connection that is gone; this one takes it over for the jobs that still run.
                renewing.abort();
            }
        }
        self.take_from_host(link, job).await?;
        let (stop, lost) = (CancellationToken::new(), CancellationToken::new());
        let renewal = Renewal {
            link: link.clone(),
            job: job.clone(),
            owner: self.owner.clone(),
            lost: lost.clone(),
        };
        held.renewing = Some((link.clone(), self.tasks.spawn(renew(renewal, stop.clone()))));
        let lease = Arc::new(Lease {
            _renewing: stop.drop_guard(),
            lost,
        });
        held.lease = Arc::downgrade(&lease);
        Ok(lease)
    }

    fn slot(&self, host: &HostName) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(host.clone()).or_default().clone()
    }

    async fn take_from_host(&self, link: &HostLink, job: &JobId) -> Result<(), StepError> {
        let mut output = self.ask(link, job, "").await?;
        let holder = output.stdout.split('\t').next().unwrap_or_default().to_owned();
        if output.code == HELD && self.console.knows_as_gone(&holder) {
            // A console of this machine that was killed: nobody renews its lease, and nobody else will finish its work.
            output = self.ask(link, job, &holder).await?;
        }
        if output.code == HELD {
            return Err(held_by_another(&output.stdout));
        }
        output.success().map(|_| ()).map_err(|why| {
            StepError::trouble(
                format!("its lease cannot be taken: {why}"),
                "Nothing was changed.",
                format!("look at {} on the host", link.profile().paths.state),
            )
        })
    }

    /// Asks for the lease; that of `gone` may be taken before it expires.
    async fn ask(&self, link: &HostLink, job: &JobId, gone: &str) -> Result<ScriptOutput, StepError> {
        let (state, good) = (&link.profile().paths.state, GOOD_FOR.to_string());
        let arguments = ["take", state, &self.owner, job.as_str(), &good, gone];
        link.shell
            .run(ScriptCall::question(LEASE, arguments).as_root())
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
}

impl Renewal {
    async fn call(&self, verb: &str) {
        let state = &self.link.profile().paths.state;
        let good = GOOD_FOR.to_string();
        let arguments = [verb, state, &self.owner, self.job.as_str(), &good];
        let answer = self
            .link
            .shell
            .run(ScriptCall::question(LEASE, arguments).as_root())
            .await;
        match answer {
            Ok(output) if output.code == 0 => {}
            Ok(output) if output.code == HELD => {
                tracing::error!(host = %self.link.name(), "another console has the lease of a host");
                self.lost.cancel();
            }
            other => {
                tracing::warn!(host = %self.link.name(), verb, ?other, "the lease of a host could not be kept up");
            }
        }
    }
}

/// Renews a lease until it is let go, then gives it back.
async fn renew(renewal: Renewal, stop: CancellationToken) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beats.tick().await;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beats.tick() => renewal.call("beat").await,
        }
    }
    renewal.call("release").await;
}

fn held_by_another(answer: &str) -> StepError {
    let mut fields = answer.trim().split('\t').map(clean);
    let owner = fields.next().unwrap_or_default();
    let job = fields.next().unwrap_or_default();
    let seconds = fields.next().unwrap_or_default();
    StepError::passing(
        format!("{owner} is changing this host with job {job}"),
        "Nothing was changed.",
        format!("wait for that job; if its console died, its lease ends in {seconds} s"),
    )
}
