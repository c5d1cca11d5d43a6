//! What rounds of a race came to, counted.

use crate::prune::{BY_ID, WAYS};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The outcomes in the order of the table, each with its title.
const OUTCOMES: [(&str, &str); 5] = [
    ("started", "started before the prune looked"),
    ("window", "started after it, and it gave the tag back"),
    ("gone", "no start: the image was gone first"),
    ("waited", "no start: the prune had the host"),
    ("lost", "without image"),
];

/// Rounds by the way of the start and the outcome.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<(String, String), usize>,
    /// What is against the promise, in words.
    pub(crate) losses: Vec<String>,
}

impl Tally {
    /// Takes what a host told of one round: its outcome, the end of its prune, what that said, what is left. How long the prune
    /// took in milliseconds, if it ended.
    pub(crate) fn take(&mut self, way: &str, place: &str, told: &str) -> Option<u64> {
        let mut lines = told.lines();
        let first = lines.next().unwrap_or("nothing was told");
        let outcome = first.split(' ').next().unwrap_or_default();
        let all = told.trim_end().replace('\n', " | ");
        *self
            .counts
            .entry((way.to_owned(), outcome.to_owned()))
            .or_default() += 1;
        let is_known = OUTCOMES.iter().any(|(name, _)| *name == outcome);
        // Nothing can keep that from happening, but it must be told.
        let is_told = way == BY_ID && outcome == "lost" && told.contains("taken by its id in that moment");
        if (outcome == "lost" && !is_told) || !is_known {
            self.losses.push(format!("{place}: {all}"));
        }
        let mut ended = None;
        for line in lines {
            let end = line.strip_prefix("exit ").and_then(|end| end.split_once(" in "));
            if let Some((code, took)) = end {
                ended = took.parse().ok();
                // 3: it has removed nothing and says why, as where a container came and went between its questions.
                let may_be = if is_told { ["1", "1"] } else { ["0", "3"] };
                if !may_be.contains(&code) {
                    self.losses
                        .push(format!("{place}: the prune ended with {code}: {all}"));
                }
            }
            if line.starts_with("left ") {
                self.losses.push(format!("{place}: {line}"));
            }
        }
        if ended.is_none() {
            self.losses.push(format!("{place}: the prune did not end: {all}"));
        }
        ended
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (key, count) in &other.counts {
            *self.counts.entry(key.clone()).or_default() += count;
        }
        self.losses.extend(other.losses.iter().cloned());
    }

    /// Rounds with this outcome.
    pub(crate) fn of(&self, outcome: &str) -> usize {
        self.sum(|_, its| its == outcome)
    }

    /// Rounds in which there was a container at the end.
    pub(crate) fn started(&self) -> usize {
        ["started", "window", "lost"]
            .map(|outcome| self.of(outcome))
            .iter()
            .sum()
    }

    /// All rounds.
    pub(crate) fn rounds(&self) -> usize {
        self.counts.values().sum()
    }

    fn sum(&self, counts: impl Fn(&str, &str) -> bool) -> usize {
        let chosen = self
            .counts
            .iter()
            .filter(|((way, outcome), _)| counts(way, outcome));
        chosen.map(|(_, count)| count).sum()
    }

    /// The first two lines of a table.
    pub(crate) fn head(first: &str) -> String {
        let titles = OUTCOMES.map(|(_, title)| title).join(" | ");
        let columns = first.split('|').count() + 1 + OUTCOMES.len();
        format!("| {first} | rounds | {titles} |\n|{}\n", "---|".repeat(columns))
    }

    /// A line of a table.
    pub(crate) fn row(&self, first: &str) -> String {
        self.row_of(first, |_| true)
    }

    fn row_of(&self, first: &str, way_is: impl Fn(&str) -> bool) -> String {
        let mut row = format!("| {first} | {}", self.sum(|way, _| way_is(way)));
        for (outcome, _) in OUTCOMES {
            let _ = write!(row, " | {}", self.sum(|way, its| way_is(way) && its == outcome));
        }
        row.push_str(" |\n");
        row
    }

    /// The same rounds by the way of the start.
    pub(crate) fn by_way(&self) -> String {
        let mut text = Self::head("start, beside the host's own");
        for way in WAYS {
            let words = match way {
                "create" => "`docker create` of the tag",
                "run" => "`docker run` of the tag",
                "pinned" => "tagboat's steps without its lease: pin, create, start, drop the pin",
                _ => "`tagboat session start`",
            };
            text.push_str(&self.row_of(words, |its| its == way));
        }
        text
    }
}
