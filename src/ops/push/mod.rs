//! The push operation: copies an image to one host and, when it is verified and loaded, stamps it. No session is touched.

mod attempt;
mod compare;
mod context;
mod contract_gate;
#[cfg(test)]
mod contract_tests;
mod counted;
mod export;
mod find;
mod halves;
mod helper_place;
mod inventory;
mod load;
mod load_early;
mod pace;
mod pulled;
mod rebuild;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod script_tests;
mod scripts;
mod send;
mod shipment;
#[cfg(test)]
mod tests;
mod transfer;
mod via_registry;
mod ways;

use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ImageId, JobId, Operator};
use crate::model::plan::{Mode, PushPlan, PushTarget};
use crate::ops::activate::{EITHER, failed};
use crate::ops::check::Checker;
use crate::ops::export::Exports;
use crate::ops::host_link::HostLink;
use crate::ops::report::{Outcome, StepError, TrackReporter};
use crate::ops::stamp::{Stamped, stamp};
use attempt::Attempt;
use compare::Need;
use context::{Arrived, Push};
pub use contract_gate::{Candidate, HeldBack, meets, stands};
use load_early::EarlyLoad;
pub use pace::Pace;
pub(in crate::ops) use pulled::Pulled;
use shipment::Shipment;
use tokio::sync::watch;
pub use via_registry::Pulls;
use ways::Lack;

/// What the hosts of one push share.
pub struct Supply {
    /// Where archives and recipes come from.
    pub exports: Exports,
    /// Whether the image is what the hosts ask for.
    pub checker: Checker,
    /// How fast they go.
    pub pace: Pace,
    /// What hosts that pull are given; none where none does.
    pub pulls: Option<Pulls>,
}

impl From<Exports> for Supply {
    /// Without a limit.
    fn from(exports: Exports) -> Self {
        Self {
            exports,
            checker: Checker::default(),
            pace: Pace::default(),
            pulls: None,
        }
    }
}

/// Pushes to one host. Every precondition of the plan is checked again before the step that relies on it.
pub async fn push_to_host(
    plan: &PushPlan,
    target: &PushTarget,
    job: &JobId,
    operator: &Operator,
    link: &HostLink,
    supply: &Supply,
    reporter: &TrackReporter,
) -> TrackResult {
    let push = Push {
        plan,
        target,
        job,
        operator,
        link,
        exports: &supply.exports,
        checker: &supply.checker,
        pace: &supply.pace,
        pulls: supply.pulls.as_ref(),
        reporter,
    };
    let ended = match &plan.via {
        Some(via) => push.pull(via).await,
        None => push.run().await,
    };
    match ended {
        Ok(note) => TrackResult::Done(note),
        Err(end) => end,
    }
}

