//! Everything dies at every crash point, several times, on both stores and with every restart policy.

use crate::choice::Choice;
use crate::deaths::Death;
use crate::spread::{Case, HOSTS, Outcome, POLICIES, all_die, cases};
use crate::{Found, points};
use std::fmt::Write;

/// Who dies while the host's script is at a point; one column for each.
const ON_THE_HOST: [Death; 5] = [
    Death::Console,
    Death::Script,
    Death::Engine,
    Death::Host,
    Death::HostWithoutHook,
];

pub(crate) fn run(choice: &Choice) -> Found {
    let (console, host) = (points::of_console(), points::of_host());
    let mut outcomes = Vec::new();
    let turns = if choice.full {
        choice.repeats * POLICIES.len() * HOSTS.len()
    } else {
        choice.repeats
    };
    for turn in 0..turns {
        let mut all = cases(Death::ConsoleBefore, &console, turn);
        for death in ON_THE_HOST {
            all.extend(cases(death, &host, turn));
        }
        eprintln!("soak: turn {} of {turns}, {} deaths", turn + 1, all.len());
        outcomes.extend(all_die("soak", turn, &all));
    }
    let mut text = "| point of the console | console dies |\n|---|---|\n".to_owned();
    for point in &console {
        let _ = writeln!(
            text,
            "| `{point}` | {} |",
            cell(&outcomes, Death::ConsoleBefore, point)
        );
    }
    text.push_str("\n| point of the host |");
    for death in ON_THE_HOST {
        let _ = write!(text, " {} dies |", death.word());
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(ON_THE_HOST.len()));
    for point in &host {
        let cells = ON_THE_HOST.map(|death| cell(&outcomes, death, point));
        let _ = writeln!(text, "| `{point}` | {} |", cells.join(" | "));
    }
    let losses: Vec<String> = outcomes.iter().filter_map(loss).collect();
    Found {
        line: format!(
            "{} deaths at {} points",
            outcomes.len(),
            console.len() + host.len()
        ),
        text,
        losses,
    }
}

/// How often a death at a point ended how.
fn cell(outcomes: &[Outcome<Case>], death: Death, point: &str) -> String {
    let here = outcomes
        .iter()
        .filter(|one| one.case.death == death && one.case.point == point);
    let mut words: Vec<(&str, usize)> = Vec::new();
    for one in here {
        let word = one.result.as_ref().map_or("LOST", |ended| ended.word());
        match words.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => words.push((word, 1)),
        }
    }
    words.sort_unstable();
    let told: Vec<String> = words
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    told.join(", ")
}

fn loss(outcome: &Outcome<Case>) -> Option<String> {
    let why = outcome.result.as_ref().err()?;
    let Case { death, point, policy } = &outcome.case;
    Some(format!(
        "{}, `{policy}`, {} dies at `{point}`: {why}",
        outcome.host,
        death.word()
    ))
}
