//! The conditions of a restart: it waits until nothing happens in the session, and begins only if nothing is left behind.

use super::UNTOUCHED;
use crate::model::cost::{Age, Cost, QuietWatch, Quietness, Stir};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::plan::{Conditions, RestartTarget};
use crate::ops::cost::weigh;
use crate::ops::host_link::HostLink;
use crate::ops::report::{Outcome, StepError, TrackReporter};
use std::time::Duration;
use tokio::time::sleep;

/// The time between two looks: never less, and never more, however long it takes until it can be quiet.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));

/// So many times in a row a host may not answer before the wait is given up: one that boots is back by then.
const MOST_SILENT: u32 = 12;

/// So many times in a row it may answer that it cannot tell.
const MOST_BLIND: u32 = 3;

/// Waits until a session was quiet for as long as the conditions say, as a step of its own; at once where they say nothing.
///
/// Nothing is touched and no lease is needed meanwhile. A wait that was interrupted begins anew.
pub async fn wait_for_quiet(
    target: &RestartTarget,
    conditions: Conditions,
    link: &HostLink,
    reporter: &TrackReporter,
) -> Result<(), TrackResult> {
    let Some(quiet) = conditions.when_idle else {
        return Ok(());
    };
    let wait = Wait {
        target,
        quiet,
        link,
        reporter,
    };
    reporter.step(Step::of(StepKind::Quiet), wait.run()).await
}

/// Refuses a session in whose own layer something changed, where the conditions say so. Looks anew: what was shown with the
/// plan may be long ago.
pub async fn ensure_clean(
    target: &RestartTarget,
    conditions: Conditions,
    link: &HostLink,
    reporter: &TrackReporter,
) -> Result<(), StepError> {
    if !conditions.require_clean {
        return Ok(());
    }
    let cost = look(target, link, reporter).await?;
    match cost.unclean() {
        None => Ok(()),
        Some(why) => Err(StepError::trouble(
            format!("it is not clean: {why}"),
            UNTOUCHED,
            "save what is needed to a volume, or restart without --require-clean",
        )),
    }
}

async fn look(target: &RestartTarget, link: &HostLink, reporter: &TrackReporter) -> Result<Cost, StepError> {
    let id = &target.container;
    let mut costs = weigh(link, std::slice::from_ref(id), reporter.now(), reporter.cancel()).await?;
    Ok(costs
        .remove(id)
        .unwrap_or_else(|| Cost::untold(reporter.now(), "the host did not tell")))
}

/// One wait and what it works with.
struct Wait<'a> {
    target: &'a RestartTarget,
    quiet: Duration,
    link: &'a HostLink,
    reporter: &'a TrackReporter,
}

impl Wait<'_> {
    async fn run(&self) -> Result<Outcome<()>, StepError> {
        let span = Age(self.quiet.as_secs());
        let mut watch = QuietWatch::default();
        let mut told: Option<Stir> = None;
        let mut blind = 0;
        loop {
            let (seen, most) = match look(self.target, self.link, self.reporter).await {
                Ok(cost) => (watch.look(&cost, self.quiet), MOST_BLIND),
                Err(StepError::Cancelled(_)) => return Err(cancelled()),
                Err(StepError::Trouble(trouble)) => (Quietness::Unknown(trouble.cause), MOST_SILENT),
            };
            let pause = match seen {
                Quietness::Quiet => {
                    return Ok(Outcome::noted((), format!("nothing happened in it for {span}")));
                }
                Quietness::Busy(stir) => {
                    blind = 0;
                    if !told.is_some_and(|last| last.is_like(stir)) {
                        self.reporter
                            .log(format!("waiting until it was quiet for {span}: {stir}"))
                            .await;
                        told = Some(stir);
                    }
                    stir.at_least(self.quiet)
                }
                Quietness::Unknown(why) => {
                    blind += 1;
                    if blind >= most {
                        return Err(self.cannot_tell(&why));
                    }
                    if blind == 1 {
                        told = None;
                        self.reporter
                            .log(format!("whether it is quiet cannot be told now: {why}"))
                            .await;
                    }
                    LOOK_EVERY.0
                }
            };
            tokio::select! {
                () = self.reporter.cancel().cancelled() => return Err(cancelled()),
                () = sleep(pause.clamp(LOOK_EVERY.0, LOOK_EVERY.1)) => {}
            }
        }
    }

    fn cannot_tell(&self, why: &str) -> StepError {
        StepError::passing(
            format!("whether it is quiet cannot be told: {why}"),
            UNTOUCHED,
            format!(
                "look at {}/{}, then restart it without --when-idle",
                self.target.host, self.target.session
            ),
        )
    }
}

fn cancelled() -> StepError {
    StepError::Cancelled(UNTOUCHED.to_owned())
}
