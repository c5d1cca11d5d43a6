//! The turn of one session in a rollout: it is restarted, or what was begun is followed, over as many links as that takes.

use super::run_job::{Runner, not_planned};
use super::take_host::Hold;
use super::workshop::{AWAY, LINK_WAIT};
use crate::model::job::{Target, Track, TrackResult};
use crate::model::plan::{RestartPlan, RestartTarget};
use crate::ops::host_link::HostLink;
use crate::ops::report::TrackReporter;
use crate::ops::restart::{Heard, Restarted, ensure_clean, restart_session, resume_restart};

/// So many links one turn takes at most: a host whose connection breaks each time is for the operator to look at.
const MOST_LINKS: u32 = 5;

/// What came of a turn.
pub(super) enum Turn {
    /// It ended so.
    Ended(TrackResult),
    /// What was interrupted is as it was: it can have another turn, or ends so.
    PutBack(TrackResult),
}

impl Runner {
    /// Restarts a session, or brings what was begun on it to its end.
    pub(super) async fn take_turn(&self, plan: &RestartPlan, target: &Target) -> Turn {
        let Some(one) = session_of(plan, target) else {
            return Turn::Ended(not_planned());
        };
        let reporter = self.reporter(target);
        let (mut link, mut hold) = match self.take_host(&target.host, &reporter).await {
            Ok(taken) => taken,
            Err(result) => return Turn::Ended(result),
        };
        let mut restarted = self.begin(plan, one, &link, &reporter).await;
        for _ in 1..MOST_LINKS {
            let (lost, heard) = match restarted {
                Restarted::Lost(lost, heard) => (lost, heard),
                over => return self.turn_of(self.unless_host_lost(over, &hold, &reporter), target),
            };
            // The host goes on alone: what becomes of the lease meanwhile must not turn it back.
            hold.rest();
            if !self.is_back(&link, &reporter).await {
                return Turn::Ended(lost);
            }
            // The lease goes over to the new link; one that was given back first could be taken by somebody else.
            let Ok(taken) = self.hold_host(&target.host, &reporter).await else {
                // What is known of the restart says more than why its host cannot be had now.
                return Turn::Ended(lost);
            };
            (link, hold) = taken;
            restarted = self.follow(one, &link, &reporter, heard).await;
        }
        let restarted = self.unless_host_lost(restarted, &hold, &reporter);
        drop(hold);
        self.turn_of(restarted, target)
    }

    fn unless_host_lost(&self, restarted: Restarted, hold: &Hold, reporter: &TrackReporter) -> Restarted {
        match restarted {
            Restarted::Over(result) => Restarted::Over(self.unless_lost(hold, reporter, result)),
            other => other,
        }
    }

    async fn begin(
        &self,
        plan: &RestartPlan,
        one: &RestartTarget,
        link: &HostLink,
        reporter: &TrackReporter,
    ) -> Restarted {
        if self.is_to_follow(reporter.target()) {
            return self.follow(one, link, reporter, Heard::default()).await;
        }
        match ensure_clean(one, plan.conditions, link, reporter).await {
            Ok(()) => restart_session(one, &self.job.id, &self.workshop.operator, link, reporter).await,
            Err(error) => self.check_failed(&one.host, error, reporter).await.into(),
        }
    }

    async fn follow(
        &self,
        one: &RestartTarget,
        link: &HostLink,
        reporter: &TrackReporter,
        heard: Heard,
    ) -> Restarted {
        let (id, operator) = (&self.job.id, &self.workshop.operator);
        resume_restart(one, id, operator, link, reporter, heard).await
    }

    fn turn_of(&self, restarted: Restarted, target: &Target) -> Turn {
        match restarted {
            Restarted::PutBack(result) if !self.is_to_follow(target) => Turn::PutBack(result),
            over => Turn::Ended(over.result()),
        }
    }

    fn is_to_follow(&self, target: &Target) -> bool {
        self.sink.job().track(target).is_some_and(Track::is_to_follow)
    }

    /// Waits for the host that goes on alone, so that it is followed on. A cancellation is for it too, and waits a little less.
    async fn is_back(&self, lost: &HostLink, reporter: &TrackReporter) -> bool {
        reporter
            .log("the connection is lost, and the host goes on alone: waiting until it is back")
            .await;
        tokio::select! {
            is_back = self.workshop.is_connected_again(lost, AWAY) => is_back,
            () = reporter.cancel().cancelled() => self.workshop.is_connected_again(lost, LINK_WAIT).await,
        }
    }
}

/// What the plan has for a session.
pub(super) fn session_of<'a>(plan: &'a RestartPlan, target: &Target) -> Option<&'a RestartTarget> {
    plan.sessions.iter().find(|one| one.target() == *target)
}
