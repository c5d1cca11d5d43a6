//! The conditions of a restart: it waits until nothing happens in the session, and begins only if nothing is left behind.

use super::UNTOUCHED;
use crate::model::cost::{Age, Cost, QuietWatch, Quietness, Stir};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::plan::{Conditions, RestartTarget};
use crate::ops::cost::weigh;
use crate::ops::host_link::HostLink;
use crate::ops::report::{Outcome, StepError, TrackReporter};
use crate::ops::watch::LinkSlot;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The time between two looks: never less, and never more, however long it takes until it can be quiet.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));

/// How long a host may be away before the wait is given up: one that boots, or whose link is mended, is back by then.
const LONGEST_AWAY: Duration = Duration::from_mins(10);

/// So many times in a row it may answer that it cannot tell.
const MOST_BLIND: u32 = 3;

/// Waits until a session was quiet for as long as the conditions say, as a step of its own; at once where they say nothing.
///
/// Nothing is touched and no lease is needed meanwhile. A wait that was interrupted begins anew. It may last for hours, in
/// which links come and go: each look takes the one that `links` has then.
pub async fn wait_for_quiet(
    target: &RestartTarget,
    conditions: Conditions,
    links: &LinkSlot,
    reporter: &TrackReporter,
) -> Result<(), TrackResult> {
    let Some(quiet) = conditions.when_idle else {
        return Ok(());
    };
    let wait = Wait {
        target,
        quiet,
        links,
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
    links: &'a LinkSlot,
    reporter: &'a TrackReporter,
}

/// What was last told of a wait, so that the same is not told at every look.
#[derive(Clone, Copy)]
enum Told {
    Busy(Stir),
    Unknown,
}

/// For how long nothing was known.
struct Blindness {
    answers: u32,
    heard_at: Instant,
}

impl Blindness {
    fn begin() -> Self {
        Self {
            answers: 0,
            heard_at: Instant::now(),
        }
    }

    /// Whether the wait is to be given up.
    fn is_too_long(&self) -> bool {
        self.answers >= MOST_BLIND || self.heard_at.elapsed() >= LONGEST_AWAY
    }
}

impl Wait<'_> {
    async fn run(&self) -> Result<Outcome<()>, StepError> {
        let span = Age(self.quiet.as_secs());
        let mut watch = QuietWatch::default();
        let mut told = None;
        let mut blindness = Blindness::begin();
        loop {
            // What mends a host that does not answer is told with why; one that answers needs something else.
            let (seen, advice) = match self.look().await {
                Ok(cost) => {
                    blindness.heard_at = Instant::now();
                    blindness.answers += 1;
                    (watch.look(&cost, self.quiet), None)
                }
                Err(StepError::Cancelled(_)) => return Err(cancelled()),
                Err(StepError::Trouble(_)) if self.is_given_up() => return Err(self.away()),
                Err(StepError::Trouble(trouble)) => (Quietness::Unknown(trouble.cause), Some(trouble.advice)),
            };
            let pause = match seen {
                Quietness::Quiet => {
                    return Ok(Outcome::noted((), format!("nothing happened in it for {span}")));
                }
                Quietness::Busy(stir) => {
                    blindness.answers = 0;
                    if !matches!(told, Some(Told::Busy(last)) if stir.is_like(last)) {
                        let words = format!("waiting until it was quiet for {span}: {stir}");
                        self.reporter.log(words).await;
                    }
                    told = Some(Told::Busy(stir));
                    stir.at_least(self.quiet)
                }
                Quietness::Unknown(why) if blindness.is_too_long() => {
                    return Err(self.cannot_tell(&why, advice));
                }
                Quietness::Unknown(why) => {
                    if !matches!(told, Some(Told::Unknown)) {
                        let words = format!("whether it is quiet cannot be told now: {why}");
                        self.reporter.log(words).await;
                    }
                    told = Some(Told::Unknown);
                    LOOK_EVERY.0
                }
            };
            tokio::select! {
                () = self.reporter.cancel().cancelled() => return Err(cancelled()),
                () = sleep(pause.clamp(LOOK_EVERY.0, LOOK_EVERY.1)) => {}
            }
        }
    }

    async fn look(&self) -> Result<Cost, StepError> {
        let link = self.links.borrow().clone();
        match link {
            Some(link) => look(self.target, &link, self.reporter).await,
            None => Err(self.away()),
        }
    }

    /// Whether nobody connects to the host any more: it was away when the hosts were asked.
    fn is_given_up(&self) -> bool {
        self.links.has_changed().is_err() && self.links.borrow().is_none()
    }

    fn away(&self) -> StepError {
        StepError::passing(
            "the host is not connected",
            UNTOUCHED,
            format!("see `tagboat status --host {}`", self.target.host),
        )
    }

    fn cannot_tell(&self, why: &str, advice: Option<String>) -> StepError {
        let look = || {
            format!(
                "look at {}/{}, then restart it without --when-idle",
                self.target.host, self.target.session
            )
        };
        StepError::passing(
            format!("whether it is quiet cannot be told: {why}"),
            UNTOUCHED,
            advice.unwrap_or_else(look),
        )
    }
}

fn cancelled() -> StepError {
    StepError::Cancelled(UNTOUCHED.to_owned())
}
