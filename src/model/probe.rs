//! How a restart decides that the container it made is good, before it is the session for good.

use crate::model::clean::clean;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU16;
use std::time::Duration;

/// How a restart decides that a successor is good. A successor that ends, is started again or says unhealthy is never good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Kept", into = "Kept")]
pub struct ProbeRules {
    /// What it must show by itself.
    pub settled: Settled,
    /// What it must show besides, if anything.
    pub sign: Option<Sign>,
    /// How long all that may take, in whole seconds; at least as long as it has to run.
    pub deadline: Duration,
    /// How many predecessors are kept stopped.
    pub keep_predecessors: usize,
}

/// What a container shows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is up for so long without a break, in whole seconds; and healthy, if it has a health check.
    Stable(Duration),
    /// Its health check says healthy. One without a health check is refused.
    Healthy,
}

/// What a container must show besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// A command inside it succeeds.
    Command(ProbeCommand),
    /// Its log holds this text.
    LogLine(LogText),
    /// It listens on this TCP port, in its own network.
    Port(NonZeroU16),
}

/// A program and its arguments, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeCommand(Vec<String>);

/// Text that can be within one line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogText(String);

/// Why a sign cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidSign(&'static str);

/// The longest text that is looked for, in bytes.
const LONGEST_TEXT: usize = 200;

impl ProbeCommand {
    /// A command that is not empty and has no line breaks: the host reads a line for each word.
    pub fn new(words: Vec<String>) -> Result<Self, InvalidSign> {
        if words.first().is_none_or(String::is_empty) {
            return Err(InvalidSign("a probe command begins with a program"));
        }
        if words.iter().any(|word| word.contains(['\n', '\r', '\0'])) {
            return Err(InvalidSign("a probe command has no line breaks"));
        }
        Ok(Self(words))
    }

    /// Its words.
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

impl LogText {
    /// Text of one line: 1 to 200 bytes, no control characters.
    pub fn new(text: String) -> Result<Self, InvalidSign> {
        if text.trim().is_empty() || text.len() > LONGEST_TEXT {
            return Err(InvalidSign("what is looked for in the log has 1 to 200 bytes"));
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidSign("what is looked for in the log is within one line"));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ProbeRules {
    /// Stable for so long, and nothing else; the rest as in the built-in profiles.
    pub fn stable_for(stable: Duration) -> Self {
        Self {
            settled: Settled::Stable(stable),
            sign: None,
            deadline: Duration::from_mins(1),
            keep_predecessors: 1,
        }
    }

    /// What a plan says of them, such as `probe 5 s and port 8080`.
    pub fn words(&self) -> String {
        let settled = match self.settled {
            Settled::Stable(stable) => format!("probe {} s", stable.as_secs()),
            Settled::Healthy => "probe until healthy".to_owned(),
        };
        match &self.sign {
            None => settled,
            Some(Sign::Command(command)) => format!("{settled} and `{}`", clean(&command.words().join(" "))),
            Some(Sign::LogLine(text)) => format!("{settled} and {:?} in its log", text.as_str()),
            Some(Sign::Port(port)) => format!("{settled} and port {port}"),
        }
    }
}

/// The rules as a journal keeps them. The first journals had `stable` and a `command` that was empty where there was none.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// None waits for the health check.
    stable: Option<Duration>,
    deadline: Duration,
    #[serde(default)]
    command: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log_line: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<NonZeroU16>,
    keep_predecessors: usize,
}

impl From<ProbeRules> for Kept {
    fn from(rules: ProbeRules) -> Self {
        let (command, log_line, port) = match rules.sign {
            None => (Vec::new(), None, None),
            Some(Sign::Command(ProbeCommand(words))) => (words, None, None),
            Some(Sign::LogLine(LogText(text))) => (Vec::new(), Some(text), None),
            Some(Sign::Port(port)) => (Vec::new(), None, Some(port)),
        };
        Self {
            stable: match rules.settled {
                Settled::Stable(stable) => Some(stable),
                Settled::Healthy => None,
            },
            deadline: rules.deadline,
            command,
            log_line,
            port,
            keep_predecessors: rules.keep_predecessors,
        }
    }
}

impl TryFrom<Kept> for ProbeRules {
    type Error = InvalidSign;

    fn try_from(kept: Kept) -> Result<Self, InvalidSign> {
        let command = Some(kept.command).filter(|words| !words.is_empty());
        let sign = match (command, kept.log_line, kept.port) {
            (None, None, None) => None,
            (Some(words), None, None) => Some(Sign::Command(ProbeCommand::new(words)?)),
            (None, Some(text), None) => Some(Sign::LogLine(LogText::new(text)?)),
            (None, None, Some(port)) => Some(Sign::Port(port)),
            _ => return Err(InvalidSign("a probe looks for one sign")),
        };
        Ok(Self {
            settled: kept.stable.map_or(Settled::Healthy, Settled::Stable),
            sign,
            deadline: kept.deadline,
            keep_predecessors: kept.keep_predecessors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LogText, ProbeCommand, ProbeRules, Settled, Sign};
    use std::num::NonZeroU16;
    use std::time::Duration;

    fn rules() -> Vec<(ProbeRules, &'static str)> {
        let stable = ProbeRules::stable_for(Duration::from_secs(5));
        let with = |sign| ProbeRules {
            sign: Some(sign),
            ..stable.clone()
        };
        let command = ProbeCommand::new(vec!["test".to_owned(), "-e".to_owned(), "/up".to_owned()]).unwrap();
        let text = LogText::new("is \"ready\"".to_owned()).unwrap();
        vec![
            (stable.clone(), "probe 5 s"),
            (with(Sign::Command(command)), "probe 5 s and `test -e /up`"),
            (
                with(Sign::LogLine(text)),
                "probe 5 s and \"is \\\"ready\\\"\" in its log",
            ),
            (
                ProbeRules {
                    settled: Settled::Healthy,
                    ..with(Sign::Port(NonZeroU16::new(8080).unwrap()))
                },
                "probe until healthy and port 8080",
            ),
        ]
    }

    #[test]
    fn a_plan_says_in_a_few_words_how_a_successor_is_probed() {
        for (rules, words) in rules() {
            assert_eq!(rules.words(), words);
        }
    }

    #[test]
    fn a_journal_gives_back_the_rules_that_it_was_given() {
        for (rules, words) in rules() {
            let kept = serde_json::to_string(&rules).unwrap();
            assert_eq!(
                serde_json::from_str::<ProbeRules>(&kept).unwrap(),
                rules,
                "{words}: {kept}"
            );
        }
    }

    #[test]
    fn the_rules_of_the_first_journals_are_still_read_and_two_signs_are_not() {
        let first = r#"{"stable":{"secs":5,"nanos":0},"deadline":{"secs":60,"nanos":0},"command":[],"keep_predecessors":1}"#;
        let read: ProbeRules = serde_json::from_str(first).unwrap();
        assert_eq!(read, ProbeRules::stable_for(Duration::from_secs(5)));
        let two = first.replace("\"command\":[]", "\"command\":[\"true\"],\"port\":80");
        assert!(serde_json::from_str::<ProbeRules>(&two).is_err());
    }

    #[test]
    fn a_sign_that_a_host_would_misread_is_none() {
        for words in [&[][..], &["", "x"], &["sh", "-c", "a\nb"]] {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            assert!(ProbeCommand::new(words).is_err());
        }
        for text in ["", "  ", "a\nb", "a\u{1b}[31m", "x".repeat(201).as_str()] {
            assert!(LogText::new(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
