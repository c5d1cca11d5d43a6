//! What only the host itself knows: whether a restart of the session is open, and what a template asks for.

use super::Work;
use crate::model::clean::clean;
use crate::model::template::{Answers, Placeholder};
use crate::ops::ports::{Script, ScriptCall};
use crate::ops::report::StepError;
use crate::ops::restart::take_up_advice;
use std::collections::BTreeSet;

const LOOK: Script = Script {
    name: "session look",
    text: include_str!("../../../assets/host/session/look.sh"),
};

/// What a host told.
#[derive(Default)]
pub(super) struct HostLook {
    /// The paths that are not there.
    pub(super) missing: BTreeSet<String>,
    /// What it knows for placeholders.
    pub(super) answers: Answers,
}

impl Work<'_> {
    /// Makes sure that no restart of the session is open.
    pub(super) async fn no_open_restart(&self) -> Result<(), StepError> {
        self.look_at_host(&[], &[]).await.map(|_| ())
    }

    /// The same, and asks for paths and placeholders.
    pub(super) async fn look_at_host(
        &self,
        paths: &[String],
        questions: &[Placeholder],
    ) -> Result<HostLook, StepError> {
        let state = &self.link.profile().paths.state;
        let mut arguments = vec![state.clone(), self.session.to_string()];
        arguments.extend(paths.iter().flat_map(|path| ["bind".to_owned(), path.clone()]));
        for question in questions {
            let (word, about) = match question {
                Placeholder::UidOf(user) => ("uid", user.clone()),
                Placeholder::GidOf(user) => ("gid", user.clone()),
                Placeholder::HostIpv4 => ("address", "-".to_owned()),
                _ => continue,
            };
            arguments.extend([word.to_owned(), about]);
        }
        let call = ScriptCall::question(LOOK, arguments).as_root();
        let answer = self.link.shell.run(call).await;
        let answer =
            answer.map_err(|error| StepError::of_shell(&error, super::UNCHANGED, self.look_again()))?;
        let lines = answer
            .success()
            .map_err(|why| self.refuse(why, self.look_again()))?;
        let mut look = HostLook::default();
        for line in lines.lines() {
            self.hear(line, &mut look)?;
        }
        Ok(look)
    }

    fn hear(&self, line: &str, look: &mut HostLook) -> Result<(), StepError> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut number = |placeholder: fn(String) -> Placeholder| {
            if let Some((user, number)) = rest.split_once(' ') {
                look.answers.0.insert(placeholder(user.to_owned()), clean(number));
            }
        };
        match word {
            "open" => {
                let job = rest.strip_suffix(&format!("-{}", self.session)).unwrap_or(rest);
                return Err(self.refuse(
                    format!("a restart of it is not over (job {})", clean(job)),
                    take_up_advice(
                        self.link.name(),
                        &self.link.profile().paths.state,
                        &clean(rest),
                        &clean(job),
                    ),
                ));
            }
            "missing" => {
                look.missing.insert(rest.to_owned());
            }
            "uid" => number(Placeholder::UidOf),
            "gid" => number(Placeholder::GidOf),
            "nobody" => {
                return Err(self.refuse(
                    format!(
                        "there is no user {} on the host, whose number the template wants",
                        clean(rest)
                    ),
                    "make the user, or write another one into the template",
                ));
            }
            "address" if !rest.is_empty() => {
                look.answers.0.insert(Placeholder::HostIpv4, clean(rest));
            }
            "address" => {
                return Err(self.refuse(
                    "the host does not tell an address of its own, which the template wants",
                    "write the address into the template",
                ));
            }
            _ => return Err(self.refuse(format!("the host answered {word:?}"), self.look_again())),
        }
        Ok(())
    }
}
