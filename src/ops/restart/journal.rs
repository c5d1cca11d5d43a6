//! The journal on the host: what is to be done and the whole old container, on its disk before anything changes.

use super::check::Ready;
use super::{Restart, probe, scripts};
use crate::model::clean::clean;
use crate::model::names::{ContainerRole, HostName};
use crate::ops::ports::{ScriptCall, ShellError};
use crate::ops::report::{Outcome, StepError};
use serde_json::Value;
use std::fmt::Display;
use std::io::Cursor;
use std::time::Duration;

/// How long the host may take to write and sync some 30 kilobytes: a busy disk syncs slowly.
const WRITE: Duration = Duration::from_mins(1);

/// The exit code of the record script when another restart of the session is not over.
const TAKEN: i32 = 4;

/// What the journal on the host tells of the session, beside its plan.
pub(super) struct Facts {
    /// Its restart policy, as `docker update --restart` takes it.
    pub(super) policy: String,
    /// Whether it runs now.
    pub(super) is_up: bool,
    /// Whether its container removes itself when it is stopped.
    pub(super) vanishes: bool,
    /// The same of the new one: a session with `--rm` may run in a container that does not, which once took its place.
    pub(super) new_vanishes: bool,
    /// The engine's socket on the host.
    pub(super) socket: String,
    /// The name that the new container gets back if it is not good: that of a predecessor, which is never removed.
    pub(super) returns_as: Option<String>,
}

