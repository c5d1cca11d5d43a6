//! What a builder tells while it builds, the same from every builder; and what is kept of it for the day on which it fails.

use crate::model::clean::clean;
use std::collections::VecDeque;

/// Which step of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepNumber {
    /// The stage that it is in, where there are several.
    pub(super) stage: Option<String>,
    /// Its number.
    pub(super) number: u32,
    /// Of how many.
    pub(super) of: u32,
}

impl std::fmt::Display for StepNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stage = self
            .stage
            .as_ref()
            .map(|stage| format!("{stage} "))
            .unwrap_or_default();
        write!(f, "[{stage}{}/{}]", self.number, self.of)
    }
}

/// One thing that a builder tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    /// A step begins.
    Begun(StepNumber, String),
    /// A step is taken from an earlier build.
    Cached(StepNumber),
    /// A line that a step, or the builder itself, wrote.
    Line(Option<StepNumber>, String),
    /// A step failed.
    Failed(Option<StepNumber>, String),
    /// The line of the Dockerfile at which it failed.
    AtLine(usize),
}

/// Lines that are told with a failed build.
const LAST_LINES: usize = 20;

/// Lines that are kept of one build; what a build writes beyond that only its end is told of.
const MOST_LINES: usize = 10_000;

/// What a build has told so far.
#[derive(Debug, Default)]
pub(super) struct Account {
    step: Option<(StepNumber, String)>,
    failed: Option<(Option<StepNumber>, String)>,
    line: Option<usize>,
    last: VecDeque<String>,
    told: usize,
}

/// What is to be said of a piece of news.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// A line for the operator.
    pub(super) line: Option<String>,
    /// The steps that are over, of how many.
    pub(super) steps: Option<(u32, u32)>,
}

impl Account {
    /// Takes one piece of news; what is to be said of it.
    pub(super) fn hear(&mut self, news: News) -> Said {
        match news {
            News::Begun(number, words) => {
                // An instruction over many lines is one line here, and its beginning tells which one it is.
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                let said = Said {
                    line: Some(clean(&format!("{number} {}", short(&words)))),
                    steps: Some((number.number.saturating_sub(1), number.of)),
                };
                self.step = Some((number, words));
                said
            }
            News::Cached(number) => Said {
                line: Some(format!("{number} unchanged: taken from an earlier build")),
                steps: Some((number.number, number.of)),
            },
            News::Line(number, text) => self.line(number.as_ref(), &text),
            News::Failed(number, why) => {
                self.failed.get_or_insert((number, why));
                Said::default()
            }
            News::AtLine(line) => {
                self.line.get_or_insert(line);
                Said::default()
            }
        }
    }

    fn line(&mut self, number: Option<&StepNumber>, text: &str) -> Said {
        let text = clean(text.trim_end());
        if text.is_empty() {
            return Said::default();
        }
        let line = match number {
            Some(number) => format!("{number} {text}"),
            None => text,
        };
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.clone());
        self.told += 1;
        let line = match self.told {
            told if told < MOST_LINES => Some(line),
            MOST_LINES => Some(
                "it writes more than is kept: from here on only its steps are told, and its end".to_owned(),
            ),
            _ => None,
        };
        Said { line, steps: None }
    }

    /// Its last lines, where they were not told when they came.
    pub(super) fn untold(&self) -> Vec<String> {
        let is_cut = self.told >= MOST_LINES;
        self.last.iter().filter(|_| is_cut).cloned().collect()
    }

    /// Why it failed: the step, its line in the Dockerfile where that is known, and what the builder said.
    pub(super) fn cause(&self, said: &str, dockerfile: Option<&str>) -> String {
        let (number, why) = match &self.failed {
            Some((Some(number), why)) => (Some(number), why.as_str()),
            // What failed was the builder's own work, whichever step was the last.
            Some((None, why)) => return clean(why),
            None => (None, said),
        };
        let step = self
            .step
            .as_ref()
            .filter(|(begun, _)| number.is_none_or(|number| number == begun));
        let words = step.map(|(_, words)| words.as_str());
        let line = self.line.or_else(|| line_of(dockerfile?, words?));
        let number = number.or(step.map(|(number, _)| number));
        let Some(number) = number else {
            return clean(why);
        };
        let at = line.map(|line| format!(", line {line}")).unwrap_or_default();
        let words = words
            .map(|words| format!(" {}", short(words)))
            .unwrap_or_default();
        clean(&format!("step {number}{at}{words}: {why}"))
    }
}

