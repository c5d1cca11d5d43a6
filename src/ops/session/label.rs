//! Gives a session a label or takes it, in the file beside the host's stamp.

use super::{UNCHANGED, Work};
use crate::model::clean::clean;
use crate::model::fleet::Privilege;
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::SessionLabel;
use crate::model::plan::RenamePlan;
use crate::ops::ports::{Script, ScriptCall};
use crate::ops::report::{Outcome, StepError};

const LABEL: Script = Script {
    name: "session label",
    text: include_str!("../../../assets/host/session/label.sh"),
};

/// The exit code of the script when the session has another label than the plan says.
const CHANGED: i32 = 4;

impl Work<'_> {
    pub(super) async fn rename(&self, plan: &RenamePlan) -> Result<Option<String>, TrackResult> {
        self.reporter
            .step(Step::of(StepKind::Check), self.check_session())
            .await?;
        let work = self.write_label(plan.before.as_ref(), plan.after.as_ref());
        self.reporter.step(Step::of(StepKind::Rename), work).await?;
        Ok(None)
    }

    async fn check_session(&self) -> Result<Outcome<()>, StepError> {
        if self.link.privilege == Privilege::None {
            return Err(self.refuse(
                "the login is not root and `sudo -n` does not work for it, so the label cannot be written",
                "let the login use `sudo -n`, or log in as root",
            ));
        }
        let found = self.link.engine.inspect(self.session.as_str()).await;
        let found = found.map_err(|error| StepError::of_engine(&error, UNCHANGED, self.look_again()))?;
        match found {
            Some(_) => Ok(Outcome::done(())),
            None => Err(self.refuse(
                format!(
                    "the session {} has no container any more: somebody removed it",
                    self.session
                ),
                "see `tagboat session list`",
            )),
        }
    }

    /// The label of a session that is removed goes with it, unless somebody gave it another one.
    pub(super) async fn take_label(&self, label: &SessionLabel) -> Result<Outcome<()>, StepError> {
        self.write_label(Some(label), None).await
    }

    async fn write_label(
        &self,
        before: Option<&SessionLabel>,
        after: Option<&SessionLabel>,
    ) -> Result<Outcome<()>, StepError> {
        let text = |label: Option<&SessionLabel>| label.map(ToString::to_string).unwrap_or_default();
        let file = self.link.profile().paths.session_labels();
        let arguments = [
            file,
            self.session.to_string(),
            text(before),
            text(after),
            self.job.to_string(),
        ];
        let call = ScriptCall::question(LABEL, arguments).as_root();
        let answer = self.link.shell.run(call).await;
        let either = "The label is either as it was or replaced, never in between.";
        let answer = answer.map_err(|error| StepError::of_shell(&error, either, self.resume()))?;
        if answer.code == CHANGED {
            let now = clean(answer.stdout.trim());
            let now = if now.is_empty() {
                "no label".to_owned()
            } else {
                format!("the label {now:?}")
            };
            return Err(StepError::trouble(
                format!("it has {now} now: somebody else changed it"),
                UNCHANGED,
                self.look_again(),
            ));
        }
        match answer.success() {
            Ok(_) => Ok(Outcome::done(())),
            Err(why) => Err(self.refuse(why, "mend that on the host, then do it again")),
        }
    }
}
