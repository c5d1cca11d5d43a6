//! The lease of a host: one console changes it at a time, and a console that died holds nothing up for long.

use crate::model::clean::clean;
use crate::model::names::{HostName, JobId, Operator};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{Script, ScriptCall};
use crate::ops::report::StepError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::{CancellationToken, DropGuard};

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
    held: Mutex<HashMap<HostName, Weak<Lease>>>,
}

/// A lease that is renewed while any job holds it.
pub struct Lease {
    _renewing: DropGuard,
}

impl Leases {
    /// The leases of one console; `console` keeps apart two consoles of the same operator.
    pub fn new(operator: &Operator, console: u16) -> Self {
        Self {
            owner: format!("{operator}#{console:04x}"),
            held: Mutex::default(),
        }
    }

    /// Takes the lease of a host for a job, or joins the one that this console has.
    pub async fn take(&self, link: &HostLink, job: &JobId) -> Result<Arc<Lease>, StepError> {
        if let Some(lease) = self.joined(link.name()) {
            return Ok(lease);
        }
        let output = link
            .shell
            .run(self.call("take", link, job))
            .await
            .map_err(|error| {
                StepError::of_shell(
                    &error,
                    "Nothing was changed.",
                    "give the login root or `sudo -n` on the host, then run it again",
                )
            })?;
        if output.code == HELD {
            return Err(held_by_another(&output.stdout));
        }
        output.success().map_err(|why| {
            StepError::trouble(
                format!("its lease cannot be taken: {why}"),
                "Nothing was changed.",
                format!("look at {} on the host", link.profile().paths.state),
            )
        })?;
        let stop = CancellationToken::new();
        tokio::spawn(renew(self.renewal(link, job), stop.clone()));
        let lease = Arc::new(Lease {
            _renewing: stop.drop_guard(),
        });
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(link.name().clone(), Arc::downgrade(&lease));
        Ok(lease)
    }

    fn joined(&self, host: &HostName) -> Option<Arc<Lease>> {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(host)?
            .upgrade()
    }

    fn call(&self, verb: &str, link: &HostLink, job: &JobId) -> ScriptCall<'static> {
        let state = &link.profile().paths.state;
        let good = GOOD_FOR.to_string();
        ScriptCall::question(LEASE, [verb, state, &self.owner, job.as_str(), &good]).as_root()
    }

    fn renewal(&self, link: &HostLink, job: &JobId) -> Renewal {
        Renewal {
            link: link.clone(),
            job: job.clone(),
            owner: self.owner.clone(),
        }
    }
}

struct Renewal {
    link: HostLink,
    job: JobId,
    owner: String,
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
        if !answer.as_ref().is_ok_and(|output| output.code == 0) {
            tracing::warn!(host = %self.link.name(), verb, ?answer, "the lease of a host could not be kept up");
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
