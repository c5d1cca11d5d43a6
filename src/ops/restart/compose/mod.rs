//! Restarts a session that belongs to a Compose project: its pin in the project's env file changes, and Compose replaces it.
//!
//! The console looks, tries what the change would do, and records; from there on the host goes on alone
//! (`assets/host/compose/transaction`), with the journal, the probe and the recovery of every restart. Compose removes the old
//! container before the new one starts, so what is put back is the pin and the old image, not always the old container.

mod bootstrap;
mod check;
mod look;
mod migrate;
mod mounts;
mod record;
mod scripts;

pub use bootstrap::Bootstrapping;
pub use migrate::migrate_on_host;
pub use scripts::{BOOTSTRAP, COMPOSE_TRANSACTION, MIGRATION};

use super::{Restart, Restarted, UNTOUCHED};
use crate::model::compose::ComposeService;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::PinKey;

/// What the journal of a whole project is called, before the project's name.
pub(super) const OF_PROJECT: &str = "compose-";

/// One such restart and what it works with.
struct ComposeRestart<'a> {
    restart: &'a Restart<'a>,
    service: &'a ComposeService,
    pin: &'a PinKey,
}

impl Restart<'_> {
    /// Restarts the session by its pin.
    pub(super) async fn compose(
        &self,
        service: &ComposeService,
        pin: &PinKey,
    ) -> Result<Restarted, Restarted> {
        let one = ComposeRestart {
            restart: self,
            service,
            pin,
        };
        let reporter = self.reporter;
        let ready = reporter.step(Step::of(StepKind::Check), one.check()).await?;
        let recorded = reporter
            .step(Step::of(StepKind::Record), one.record(&ready))
            .await;
        let recorded = match recorded {
            Ok(()) if reporter.cancel().is_cancelled() => Err(TrackResult::Cancelled(UNTOUCHED.to_owned())),
            other => other,
        };
        if let Err(result) = recorded {
            return Err(self.back_out(result).await.into());
        }
        self.hand_over(vec![format!("service={}", service.service)])
            .await?;
        Box::pin(self.follow()).await
    }
}
