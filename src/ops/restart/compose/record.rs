//! The journal of a restart by Compose: what the script for every restart needs, and the project with its env file, byte for byte.

use super::check::Ready;
use super::{COMPOSE_TRANSACTION, ComposeRestart};
use crate::ops::report::{Outcome, StepError};
use crate::ops::restart::probe;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

impl ComposeRestart<'_> {
    /// Writes the journal and claims the session.
    pub(super) async fn record(&self, ready: &Ready) -> Result<Outcome<()>, StepError> {
        let lines = |paths: &[crate::model::names::ProjectPath]| {
            let lines: Vec<&str> = paths
                .iter()
                .map(crate::model::names::ProjectPath::as_str)
                .collect();
            lines.join("\n")
        };
        let probe = probe::written(&self.restart.target.probe);
        let files = [
            ("restart.sh", COMPOSE_TRANSACTION.to_owned()),
            ("old.json", ready.old.to_string()),
            ("plan", self.plan_text(ready, probe.plan)?),
            ("probe-command", probe.command),
            ("probe-line", probe.line),
            ("config-files", lines(&self.service.config_files)),
            ("env-files", lines(&self.service.env_files)),
            ("volumes", ready.volumes.join("\n")),
            ("env.old", BASE64_STANDARD.encode(&ready.env_before)),
            ("env.new", BASE64_STANDARD.encode(&ready.env_after)),
        ];
        self.restart.write_journal(&files).await?;
        Ok(Outcome::done(()))
    }

    /// What the script does, as lines that it reads without running them.
    fn plan_text(&self, ready: &Ready, probe: [(&'static str, String); 4]) -> Result<String, StepError> {
        let target = self.restart.target;
        let (user, home) = &ready.account;
        let pin = self.restart.pin()?;
        let lines = [
            ("version", "1".to_owned()),
            ("job", self.restart.job.to_string()),
            ("operator", self.restart.operator.to_string()),
            ("session", target.session.to_string()),
            ("old", target.container.to_string()),
            ("old_image", target.from_id.to_string()),
            ("new_image", target.onto_id.to_string()),
            ("from", target.from.clone()),
            ("reference", target.onto.to_string()),
            ("up", u8::from(ready.is_up).to_string()),
            ("keep", target.probe.keep_predecessors.to_string()),
            ("pin", pin.to_string()),
            ("pin_old", format!("{pin}-old")),
            ("socket", ready.socket.clone()),
            ("kind", ready.kind.word().to_owned()),
            ("project", self.service.project.to_string()),
            ("service", self.service.service.to_string()),
            ("working_dir", self.service.working_dir.to_string()),
            ("user", user.clone()),
            ("home", home.clone()),
            ("env_file", ready.env_file.to_string()),
            ("key", self.pin.to_string()),
        ];
        self.restart.plan_lines(lines.into_iter().chain(probe))
    }
}
