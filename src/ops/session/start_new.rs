//! Makes the container of a new session from a template, on an image that the host has. Nothing is ever pulled.

use super::{UNCHANGED, Work};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ContainerId, ImageRef};
use crate::model::plan::{NewSession, PIN_IMAGE};
use crate::model::template::{IfMissing, START_LABEL};
use crate::ops::ports::{EngineError, Removal, Script, ScriptCall};
use crate::ops::report::{Outcome, StepError};
use serde_json::Value;
use std::collections::BTreeSet;

const MAKE: Script = Script {
    name: "session make",
    text: include_str!("../../../assets/host/session/make.sh"),
};

const UNMAKE: Script = Script {
    name: "session unmake",
    text: include_str!("../../../assets/host/session/unmake.sh"),
};

/// What is created, once the host was asked.
enum Ready {
    /// An earlier run of this job made it.
    Made(ContainerId),
    /// It is to be made, with these directories for it.
    ToMake { body: Value, directories: Vec<String> },
}

impl Work<'_> {
    pub(super) async fn make(&self, new: &NewSession) -> Result<ContainerId, TrackResult> {
        let ready = self
            .reporter
            .step(Step::of(StepKind::Check), self.check_new(new))
            .await?;
        self.reporter
            .step(Step::of(StepKind::Create), self.create(new, ready))
            .await
    }

    async fn check_new(&self, new: &NewSession) -> Result<Outcome<Ready>, StepError> {
        if let Some(made) = self.name_is_free().await? {
            self.no_open_restart().await?;
            return Ok(Outcome::noted(Ready::Made(made), "this job has made it already"));
        }
        self.image_is_the_same(new).await?;
        let shape = new.filled();
        let unfit = |why: String| {
            self.refuse(
                format!("the template {} does not fit: {why}", new.template.name),
                "mend it in the config, or set another value with --set",
            )
        };
        if let Some(network) = shape.network().map_err(|error| unfit(error.to_string()))? {
            let is_there = self.link.engine.has_network(&network).await;
            let is_there =
                is_there.map_err(|error| StepError::of_engine(&error, UNCHANGED, self.look_again()))?;
            if !is_there {
                return Err(self.refuse(
                    format!("there is no network {network} on the host"),
                    format!(
                        "`docker network create {network}` on {}, or mend the template",
                        self.host
                    ),
                ));
            }
        }
        let paths = shape.paths().map_err(|error| unfit(error.to_string()))?;
        let sources: Vec<String> = paths.iter().map(|(path, _)| path.clone()).collect();
        let look = self.look_at_host(&sources, &new.template.questions()).await?;
        let missing = |wanted: IfMissing| {
            let found = paths.iter().filter(move |(_, if_missing)| *if_missing == wanted);
            found
                .map(|(path, _)| path)
                .filter(|path| look.missing.contains(*path))
        };
        if let Some(path) = missing(IfMissing::Refuse).next() {
            return Err(self.missing_source(path));
        }
        let absent: BTreeSet<String> = missing(IfMissing::LeaveOut).cloned().collect();
        for path in &absent {
            self.reporter
                .log(format!("{path} is not on the host, and is not mounted"))
                .await;
        }
        let directories = missing(IfMissing::Make).cloned().collect();
        let body = shape.body(&new.onto.to_string(), self.job.as_str(), &look.answers, &absent);
        let body = body.map_err(|error| unfit(error.to_string()))?;
        Ok(Outcome::done(Ready::ToMake { body, directories }))
    }

    /// The container that has the name already, if an earlier run of this job made it.
    async fn name_is_free(&self) -> Result<Option<ContainerId>, StepError> {
        let found = self.link.engine.inspect(self.session.as_str()).await;
        let found = found.map_err(|error| StepError::of_engine(&error, UNCHANGED, self.look_again()))?;
        let Some(container) = found else {
            return Ok(None);
        };
        let label = container
            .pointer("/Config/Labels")
            .and_then(|labels| labels.get(START_LABEL));
        let is_ours = self.is_resumed && label.and_then(Value::as_str) == Some(self.job.as_str());
        let id = container
            .get("Id")
            .and_then(Value::as_str)
            .and_then(|id| ContainerId::parse(id).ok());
        match id {
            Some(id) if is_ours => Ok(Some(id)),
            _ => Err(self.refuse(
                format!(
                    "there is a container {} now that this job has not made",
                    self.session
                ),
                "choose another name, or --new for one that nobody has",
            )),
        }
    }

    async fn image_is_the_same(&self, new: &NewSession) -> Result<(), StepError> {
        let onto = &new.onto;
        let found = self.link.engine.image(&onto.to_string()).await;
        let found = found.map_err(|error| StepError::of_engine(&error, UNCHANGED, self.look_again()))?;
        match found {
            None => Err(self.refuse(
                format!("{onto} is not on the host any more, and a start never pulls"),
                format!("tagboat push {onto} --host {}", self.host),
            )),
            Some(image) if image.id != new.onto_id => Err(self.refuse(
                format!("{onto} names another image than when this was planned"),
                self.look_again(),
            )),
            Some(_) => Ok(()),
        }
    }

    async fn create(&self, new: &NewSession, ready: Ready) -> Result<Outcome<ContainerId>, StepError> {
        // A prune that races a create leaves a container whose image is gone (reliability.md): the image is held meanwhile.
        let pin = ImageRef::parse(&format!("{PIN_IMAGE}:{}-start", self.job));
        let pin = pin.map_err(|error| self.refuse(error.to_string(), self.look_again()))?;
        let (body, directories) = match ready {
            Ready::ToMake { body, directories } => (body, directories),
            Ready::Made(id) => {
                self.drop_pin(&pin).await;
                return Ok(Outcome::skipped(id, "this job has made it already"));
            }
        };
        let held = self.link.engine.tag(new.onto_id.as_str(), &pin).await;
        held.map_err(|error| StepError::of_engine(&error, UNCHANGED, self.look_again()))?;
        let made = self.make_directories(&directories).await;
        let created = match &made {
            Ok(()) => self.create_container(new, &body).await,
            Err(error) => Err(error.clone()),
        };
        self.drop_pin(&pin).await;
        match created {
            Ok(id) => {
                let note = format!("{} on {}", id.short(), new.onto);
                Ok(Outcome::noted(id, note))
            }
            Err(error) => {
                self.unmake(&directories).await;
                Err(error)
            }
        }
    }

    async fn create_container(&self, new: &NewSession, body: &Value) -> Result<ContainerId, StepError> {
        let created = self.link.engine.create(self.session.as_str(), body).await;
        let created = created.map_err(|error| {
            let advice = match error {
                EngineError::Unreachable(_) | EngineError::Deadline(_) => self.resume(),
                _ => "mend what the engine says in the template, then start it again".to_owned(),
            };
            StepError::of_engine(&error, "No session was made, as far as is known.", advice)
        })?;
        for warning in &created.warnings {
            self.reporter.log(warning).await;
        }
        // The tag may have been moved between the check and the create.
        let told = self.container(&created.id).await?;
        let image = told
            .as_ref()
            .and_then(|container| container.get("Image"))
            .and_then(Value::as_str);
        if image == Some(new.onto_id.as_str()) {
            return Ok(created.id);
        }
        let removed = self.link.engine.remove(&created.id).await;
        let state = match removed {
            Ok(Removal::Removed | Removal::WasGone) => UNCHANGED.to_owned(),
            Ok(Removal::InUse(why)) => format!("The container that was made is still there: {why}."),
            Err(error) => format!("The container that was made is still there: {error}."),
        };
        let cause = format!("{} was moved to another image meanwhile", new.onto);
        Err(StepError::trouble(cause, state, self.look_again()))
    }

    async fn make_directories(&self, directories: &[String]) -> Result<(), StepError> {
        if directories.is_empty() {
            return Ok(());
        }
        let call = ScriptCall::question(MAKE, directories.iter().cloned()).as_root();
        let answer = self.link.shell.run(call).await;
        let answer = answer.map_err(|error| StepError::of_shell(&error, UNCHANGED, self.look_again()))?;
        let told = answer
            .success()
            .map_err(|why| self.refuse(why, "mend that on the host, then start it again"))?;
        for line in told.lines() {
            self.reporter.log(line).await;
        }
        Ok(())
    }

    async fn unmake(&self, directories: &[String]) {
        if directories.is_empty() {
            return;
        }
        let call = ScriptCall::question(UNMAKE, directories.iter().cloned()).as_root();
        if let Err(error) = self.link.shell.run(call).await {
            self.reporter
                .log(format!(
                    "a directory that was made for it may still be there, empty: {error}"
                ))
                .await;
        }
    }

    async fn drop_pin(&self, pin: &ImageRef) {
        match self.link.engine.remove_image(&pin.to_string()).await {
            Ok(Removal::Removed | Removal::WasGone) => {}
            Ok(Removal::InUse(why)) => self.reporter.log(format!("the pin tag {pin} stays: {why}")).await,
            Err(error) => {
                self.reporter
                    .log(format!("the pin tag {pin} stays: {error}"))
                    .await;
            }
        }
    }
}
