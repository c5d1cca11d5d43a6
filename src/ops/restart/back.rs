//! The way back of a session: its predecessor becomes the session again, with its own layer. No container is made for it.

use super::check::policy_of;
use super::create::Made;
use super::journal::Facts;
use super::{Restart, Restarted};
use crate::model::job::{Step, StepKind, StepState, TrackResult};
use crate::model::names::ContainerId;
use crate::model::successor::{self, Needs, Order, Origin, Part};
use crate::ops::report::{Outcome, StepError};
use serde_json::Value;

/// A way back whose preconditions hold.
struct Back {
    /// The engine's whole answer about the container of now.
    old: Value,
    facts: Facts,
}

impl Restart<'_> {
    /// Brings the predecessor back. A session that runs with `--rm` gets a new container on its predecessor's image instead: what
    /// it has now could not be put back if that failed.
    pub(super) async fn go_back(&self, predecessor: &ContainerId) -> Result<Restarted, Restarted> {
        let back = self
            .reporter
            .step(Step::of(StepKind::Check), self.check_back(predecessor))
            .await?;
        let Some(back) = back else {
            return self.replace().await;
        };
        let recorded = self.reporter.step(
            Step::of(StepKind::Record),
            self.record_swap(&back.old, &back.facts),
        );
        // The host may have recorded it all the same.
        if let Err(result) = recorded.await {
            return Err(self.back_out(result).await.into());
        }
        let made = Made::already(predecessor.clone());
        let skipped = StepState::Skipped("its predecessor is there".to_owned());
        let told = self.reporter.record(&Step::of(StepKind::Create), skipped).await;
        if let Err(result) = told {
            return Err(self.back_out(result).await.into());
        }
        if self.reporter.cancel().is_cancelled() {
            let cancelled = TrackResult::Cancelled(super::UNTOUCHED.to_owned());
            return Err(self.back_out(cancelled).await.into());
        }
        self.hand_over(made.arguments()).await?;
        Box::pin(self.follow()).await
    }

    async fn check_back(&self, predecessor: &ContainerId) -> Result<Outcome<Option<Back>>, StepError> {
        let old = self.session_container().await?;
        let is_up = self.state_allows(&old)?;
        if successor::vanishes_when_stopped(&old) {
            self.reporter
                .log("it runs with --rm: it gets a new container on its predecessor's image, without that one's layer")
                .await;
            return Ok(Outcome::noted(None, "it runs with --rm"));
        }
        let policy = policy_of(&old)
            .ok_or_else(|| self.refuse("its restart policy is not understood", "restart it by hand"))?;
        let (name, container) = self.predecessor(predecessor).await?;
        let seen = self.look_at_host(&self.needs_of(&container).await?).await?;
        let loss = self
            .tell_layer(seen.layer_changes, self.fate_of_layer(false))
            .await;
        let facts = Facts {
            policy,
            is_up,
            vanishes: false,
            new_vanishes: successor::vanishes_when_stopped(&container),
            socket: seen.socket,
            returns_as: Some(name),
        };
        let back = Some(Back { old, facts });
        Ok(match loss {
            Some(loss) => Outcome::noted(back, loss),
            None => Outcome::done(back),
        })
    }

    /// The predecessor with its name; it must be as the plan has it, and stopped.
    async fn predecessor(&self, id: &ContainerId) -> Result<(String, Value), StepError> {
        let found = self.link.engine.inspect(id.as_str()).await;
        let found =
            found.map_err(|error| StepError::of_engine(&error, super::UNTOUCHED, self.again_advice()))?;
        let text = |container: &Value, pointer: &str| {
            let found = container.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let Some(container) = found else {
            return Err(self.refuse("its predecessor is gone", self.again_advice()));
        };
        if text(&container, "/Image") != self.target.onto_id.as_str() {
            return Err(self.refuse(
                "its predecessor runs another image than when this was planned",
                "look at it again, then roll back",
            ));
        }
        match text(&container, "/State/Status").as_str() {
            "exited" | "created" => {
                let name = text(&container, "/Name").trim_start_matches('/').to_owned();
                Ok((name, container))
            }
            other => Err(self.refuse(
                format!("its predecessor is {other}: somebody started it"),
                format!(
                    "stop it on {} first: `docker stop {}`",
                    self.target.host,
                    id.short()
                ),
            )),
        }
    }

    /// What the predecessor needs of its host; nothing is known of one whose image is gone, and it is started as it is.
    async fn needs_of(&self, container: &Value) -> Result<Needs, StepError> {
        let Some(image) = self.image(self.target.onto_id.as_str()).await? else {
            return Ok(Needs::default());
        };
        let named = self.named_owners(container.clone()).await?;
        let origin = Origin {
            container: &named,
            old_image: &image,
            new_image: &image,
        };
        let order = Order {
            reference: self.target.onto_id.as_str(),
            journal: &self.journal_name(),
            part: Part::Successor,
        };
        successor::build(origin, order)
            .map(|built| built.needs)
            .map_err(|error| self.refuse(error.to_string(), "restart it where it is managed"))
    }
}