impl Push<'_> {
    async fn run(&self) -> Result<Option<String>, TrackResult> {
        self.step(StepKind::Check, compare::check(self)).await?;
        self.send_checked().await
    }

    /// All that follows the check.
    async fn send_checked(&self) -> Result<Option<String>, TrackResult> {
        match self.step(StepKind::Compare, compare::compare(self)).await? {
            Need::Image(lack) => self.send_image(&lack).await,
            Need::Tag(id) => {
                self.skip_transfer("the host has it under another tag").await?;
                let source = id.to_string();
                let state = format!(
                    "Nothing was sent; {} is not tagged there; {}.",
                    self.plan.reference,
                    self.still()
                );
                let id = self
                    .step(StepKind::Confirm, load::give_tag(self, &id, source, state))
                    .await?;
                self.finish_without_archive(&id).await
            }
            Need::Nothing(id) => {
                self.skip_transfer("the host has it").await?;
                self.skip(StepKind::Confirm, "it was just compared").await?;
                self.finish_without_archive(&id).await
            }
        }
    }

    /// Tries the ways in which the image can go there, best first; what the host refuses, the next one does.
    async fn send_image(&self, lack: &Lack) -> Result<Option<String>, TrackResult> {
        let mut sent = 0;
        let mut refused: Option<String> = None;
        for mode in lack.modes(self.plan.options.mode) {
            if let Some(why) = refused.take() {
                self.reporter.log(format!("{why}; {mode} will do")).await;
            }
            match self.go(mode, lack, &mut sent).await? {
                Attempt::Went((id, arrived)) => {
                    let place = format!("; the archive stays at {}", arrived.file);
                    let note = self.stamp_now(&id, &place).await?;
                    self.step(StepKind::CleanUp, load::clean_up(self, &arrived))
                        .await?;
                    return Ok(Some(note));
                }
                Attempt::Refused(why) => refused = Some(format!("{mode} is not possible: {why}")),
            }
        }
        let why = refused.unwrap_or_else(|| "there is no way to send it".to_owned());
        let state = match sent {
            0 => self.nothing_sent(),
            _ => format!(
                "What was sent is removed, {} was not touched there; {}.",
                self.plan.reference,
                self.still()
            ),
        };
        let advice = format!("allow another mode with --mode best, then {}", self.again());
        let refusal = async { Err(StepError::trouble(why, state, advice)) };
        self.step(StepKind::Load, refusal).await
    }

    /// One way, from the export to the tag.
    async fn go(
        &self,
        mode: Mode,
        lack: &Lack,
        sent: &mut u64,
    ) -> Result<Attempt<(ImageId, Arrived)>, TrackResult> {
        let shipment = match self
            .step(StepKind::Export, export::export(self, mode, lack))
            .await?
        {
            Attempt::Went(shipment) => shipment,
            Attempt::Refused(why) => return Ok(Attempt::Refused(why)),
        };
        let mut early = EarlyLoad::of(self, &shipment);
        let arriving = early
            .as_ref()
            .map_or_else(watch::Sender::default, EarlyLoad::arriving);
        let sending = Box::pin(self.send_and_verify(&shipment, &arriving));
        let arrived = match &mut early {
            Some(early) => early.beside(sending).await,
            None => sending.await,
        };
        let arrived = match arrived {
            Ok(arrived) => arrived,
            Err(end) => {
                if let Some(early) = early {
                    early.abandon().await;
                }
                return Err(end);
            }
        };
        *sent += arrived.sent;
        let loading = load::load(self, &shipment, &arrived, early, sent);
        let confirmed = match self.step(StepKind::Load, loading).await? {
            Attempt::Went(()) => {
                self.step(StepKind::Confirm, load::confirm(self, mode, &arrived))
                    .await?
            }
            Attempt::Refused(why) => Attempt::Refused(why),
        };
        match confirmed {
            Attempt::Went(id) => {
                self.reporter
                    .transferred(shipment.transfer(*sent, id.clone()))
                    .await;
                Ok(Attempt::Went((id, arrived)))
            }
            Attempt::Refused(why) => {
                load::discard(self, &arrived).await;
                Ok(Attempt::Refused(why))
            }
        }
    }

    async fn send_and_verify(
        &self,
        shipment: &Shipment,
        arriving: &watch::Sender<u64>,
    ) -> Result<Arrived, TrackResult> {
        let sending = send::send(self, &shipment.parcel, arriving);
        let arrived = self.step(StepKind::Send, sending).await?;
        if arrived.is_verified {
            self.skip(StepKind::Verify, "its SHA-256 was compared before the send")
                .await?;
        } else {
            self.step(StepKind::Verify, send::verify(self, &arrived)).await?;
        }
        Ok(arrived)
    }

    async fn finish_without_archive(&self, id: &ImageId) -> Result<Option<String>, TrackResult> {
        let note = self.stamp_now(id, "").await?;
        self.skip(StepKind::CleanUp, "nothing was staged").await?;
        Ok(Some(note))
    }

    /// The stamp, unless that is for what this push is a part of.
    async fn stamp_now(&self, id: &ImageId, place: &str) -> Result<String, TrackResult> {
        if self.plan.part_of.is_some() {
            return Ok(format!("{} is there", self.plan.reference));
        }
        self.step(StepKind::Stamp, self.stamp(id, place)).await
    }

    async fn stamp(&self, id: &ImageId, place: &str) -> Result<Outcome<String>, StepError> {
        let reference = &self.plan.reference;
        let state = format!("{reference} is on the host{place}; {}.", self.still());
        let lost = format!("{reference} is on the host{place}. {EITHER}");
        let stamped = stamp(
            self.link,
            &self.target.before,
            reference,
            id,
            self.operator,
            self.job,
        )
        .await;
        match stamped.map_err(|error| failed(&error, &state, &lost, &self.again()))? {
            Stamped::Now => Ok(Outcome::done(format!("{reference} is active"))),
            Stamped::Already => {
                let note = format!("{reference} was active already");
                Ok(Outcome::skipped(note.clone(), note))
            }
        }
    }

    async fn step<T>(
        &self,
        kind: StepKind,
        work: impl Future<Output = Result<Outcome<T>, StepError>>,
    ) -> Result<T, TrackResult> {
        self.reporter.step(Step::of(kind), work).await
    }

    async fn skip(&self, kind: StepKind, why: &str) -> Result<(), TrackResult> {
        self.step(kind, async { Ok(Outcome::skipped((), why)) }).await
    }

    async fn skip_transfer(&self, why: &str) -> Result<(), TrackResult> {
        for kind in [StepKind::Export, StepKind::Send, StepKind::Verify, StepKind::Load] {
            self.skip(kind, why).await?;
        }
        Ok(())
    }
}
