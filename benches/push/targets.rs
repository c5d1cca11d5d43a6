//! The numbers to reach, each with what was reached.

use crate::contestant::Contestant::{self, Cold, FloorChanged, Registry, Seed, Skopeo, Stream, Warm};
use crate::lab::Link::{self, Fast, Gigabit, Local};
use crate::report::Report;
use crate::round::Place::{self, All, Classic, Containerd};
use crate::round::Push::{self, Edited, First, Rebuilt, Upgraded};
use crate::table::{bytes, number, ratio, seconds};

/// The most memory that tagboat may have, here and on a host, in bytes.
const MEMORY: u64 = 256_000_000;

/// One target.
pub(crate) struct Target {
    /// What is compared.
    what: String,
    /// The most that it may be, as a reader wants it.
    most: String,
    /// What it is, and whether that is not more; none when it was not measured.
    reached: Option<(String, bool)>,
}

impl Target {
    /// Its line of the table.
    pub(crate) fn write(&self) -> String {
        let (reached, verdict) = match &self.reached {
            None => ("–", "not measured"),
            Some((reached, true)) => (reached.as_str(), "met"),
            Some((reached, false)) => (reached.as_str(), "**missed**"),
        };
        format!("| {} | {} | {reached} | {verdict} |\n", self.what, self.most)
    }

    /// A ratio that may be at most `most`.
    fn ratio(what: String, most: f64, value: Option<f64>, of: Option<f64>) -> Self {
        let reached = value
            .zip(of)
            .map(|(value, of)| (format!("{} ×", ratio(value, of)), value <= most * of));
        Self {
            what,
            most: format!("≤ {most} ×"),
            reached,
        }
    }

    /// A share of some bytes.
    fn share(what: String, most: f64, value: Option<u64>, of: u64) -> Self {
        let reached = value.map(|value| {
            let share = number(value) / number(of);
            (
                format!("{:.3} % ({})", share * 100.0, bytes(value)),
                share <= most,
            )
        });
        Self {
            what,
            most: format!("≤ {} % of {}", most * 100.0, bytes(of)),
            reached,
        }
    }
}

/// All targets.
pub(crate) fn targets(report: &Report) -> Vec<Target> {
    let mut all = Vec::new();
    for place in [Classic, Containerd] {
        all.extend(rebuilt(report, place));
    }
    for link in [Local, Fast] {
        let most = if link == Local { 0.25 } else { 0.2 };
        let time = |who| wall(report, Rebuilt, link, Classic, who);
        let what = format!("rebuilt, {}: time, of docker push and pull", link.title());
        all.push(Target::ratio(what, most, time(Warm), time(Registry)));
    }
    for place in [Classic, Containerd] {
        all.extend(edited(report, place));
    }
    all.push(upgraded(report));
    all.extend(cold(report));
    all.extend(four(report));
    all.extend(memory(report));
    all
}

fn wall(report: &Report, push: Push, link: Link, place: Place, who: Contestant) -> Option<f64> {
    let outcome = report.outcome(push, link, place, who)?;
    Some(outcome.cost.wall.as_secs_f64())
}

fn wire(report: &Report, push: Push, link: Link, place: Place, who: Contestant) -> Option<u64> {
    let outcome = report.outcome(push, link, place, who)?;
    Some(outcome.cost.wire.total())
}

fn rebuilt(report: &Report, place: Place) -> [Target; 2] {
    let time = |who| wall(report, Rebuilt, Local, place, who);
    [
        Target::share(
            format!("rebuilt, {}: bytes, of the changed layers", place.title()),
            0.001,
            wire(report, Rebuilt, Local, place, Warm),
            report.facts.new_bytes("t2"),
        ),
        Target::ratio(
            format!(
                "rebuilt, {}: time, of the host's own load of the changed layers",
                place.title()
            ),
            1.3,
            time(Warm),
            time(FloorChanged),
        ),
    ]
}

