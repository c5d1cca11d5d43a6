//! The report: the targets, then a table for each round, and how to read them.

use crate::bench::{Outcome, Results};
use crate::contestant::Contestant;
use crate::facts::Facts;
use crate::lab::Link;
use crate::round::{Place, Push, Round};
use crate::table::{self, bytes, clean, seconds};
use crate::targets::targets;

/// How the numbers came about.
const NOTES: &str = "\
How to read it: the clock runs from the first command until `docker run --rm IMAGE true` has succeeded on every host, and stops for all
in the same way. \"(× n)\" is how many times as much as tagboat with a warm cache. Bytes are those of the hosts' network interfaces,
both ways, with the overhead of ssh and TCP. Processor time here is that of all processes that the contestant started (the
registry too), apart from the source engine's; that of the hosts holds their engines. Memory is the highest sum of resident memory
at one time, looked at ten times a second: here of everything that the contestant started, on the host of everything that was not there
before the run, and of its engine. Source engine, operator and hosts share the processors of one machine.
Before each run the hosts are brought back to the same images and checked to have the same layers or blobs. Except where nothing is
there, they have t1: pulled from both registries before, so that pulls find the layers that they know, and then pushed by tagboat. The
registries hold t1, the source engine and skopeo remember that they pushed it. A cold cache is an empty one, and the host has no helper; a warm one knows t1 and
the pushed tag as after their builds, but nothing of a push between them. For several hosts, gzip and zstd run once and feed all
hosts, and the registry is pushed to once. gzip and zstd streams send the whole image for every tag; they are not measured again for each.
The floor is `docker load` of a file on the host, in its page cache, and the start of a container.
";

/// Everything that was measured.
#[derive(Default)]
pub(crate) struct Report {
    /// The lines above the tables.
    pub(crate) machine: String,
    /// What is in the images.
    pub(crate) facts: Facts,
    /// In order.
    pub(crate) rounds: Vec<(Round, Results)>,
}

impl Report {
    /// As markdown.
    pub(crate) fn write(&self) -> String {
        let mut text = format!(
            "{}\n| target | at most | reached | |\n|---|---|---|---|\n",
            self.machine
        );
        for target in targets(self) {
            text += &target.write();
        }
        for (round, results) in &self.rounds {
            text.push('\n');
            text += &table::write(round, results);
        }
        text.push('\n');
        text + NOTES
    }

    /// What a contestant did in a round, if it was measured.
    pub(crate) fn outcome(&self, push: Push, link: Link, place: Place, who: Contestant) -> Option<&Outcome> {
        let is_it = |round: &Round| (round.push, round.link, round.place) == (push, link, place);
        let (_, results) = self.rounds.iter().find(|(round, _)| is_it(round))?;
        results.get(&who)?.as_ref().ok()
    }

    /// What everybody did everywhere.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = (Contestant, &Outcome)> {
        let results = self.rounds.iter().flat_map(|(_, results)| results);
        results.filter_map(|(who, result)| Some((*who, result.as_ref().ok()?)))
    }
}

/// One line for the operator who waits.
pub(crate) fn progress(round: &Round, who: Contestant, result: &Result<Outcome, String>) -> String {
    let told = match result {
        Ok(outcome) => {
            let steps: Vec<String> = outcome
                .steps
                .iter()
                .map(|(step, time)| format!("{step} {}", seconds(*time)))
                .collect();
            format!(
                "{} s, {} on the wire, {}",
                seconds(outcome.cost.wall.as_secs_f64()),
                bytes(outcome.cost.wire.total()),
                steps.join(", ")
            )
        }
        Err(why) => format!("not measured: {}", clean(why)),
    };
    format!("{}, {}: {told}", round.word(), who.word())
}
