//! How a lease is kept, and how its loss is found out: by what the host answers, and by the clock here where it answers nothing.

use super::{GOOD_FOR, HELD, LEASE};
use crate::model::names::{HostName, JobId};
use crate::ops::host_link::HostLink;
use crate::ops::ports::{ScriptCall, ScriptOutput, ShellError};
use rustix::time::{ClockId, clock_gettime};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, timeout};
use tokio_util::sync::CancellationToken;

/// How often it is renewed.
pub(super) const BEAT: Duration = Duration::from_secs(15);

/// How long one renewal may take: some must fit into what a lease is good for.
const BEAT_WITHIN: Duration = Duration::from_secs(10);

/// The same with what it may take to end it on the host. What hangs longer is left to itself.
const BEAT_AT_MOST: Duration = Duration::from_secs(14);

/// When a lease that could not be renewed counts as lost here, before it is over on the host. It is counted from before the
/// renewal was asked for, so that no clocks need to agree.
const GIVE_UP: Duration = Duration::from_secs(55);

/// How often that is looked at, beside the look before each step.
const LOOK: Duration = Duration::from_secs(1);

/// How long this machine is up.
pub(crate) type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

/// How a lease stands, for those who hold it and for what renews it, through whatever link.
pub(super) struct Standing {
    host: HostName,
    pub(super) lost: CancellationToken,
    /// Cancelled when nobody holds it any more.
    let_go: CancellationToken,
    /// The uptime of this machine when the last renewal that succeeded was asked for.
    good_since: Mutex<Duration>,
    uptime: Uptime,
}

impl Standing {
    /// A lease that was asked for then, until it is let go.
    pub(super) fn new(
        host: &HostName,
        asked: Duration,
        uptime: Uptime,
        let_go: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            host: host.clone(),
            lost: CancellationToken::new(),
            let_go,
            good_since: Mutex::new(asked),
            uptime,
        })
    }

    /// Whether it is lost. It is given up where it may be over on the host: another console may have it by now.
    pub(super) fn is_lost(&self) -> bool {
        if self.lost.is_cancelled() {
            return true;
        }
        let good_since = *self.good_since.lock().unwrap_or_else(PoisonError::into_inner);
        let is_late = (self.uptime)().saturating_sub(good_since) >= GIVE_UP;
        if is_late {
            tracing::error!(host = %self.host, "the lease of a host was not renewed in time");
            self.lost.cancel();
        }
        is_late
    }

    fn renewed(&self, asked: Duration) {
        *self.good_since.lock().unwrap_or_else(PoisonError::into_inner) = asked;
    }

    /// Looks until it is let go or lost, whatever becomes of a renewal meanwhile.
    pub(super) async fn watch(self: Arc<Self>) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.is_lost() {
            tokio::select! {
                () = self.let_go.cancelled() => break,
                _ = looks.tick() => {}
            }
        }
    }
}

/// Renews a lease through one link.
pub(super) struct Renewal {
    pub(super) link: HostLink,
    pub(super) job: JobId,
    pub(super) owner: String,
    pub(super) standing: Arc<Standing>,
    /// When the first renewal is due.
    pub(super) first: Duration,
}

impl Renewal {
    /// Renews it until it is let go, then gives it back. One that was lost is not renewed: nobody holds to it any more.
    pub(super) async fn run(self) {
        let mut beats = interval_at(Instant::now() + self.first, BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.standing.let_go.cancelled() => break,
                _ = beats.tick() => if !self.standing.is_lost() {
                    self.beat().await;
                },
            }
        }
        match self.call("release").await {
            Some(Ok(output)) if output.code == 0 => {}
            other => {
                tracing::warn!(host = %self.link.name(), ?other, "the lease of a host could not be given back");
            }
        }
    }

    async fn beat(&self) {
        let asked = (self.standing.uptime)();
        match self.call("beat").await {
            Some(Ok(output)) if output.code == 0 => self.standing.renewed(asked),
            Some(Ok(output)) if output.code == HELD => {
                tracing::error!(host = %self.link.name(), "another console has the lease of a host");
                self.standing.lost.cancel();
            }
            other => {
                tracing::warn!(host = %self.link.name(), ?other, "the lease of a host could not be renewed");
            }
        }
    }

    /// What the script said; nothing where nothing came of it in time, be it that the connection itself hangs.
    async fn call(&self, verb: &str) -> Option<Result<ScriptOutput, ShellError>> {
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
        timeout(BEAT_AT_MOST, self.link.shell.run(call)).await.ok()
    }
}

/// How long this machine is up, its sleep among it, which the clock of the runtime leaves out.
pub(super) fn uptime() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}
