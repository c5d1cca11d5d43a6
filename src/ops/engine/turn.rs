//! The turn of one session in a rollout: it is restarted, or what was begun is followed, over as many links as that takes.

use super::run_job::{Runner, not_planned};
use crate::model::job::{Target, Track, TrackResult};
use crate::model::plan::{RestartPlan, RestartTarget};
use crate::ops::host_link::HostLink;
use crate::ops::report::TrackReporter;
use crate::ops::restart::{Restarted, ensure_clean, restart_session, resume_restart};

/// So many links one turn takes at most: a host whose connection breaks each time is for the operator to look at.
const MOST_LINKS: u32 = 5;

/// What came of a turn over one link.
enum Came {
    Ended(TrackResult),
    /// Its interruption was undone.
    Undone,
    /// It ends so if the host, which may go on alone, is not heard again.
    Lost(TrackResult),
}

impl Runner {
    /// How it ended for a session; none if its interruption was undone and its turn comes again.
    pub(super) async fn take_turn(&self, plan: &RestartPlan, target: &Target) -> Option<TrackResult> {
        let Some(one) = session_of(plan, target) else {
            return Some(not_planned());
        };
        let reporter = self.reporter(target);
        let (mut link, mut hold) = match self.take_host(&target.host, &reporter).await {
            Ok(taken) => taken,
            Err(result) => return Some(result),
        };
        let mut links = 1;
        loop {
            let lost = match self.over(&link, plan, one, &reporter).await {
                Came::Ended(result) => return Some(result),
                Came::Undone => return None,
                Came::Lost(result) => result,
            };
            drop(hold);
            if links == MOST_LINKS || !self.is_back(&link, &reporter).await {
                return Some(lost);
            }
            // What is known of the restart says more than why its host cannot be had now.
            let Ok(taken) = self.hold_host(&target.host, &reporter).await else {
                return Some(lost);
            };
            (link, hold) = taken;
            links += 1;
        }
    }

    async fn over(
        &self,
        link: &HostLink,
        plan: &RestartPlan,
        one: &RestartTarget,
        reporter: &TrackReporter,
    ) -> Came {
        let (id, operator) = (&self.job.id, &self.workshop.operator);
        let restarted = if self.is_to_follow(reporter.target()) {
            let resumed = resume_restart(one, id, operator, link, reporter).await;
            let is_over = self.is_to_follow(reporter.target()) || self.cancel.is_cancelled();
            if matches!(resumed, Restarted::PutBack(_)) && !is_over {
                reporter
                    .log("it was interrupted and is as it was: its turn comes again")
                    .await;
                return Came::Undone;
            }
            resumed
        } else {
            match ensure_clean(one, plan.conditions, link, reporter).await {
                Ok(()) => restart_session(one, id, operator, link, reporter).await,
                Err(error) => self.check_failed(&one.host, error, reporter).await.into(),
            }
        };
        match restarted {
            Restarted::Lost(result) => Came::Lost(result),
            // What only looks does not know why it got no answer.
            Restarted::Over(result) if is_passing(&result) && !self.workshop.has(link) => Came::Lost(result),
            Restarted::Over(result) | Restarted::PutBack(result) => Came::Ended(result),
        }
    }

    fn is_to_follow(&self, target: &Target) -> bool {
        self.sink.job().track(target).is_some_and(Track::is_to_follow)
    }

    async fn is_back(&self, lost: &HostLink, reporter: &TrackReporter) -> bool {
        reporter
            .log("the connection is lost; what was begun goes on without it. Waiting until the host is back")
            .await;
        tokio::select! {
            () = reporter.cancel().cancelled() => false,
            is_back = self.workshop.is_connected_again(lost) => is_back,
        }
    }
}

fn is_passing(result: &TrackResult) -> bool {
    matches!(result, TrackResult::Failed(failure) if failure.retryable)
}

/// What the plan has for a session.
pub(super) fn session_of<'a>(plan: &'a RestartPlan, target: &Target) -> Option<&'a RestartTarget> {
    plan.sessions.iter().find(|one| one.target() == *target)
}
