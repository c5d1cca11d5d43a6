//! The journal of a migration: what the script for it needs, and the files of the project, byte for byte.

use super::{Migrating, Ready};
use crate::model::plan::way_back_pin;
use crate::ops::report::{Outcome, StepError};
use crate::ops::restart::compose::scripts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

impl Migrating<'_> {
    /// Writes the journal and claims the project.
    pub(super) async fn record(&self, ready: &Ready) -> Result<Outcome<()>, StepError> {
        let encoded = |text: &str| BASE64_STANDARD.encode(text);
        let file = ready
            .files
            .files
            .first()
            .map(|file| file.text.as_str())
            .unwrap_or_default();
        let mut files = vec![
            ("restart.sh", scripts::MIGRATION.to_owned()),
            ("plan", self.plan_text(ready)?),
            ("services", self.services(ready)),
            ("copies", self.copies()),
            ("images", self.images()?),
            ("config-files", self.migration.file.to_string()),
            ("env-files", String::new()),
            ("file.old", encoded(file)),
            ("file.new", encoded(&ready.after)),
            ("file.back", encoded(&ready.back)),
            ("env.new", encoded(&ready.env_after)),
        ];
        if let Some(env) = &ready.files.env {
            files.push(("env.old", encoded(env)));
        }
        self.restart.write_journal(&files).await?;
        Ok(Outcome::done(()))
    }

    fn plan_text(&self, ready: &Ready) -> Result<String, StepError> {
        let (target, migration) = (self.restart.target, self.migration);
        let (user, home) = &ready.account;
        let lines = [
            ("version", "1".to_owned()),
            ("job", self.restart.job.to_string()),
            ("operator", self.restart.operator.to_string()),
            ("session", target.session.to_string()),
            ("old_image", target.from_id.to_string()),
            ("new_image", migration.onto_id.to_string()),
            ("reference", migration.onto.to_string()),
            ("stable", self.plan.stable.as_secs().to_string()),
            ("deadline", self.plan.deadline.as_secs().to_string()),
            ("socket", self.restart.link.engine_socket()),
            ("kind", ready.kind.clone()),
            ("project", migration.project.to_string()),
            ("working_dir", migration.folder.to_string()),
            ("user", user.clone()),
            ("home", home.clone()),
            ("file", migration.file.to_string()),
            ("env_file", migration.env_file.to_string()),
        ];
        self.restart.plan_lines(lines)
    }

    fn services(&self, ready: &Ready) -> String {
        let each = self.migration.services.iter().zip(&ready.built_as);
        let lines: Vec<String> = each
            .map(|(one, built_as)| {
                let id = one.container.as_ref().map_or("-", |id| id.as_str());
                let image = one.from_id.as_ref().map_or("-", |id| id.as_str());
                let state = if one.is_up { "up" } else { "down" };
                format!("{} {state} {id} {} {image} {built_as}", one.service, one.name)
            })
            .collect();
        lines.join("\n")
    }

    fn copies(&self) -> String {
        let mut lines = Vec::new();
        for service in &self.migration.services {
            let id = service.container.as_ref().map_or("-", |id| id.as_str());
            for volume in &service.anonymous {
                if let Some(name) = &volume.copied_into {
                    let called = format!("{}_{name}", self.migration.project);
                    lines.push(format!(
                        "{} {id} {name} {called} {}",
                        service.service, volume.path
                    ));
                }
            }
        }
        lines.join("\n")
    }

    fn images(&self) -> Result<String, StepError> {
        let mut lines = Vec::new();
        for (id, way) in self.migration.ways_back() {
            let pin = way_back_pin(&id).map_err(|invalid| self.refuse(invalid.to_string()))?;
            lines.push(format!("{id} {way} {pin}"));
        }
        Ok(lines.join("\n"))
    }
}