/// The beginning of a long instruction.
fn short(words: &str) -> String {
    const MOST: usize = 80;
    if words.chars().count() <= MOST {
        return words.to_owned();
    }
    words.chars().take(MOST).chain(['…']).collect()
}

/// The line at which the only instruction of a Dockerfile begins that reads so.
fn line_of(dockerfile: &str, words: &str) -> Option<usize> {
    let wanted: Vec<&str> = words.split_whitespace().collect();
    let mut lines = dockerfile.lines().enumerate().peekable();
    let mut found = Vec::new();
    while let Some((index, line)) = lines.next() {
        let mut text = line.trim().to_owned();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        while let Some(begun) = text.strip_suffix('\\') {
            text = begun.to_owned();
            // Comments and empty lines may stand between.
            let next = lines.find(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
            let Some((_, next)) = next else { break };
            text = format!("{text} {}", next.trim());
        }
        if text.split_whitespace().eq(wanted.iter().copied()) {
            found.push(index + 1);
        }
    }
    match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// Pieces of text as lines; of what is written over itself, as a progress is, only the last is kept.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Takes a piece; the lines that are whole now.
    pub(super) fn take(&mut self, piece: &str) -> Vec<String> {
        self.0.push_str(piece);
        let Some(end) = self.0.rfind('\n') else {
            return Vec::new();
        };
        let whole: String = self.0.drain(..=end).collect();
        let last = |line: &str| {
            line.trim_end_matches('\r')
                .rsplit('\r')
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        whole.lines().map(last).collect()
    }

    /// What was begun and not ended.
    pub(super) fn rest(&mut self) -> Option<String> {
        Some(std::mem::take(&mut self.0)).filter(|rest| !rest.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, LAST_LINES, Lines, MOST_LINES, News, StepNumber, line_of};

    fn number(number: u32) -> StepNumber {
        StepNumber {
            stage: None,
            number,
            of: 3,
        }
    }

    const DOCKERFILE: &str = "# first\nFROM x\nRUN a && \\\n  # why\n  b  c\n\nRUN false\nRUN false\n";

    #[test]
    fn a_failed_build_names_its_step_its_line_and_what_was_said() {
        let mut account = Account::default();
        account.hear(News::Begun(number(2), "RUN a &&   b  c".to_owned()));
        account.hear(News::Line(Some(number(2)), "no such thing\n".to_owned()));
        assert_eq!(
            account.cause("it returned 1", Some(DOCKERFILE)),
            "step [2/3], line 3 RUN a && b c: it returned 1"
        );
        assert_eq!(account.cause("gone", None), "step [2/3] RUN a && b c: gone");
    }

    #[test]
    fn what_failed_before_the_first_step_is_told_as_it_was_said() {
        assert_eq!(
            Account::default().cause("the Dockerfile cannot be empty", Some(DOCKERFILE)),
            "the Dockerfile cannot be empty"
        );
    }

    #[test]
    fn what_failed_beside_the_steps_is_not_told_as_a_step() {
        let mut account = Account::default();
        account.hear(News::Begun(number(3), "RUN true".to_owned()));
        account.hear(News::Failed(None, "no space left on device".to_owned()));
        assert_eq!(account.cause("failed to solve", None), "no space left on device");
    }

    #[test]
    fn an_instruction_that_stands_there_twice_has_no_line_that_is_known() {
        assert_eq!(line_of(DOCKERFILE, "RUN false"), None);
        assert_eq!(line_of(DOCKERFILE, "FROM x"), Some(2));
    }

    #[test]
    fn a_build_that_writes_without_end_is_told_in_part_and_its_last_lines_are_kept() {
        let mut account = Account::default();
        let told = (0..MOST_LINES * 2).filter(|count| {
            let said = account.hear(News::Line(None, format!("line {count}")));
            said.line.is_some()
        });
        assert_eq!(told.count(), MOST_LINES);
        let last = account.untold();
        assert_eq!(last.len(), LAST_LINES);
        assert_eq!(last.last().unwrap(), &format!("line {}", MOST_LINES * 2 - 1));
    }

    #[test]
    fn lines_come_whole_and_of_a_progress_only_its_last_state() {
        let mut lines = Lines::default();
        assert!(lines.take("a").is_empty());
        assert_eq!(lines.take("b\nc\r\n10 %\r20 %\r30 %\nd"), ["ab", "c", "30 %"]);
        assert_eq!(lines.rest().as_deref(), Some("d"));
        assert_eq!(lines.rest(), None);
    }
}
