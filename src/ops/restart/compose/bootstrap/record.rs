//! The journal of a bootstrap: what the script for it needs, and the files of the project, byte for byte.

use super::{Bootstrapping, Ready};
use crate::model::compose::check::ImageFacts;
use crate::model::names::{InvalidName, ProjectPath, ServiceName};
use crate::model::plan::BootstrapImage;
use crate::ops::report::{Outcome, StepError};
use crate::ops::restart::Restart;
use crate::ops::restart::compose::scripts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

impl Bootstrapping<'_> {
    /// Looks once more, writes the journal and claims the project.
    pub(super) async fn record(&self, restart: &Restart<'_>) -> Result<Outcome<()>, StepError> {
        let ready = self.look().await?;
        let image = self.image_facts().await?;
        if let Some(path) = self.bootstrap().unmounted(&image.volumes) {
            return Err(self.restart().refuse(
                format!(
                    "{} declares a volume at {path}, where not every service has a mount: what is written there would be lost \
                     with its container",
                    self.bootstrap().pinned.reference
                ),
                format!("add {path} to `volumes` of the project in the config, then {}", self.again()),
            ));
        }
        let one = self.bootstrap();
        let encoded = |text: &str| BASE64_STANDARD.encode(text);
        let services: Vec<&str> = one.services.iter().map(ServiceName::as_str).collect();
        let folders: Vec<&str> = one.folders.iter().map(ProjectPath::as_str).collect();
        let file = one.file().map_err(|invalid| self.refuse(invalid.to_string()))?;
        let mut files = vec![
            ("restart.sh", scripts::BOOTSTRAP.to_owned()),
            ("plan", self.plan_text(restart, &ready, &image.id)?),
            ("services", services.join("\n")),
            ("volumes", ready.seen.volumes.join("\n")),
            ("folders", folders.join("\n")),
            ("config-files", file.to_string()),
            ("env-files", String::new()),
            ("file.new", encoded(&one.text)),
            ("env.new", encoded(&ready.env_after)),
        ];
        if let Some(file) = &ready.seen.file {
            files.push(("file.old", encoded(file)));
        }
        if let Some(env) = &ready.seen.env {
            files.push(("env.old", encoded(env)));
        }
        restart.write_journal(&files).await?;
        Ok(Outcome::done(()))
    }

    /// What the host's engine knows of the image of the pin.
    async fn image_facts(&self) -> Result<ImageFacts, StepError> {
        let pinned = self.bootstrap().pinned.to_string();
        let image = self.link.engine.image(&pinned).await;
        let image = image
            .map_err(|error| StepError::of_engine(&error, self.restart().told.untouched, self.again()))?
            .ok_or_else(|| self.refuse(format!("{pinned} is not on the host")))?;
        if let BootstrapImage::There { id, .. } = &self.plan.image
            && *id != image.id
        {
            return Err(self.refuse(format!("{pinned} is not the image of the plan any more")));
        }
        Ok(ImageFacts {
            id: image.id.to_string(),
            ..ImageFacts::of(&image.raw)
        })
    }

    fn plan_text(&self, restart: &Restart<'_>, ready: &Ready, image: &str) -> Result<String, StepError> {
        let one = self.bootstrap();
        let (user, home) = &ready.seen.account;
        let kind = ready.seen.compose.as_ref().map(|(kind, _)| kind.clone());
        let wrong = |invalid: InvalidName| self.refuse(invalid.to_string());
        let lines = [
            ("version", "1".to_owned()),
            ("job", self.job.to_string()),
            ("operator", self.operator.to_string()),
            ("session", self.target.session.to_string()),
            ("new_image", image.to_owned()),
            ("reference", one.pinned.to_string()),
            ("stable", self.plan.stable.as_secs().to_string()),
            ("deadline", self.plan.deadline.as_secs().to_string()),
            ("socket", self.link.engine_socket()),
            ("kind", kind.unwrap_or_default()),
            ("project", one.project.to_string()),
            ("working_dir", one.folder.to_string()),
            ("user", user.clone()),
            ("home", home.clone()),
            ("file", one.file().map_err(wrong)?.to_string()),
            ("env_file", one.env_file().map_err(wrong)?.to_string()),
        ];
        restart.plan_lines(lines)
    }
}