impl Restart<'_> {
    /// Writes the journal and claims the session.
    pub(super) async fn record(&self, ready: &Ready) -> Result<Outcome<()>, StepError> {
        self.record_swap(&ready.old, &ready.facts()).await
    }

    /// The same, from what is known of the container of now.
    pub(super) async fn record_swap(&self, old: &Value, facts: &Facts) -> Result<Outcome<()>, StepError> {
        let probe = probe::written(&self.target.probe);
        let files = [
            ("restart.sh", scripts::TRANSACTION.to_owned()),
            ("old.json", old.to_string()),
            ("plan", self.plan_text(facts, probe.plan)?),
            ("probe-command", probe.command),
            ("probe-line", probe.line),
        ];
        self.write_journal(&files).await?;
        Ok(Outcome::done(()))
    }

    /// Has the host write the files of a journal, and claim the session for it.
    pub(super) async fn write_journal(&self, files: &[(&str, String)]) -> Result<(), StepError> {
        let mut input = Cursor::new(parcel(files));
        let arguments = [
            self.link.profile().paths.state.clone(),
            self.journal_name(),
            self.target.session.to_string(),
        ];
        let mut call = ScriptCall::question(scripts::RECORD, arguments)
            .as_root()
            .within(WRITE);
        call.input = Some(&mut input);
        super::crash_point("record");
        let answer = self.link.shell.run(call).await.map_err(|error| {
            let advice = match error {
                ShellError::NotAllowed(_) => "log in as root, or let the login use `sudo -n`".to_owned(),
                _ => self.again_advice(),
            };
            StepError::of_shell(&error, self.told.untouched, advice)
        })?;
        if answer.code == TAKEN {
            let open = answer.stdout.trim().strip_prefix("open ").unwrap_or_default();
            return Err(self.open_restart(&clean(open)));
        }
        match answer.success() {
            Ok(_) => {
                super::crash_point("recorded");
                Ok(())
            }
            Err(why) => {
                let state = &self.link.profile().paths.state;
                Err(self.refuse(
                    format!("the journal cannot be written: {why}"),
                    format!("make {state} on {} writable and give it space", self.target.host),
                ))
            }
        }
    }

    /// Another restart of this session is not over: its journal, and who began it.
    pub(super) fn open_restart(&self, told: &str) -> StepError {
        let (journal, operator) = told.trim().split_once(' ').unwrap_or((told.trim(), "somebody"));
        let job = journal
            .strip_suffix(&format!("-{}", self.target.session))
            .unwrap_or(journal);
        self.refuse(
            format!("an earlier restart of it by {operator} is not over (job {job})"),
            take_up_advice(&self.target.host, &self.link.profile().paths.state, journal, job),
        )
    }

    /// What the script does, as lines that it reads without running them.
    fn plan_text(&self, facts: &Facts, probe: [(&'static str, String); 4]) -> Result<String, StepError> {
        let flag = |set: bool| u8::from(set).to_string();
        let lines = [
            ("version", "1".to_owned()),
            ("job", self.job.to_string()),
            ("operator", self.operator.to_string()),
            ("session", self.target.session.to_string()),
            ("old", self.target.container.to_string()),
            ("old_image", self.target.from_id.to_string()),
            ("new_image", self.target.onto_id.to_string()),
            ("reference", self.target.onto.to_string()),
            ("policy", facts.policy.clone()),
            ("up", flag(facts.is_up)),
            ("vanishes", flag(facts.vanishes)),
            ("new_vanishes", flag(facts.new_vanishes)),
            ("keep", self.target.probe.keep_predecessors.to_string()),
            ("pin", self.pin()?.to_string()),
            ("socket", facts.socket.clone()),
            ("name_old", self.container_name(&ContainerRole::Predecessor)),
            ("name_failed", self.container_name(&ContainerRole::Failed)),
            ("name_back", facts.returns_as.clone().unwrap_or_default()),
        ];
        self.plan_lines(lines.into_iter().chain(probe))
    }

    /// `KEY=VALUE` in lines.
    pub(super) fn plan_lines(
        &self,
        lines: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<String, StepError> {
        let mut text = String::new();
        for (key, value) in lines {
            if value.contains(['\n', '\r']) {
                return Err(self.refuse(format!("{key} holds a line break"), "mend it in the config"));
            }
            text.push_str(key);
            text.push('=');
            text.push_str(&value);
            text.push('\n');
        }
        Ok(text)
    }
}

/// How a restart is taken up that somebody began: where its job is known, or by its host alone, whoever asks it.
pub(in crate::ops) fn take_up_advice(
    host: &HostName,
    state: &impl Display,
    journal: &str,
    job: &str,
) -> String {
    let directory = format!("{state}/restarts/{journal}");
    format!(
        "`tagboat job resume {job}` where it began, or as root on {host}: `sh {directory}/restart.sh launch {directory} recover`"
    )
}

/// Files as the record script reads them: a line with the name and the number of lines, then these; and an end.
fn parcel(files: &[(&str, String)]) -> Vec<u8> {
    let file = |(name, text): &(&str, String)| {
        let lines: String = text.lines().flat_map(|line| [line, "\n"]).collect();
        format!("{name} {}\n{lines}", text.lines().count())
    };
    let end = std::iter::once("end 0\n".to_owned());
    files.iter().map(file).chain(end).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{parcel, take_up_advice};
    use crate::model::names::HostName;

    #[test]
    fn a_restart_that_is_not_over_can_be_taken_up_by_its_host_where_its_job_is_not_known() {
        let host = HostName::parse("alpha").unwrap();
        insta::assert_snapshot!(
            take_up_advice(&host, &"/var/lib/tagboat", "20261121-101500-k3f7-web", "20261121-101500-k3f7"),
            @"`tagboat job resume 20261121-101500-k3f7` where it began, or as root on alpha: `sh /var/lib/tagboat/restarts/20261121-101500-k3f7-web/restart.sh launch /var/lib/tagboat/restarts/20261121-101500-k3f7-web recover`"
        );
    }

    #[test]
    fn a_parcel_tells_where_each_file_ends() {
        let files = [
            ("a", "1\n\n3\n".to_owned()),
            ("empty", String::new()),
            ("b", "x".to_owned()),
        ];
        assert_eq!(
            String::from_utf8(parcel(&files)).unwrap(),
            "a 3\n1\n\n3\nempty 0\nb 1\nx\nend 0\n"
        );
    }
}