fn edited(report: &Report, place: Place) -> [Target; 2] {
    let time = wall(report, Edited, Local, place, Warm);
    [
        Target {
            what: format!("edited, {}: time until a container can start", place.title()),
            most: "< 2.5 s".to_owned(),
            reached: time.map(|time| (format!("{} s", seconds(time)), time < 2.5)),
        },
        Target::share(
            format!("edited, {}: bytes, of the layer", place.title()),
            0.01,
            wire(report, Edited, Local, place, Warm),
            report.facts.new_bytes("t4"),
        ),
    ]
}

/// Against the harder of the two compressors; the easier one is told.
fn upgraded(report: &Report) -> Target {
    let sent = wire(report, Upgraded, Local, Classic, Warm);
    let changed = report.facts.changed("t3", true);
    Target {
        what: "upgraded: bytes, of the package's changed files as zstd -19".to_owned(),
        most: changed.map_or("≤ 1.2 ×".to_owned(), |changed| {
            format!(
                "≤ 1.2 × {} (zstd -3: {})",
                bytes(changed.zstd19),
                bytes(changed.zstd3)
            )
        }),
        reached: sent.zip(changed).map(|(sent, changed)| {
            let (sent_number, most) = (number(sent), number(changed.zstd19));
            (
                format!("{} × ({})", ratio(sent_number, most), bytes(sent)),
                sent_number <= 1.2 * most,
            )
        }),
    }
}

fn cold(report: &Report) -> Vec<Target> {
    let time = |link, who| wall(report, First, link, Classic, who);
    let mut all = vec![Target::ratio(
        "nothing there, local: time with a cold cache, of save, gzip, scp, load".to_owned(),
        0.5,
        time(Local, Cold),
        time(Local, Seed),
    )];
    for link in [Local, Gigabit, Fast] {
        all.push(Target::ratio(
            format!(
                "nothing there, {}: time with a cold cache, of docker push and pull",
                link.title()
            ),
            0.8,
            time(link, Cold),
            time(link, Registry),
        ));
    }
    let sent = |who| wire(report, First, Local, Classic, who);
    let others = [Seed, Stream, Registry, Skopeo]
        .into_iter()
        .filter_map(sent)
        .min();
    all.push(Target {
        what: "nothing there, local: bytes".to_owned(),
        most: others.map_or("fewer than anybody".to_owned(), |others| {
            format!("fewer than anybody (< {})", bytes(others))
        }),
        reached: sent(Cold)
            .zip(others)
            .map(|(sent, others)| (bytes(sent), sent < others)),
    });
    all
}

fn four(report: &Report) -> Vec<Target> {
    // Encryption is for each host anew, whoever sends: what may not grow is export, compression and delta.
    let work = |push, place, who| {
        let cost = &report.outcome(push, Local, place, who)?.cost;
        Some((cost.here + cost.source).saturating_sub(cost.ssh).as_secs_f64())
    };
    let cases = [
        (Rebuilt, Warm, "rebuilt, warm cache"),
        (First, Cold, "nothing there, cold cache"),
    ];
    let one = |(push, who, what)| {
        let what = format!("{what}: CPU here without ssh, for four hosts, of one");
        Target::ratio(what, 1.1, work(push, All, who), work(push, Classic, who))
    };
    cases.into_iter().map(one).collect()
}

fn memory(report: &Report) -> [Target; 2] {
    let ours = || report.outcomes().filter(|(who, _)| who.is_ours());
    let most = |what: &str, found: Option<u64>| Target {
        what: format!("most memory of any push by tagboat, {what}"),
        most: format!("≤ {}", bytes(MEMORY)),
        reached: found.map(|found| (bytes(found), found <= MEMORY)),
    };
    [
        most("here", ours().map(|(_, outcome)| outcome.cost.memory_here).max()),
        most(
            "on a host (without its engine)",
            ours().map(|(_, outcome)| outcome.cost.memory_host).max(),
        ),
    ]
}
