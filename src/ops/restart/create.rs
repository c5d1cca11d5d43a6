//! The new containers, made beside the old one: mistakes in their settings show while the session still runs.

use super::Restart;
use super::check::Ready;
use crate::model::names::{ContainerId, ContainerRole, ImageId};
use crate::model::successor::Successor;
use crate::ops::ports::EngineError;
use crate::ops::report::{Outcome, StepError};
use serde_json::Value;

/// What was made.
pub(super) struct Made {
    new: ContainerId,
    /// For a session that runs with `--rm`: the stand-in and the keeper.
    spares: Option<(ContainerId, ContainerId)>,
}

impl Made {
    /// What is there and need not be made.
    pub(super) fn already(container: ContainerId) -> Self {
        Self {
            new: container,
            spares: None,
        }
    }

    /// The containers as the host's script takes them.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut all = vec![format!("new={}", self.new)];
        if let Some((stand_in, keeper)) = &self.spares {
            all.extend([format!("stand_in={stand_in}"), format!("keeper={keeper}")]);
        }
        all
    }
}

impl Restart<'_> {
    pub(super) async fn create(&self, ready: &Ready) -> Result<Outcome<Made>, StepError> {
        super::crash_point("create");
        let pin = self.pin()?;
        let tagged = self.link.engine.tag(self.target.onto_id.as_str(), &pin).await;
        tagged.map_err(|error| self.not_made("the image cannot be held", &error))?;
        super::crash_point("pinned");
        for note in &ready.successor.notes {
            self.reporter.log(note).await;
        }
        let new = self.make(&ready.successor, &ContainerRole::Successor).await?;
        super::crash_point("successor");
        let onto = self.target.onto.to_string();
        self.is_on_the_image(&new, &onto, &self.target.onto_id).await?;
        let spares = match &ready.spares {
            Some(spares) => {
                let stand_in = self.make(&spares.stand_in, &ContainerRole::StandIn).await?;
                // It becomes the predecessor that is kept: it has that name from the start.
                let keeper = self.make(&spares.keeper, &ContainerRole::Predecessor).await?;
                for spare in [&stand_in, &keeper] {
                    self.is_on_the_image(spare, &self.target.from, &self.target.from_id)
                        .await?;
                }
                Some((stand_in, keeper))
            }
            None => None,
        };
        let note = format!("{} on {}", new.short(), self.target.onto);
        Ok(Outcome::noted(Made { new, spares }, note))
    }

    async fn make(
        &self,
        successor: &Successor,
        role: &(dyn Fn(crate::model::names::JobId) -> ContainerRole + Sync),
    ) -> Result<ContainerId, StepError> {
        let engine = &self.link.engine;
        let name = self.container_name(role);
        let created = engine.create(&name, &successor.body).await;
        let created = created.map_err(|error| self.not_made("the container cannot be created", &error))?;
        for warning in &created.warnings {
            self.reporter.log(warning).await;
        }
        for network in &successor.further_networks {
            let connected = engine
                .connect(&network.name, &created.id, &network.endpoint)
                .await;
            connected.map_err(|error| {
                self.not_made(
                    &format!("it cannot be connected to the network {}", network.name),
                    &error,
                )
            })?;
        }
        Ok(created.id)
    }

    /// The tag may have been moved between the check and the create.
    async fn is_on_the_image(
        &self,
        new: &ContainerId,
        reference: &str,
        wanted: &ImageId,
    ) -> Result<(), StepError> {
        let told = self.link.engine.inspect(new.as_str()).await;
        let told = told.map_err(|error| self.not_made("the new container cannot be looked at", &error))?;
        let image = told
            .as_ref()
            .and_then(|container| container.get("Image"))
            .and_then(Value::as_str);
        if image == Some(wanted.as_str()) {
            return Ok(());
        }
        Err(self.refuse(
            format!("{reference} was moved to another image meanwhile"),
            "look at it again, then restart the session",
        ))
    }

    fn not_made(&self, what: &str, error: &EngineError) -> StepError {
        let advice = match error {
            EngineError::Answered { .. } | EngineError::Conflict(_) => {
                "mend what the engine says, then restart the session again".to_owned()
            }
            _ => self.again_advice(),
        };
        match StepError::of_engine(error, super::UNTOUCHED, advice) {
            StepError::Trouble(mut trouble) => {
                trouble.cause = format!("{what}: {}", trouble.cause);
                StepError::Trouble(trouble)
            }
            other @ StepError::Cancelled(_) => other,
        }
    }
}
