//! `probe` of a profile or a host: when a restart takes a successor for good.

use super::duration_text::DurationText;
use super::error::Fault;
use crate::model::probe::{LogText, ProbeCommand, ProbeRules, Settled, Sign};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU16;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;

/// What a successor waits for after its health check was asked for and is not any more.
const STABLE: Duration = Duration::from_secs(5);

/// The table; what it does not say comes from what it is laid on.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProbeTable {
    /// Up for so long without a break, and healthy if there is a health check.
    #[serde(skip_serializing_if = "Option::is_none")]
    stable: Option<Spanned<DurationText>>,
    /// As soon as the health check says healthy, and never without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check: Option<Spanned<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<Spanned<DurationText>>,
    /// Of this and the next two one at most; an empty command is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Spanned<Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_line: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<Spanned<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_predecessors: Option<usize>,
}

impl ProbeTable {
    /// The rules with what the table says instead.
    pub(super) fn on(&self, base: &ProbeRules) -> Result<ProbeRules, Fault> {
        if let (Some(stable), Some(deadline)) = (&self.stable, &self.deadline)
            && stable.get_ref().0 > deadline.get_ref().0
        {
            return Err(Fault::at(
                deadline.span(),
                "the deadline is before the end of `stable`",
                "give it more time than `stable` takes",
            ));
        }
        let settled = self.settled(base.settled)?;
        let deadline = self
            .deadline
            .as_ref()
            .map_or(base.deadline, |set| set.get_ref().0);
        Ok(ProbeRules {
            settled,
            sign: self.sign(base.sign.as_ref())?,
            // One that `stable` has outgrown is as long as that.
            deadline: match settled {
                Settled::Stable(stable) => deadline.max(stable),
                Settled::Healthy => deadline,
            },
            keep_predecessors: self.keep_predecessors.unwrap_or(base.keep_predecessors),
        })
    }

    fn settled(&self, base: Settled) -> Result<Settled, Fault> {
        let health_check = self.health_check.as_ref();
        match (&self.stable, health_check.filter(|asked| *asked.get_ref())) {
            (Some(_), Some(asked)) => Err(Fault::at(
                asked.span(),
                "a restart waits for `stable` or for the health check, not for both",
                "remove one of them; with `stable` a health check must say healthy too, where there is one",
            )),
            (Some(stable), None) => Ok(Settled::Stable(stable.get_ref().0)),
            (None, Some(_)) => Ok(Settled::Healthy),
            (None, None) if health_check.is_some() && base == Settled::Healthy => Ok(Settled::Stable(STABLE)),
            (None, None) => Ok(base),
        }
    }

    fn sign(&self, base: Option<&Sign>) -> Result<Option<Sign>, Fault> {
        let places = [
            self.command.as_ref().map(Spanned::span),
            self.log_line.as_ref().map(Spanned::span),
            self.port.as_ref().map(Spanned::span),
        ];
        let mut places: Vec<Range<usize>> = places.into_iter().flatten().collect();
        places.sort_by_key(|place| place.start);
        if let [_, second, ..] = places.as_slice() {
            return Err(Fault::at(
                second.clone(),
                "a restart looks for a command, a log line or a port, not for two of them",
                "leave one; a command can look for more than one thing",
            ));
        }
        if let Some(words) = &self.command {
            if words.get_ref().is_empty() {
                return Ok(None);
            }
            let command = ProbeCommand::new(words.get_ref().clone());
            let command = command.map_err(|invalid| {
                let advice = "write a program and its arguments, such as [\"test\", \"-e\", \"/run/ready\"]";
                Fault::at(words.span(), invalid.to_string(), advice)
            })?;
            return Ok(Some(Sign::Command(command)));
        }
        if let Some(text) = &self.log_line {
            let found = LogText::new(text.get_ref().clone());
            let found = found.map_err(|invalid| {
                Fault::at(
                    text.span(),
                    invalid.to_string(),
                    "write a part of one line, as it is in the log",
                )
            })?;
            return Ok(Some(Sign::LogLine(found)));
        }
        if let Some(port) = &self.port {
            let number = u16::try_from(*port.get_ref()).ok().and_then(NonZeroU16::new);
            let number = number.ok_or_else(|| {
                Fault::at(
                    port.span(),
                    format!("{} is no TCP port", port.get_ref()),
                    "write a number from 1 to 65535",
                )
            })?;
            return Ok(Some(Sign::Port(number)));
        }
        Ok(base.cloned())
    }

    /// The table that says all of these rules.
    pub(super) fn of(rules: &ProbeRules) -> Self {
        let (stable, health_check) = match rules.settled {
            Settled::Stable(stable) => (Some(spanned(DurationText(stable))), None),
            Settled::Healthy => (None, Some(spanned(true))),
        };
        let (command, log_line, port) = match &rules.sign {
            None => (Some(Vec::new()), None, None),
            Some(Sign::Command(command)) => (Some(command.words().to_vec()), None, None),
            Some(Sign::LogLine(text)) => (None, Some(text.as_str().to_owned()), None),
            Some(Sign::Port(port)) => (None, None, Some(i64::from(port.get()))),
        };
        Self {
            stable,
            health_check,
            deadline: Some(spanned(DurationText(rules.deadline))),
            command: command.map(spanned),
            log_line: log_line.map(spanned),
            port: port.map(spanned),
            keep_predecessors: Some(rules.keep_predecessors),
        }
    }
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}
