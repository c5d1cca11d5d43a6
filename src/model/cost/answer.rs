//! Reads what a host told of some sessions (`assets/host/restart/cost.sh`). Whatever it told, the answer is costs, with the
//! parts that could not be understood among what is not known.

use super::layer::Change;
use super::{Age, Cost, CostPart, ExecSeen, LayerChanges, Unknown};
use crate::model::clean::clean;
use crate::model::fleet::ContainerState;
use crate::model::names::ContainerId;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The kernel changes the times of a terminal only every eight seconds (`tty_update_time` in `drivers/tty/tty_io.c`): what is
/// read may be as late as the end of those eight.
const TERMINAL_BITS: i64 = 7;

/// What is kept of a command line, in letters.
const MOST_OF_COMMAND: usize = 80;

/// What the engine tells of a container.
#[derive(Debug, Deserialize)]
struct Described {
    name: String,
    state: String,
    pid: u32,
    size: Option<u64>,
    /// The file of its log; empty where the engine names none.
    #[serde(default)]
    log: String,
    #[serde(default)]
    shares: String,
    #[serde(default)]
    has_terminal: bool,
    execs: Option<Vec<String>>,
    removes_itself: bool,
    #[serde(default)]
    mounts: Vec<Option<String>>,
    tmpfs: Option<BTreeMap<String, String>>,
}

/// All that was told of one container.
#[derive(Debug, Default)]
struct Facts {
    described: Option<Described>,
    written_at: Option<i64>,
    logged: Option<String>,
    output_at: Option<i64>,
    input_at: Option<i64>,
    space: Option<String>,
    cpu_permille: Option<u32>,
    listed: Option<usize>,
    changes: Vec<Change>,
    unknown: Vec<Unknown>,
}

/// All that was told.
#[derive(Debug, Default)]
struct Answer {
    now: i64,
    facts: BTreeMap<String, Facts>,
    processes: Vec<Process>,
    clients: Vec<String>,
}

/// A process in the namespace of a container whose parent is not in it.
#[derive(Debug)]
struct Process {
    space: String,
    pid: u32,
    has_terminal: bool,
    command: String,
}

/// The cost of each container that was asked for, or why the host's engine could not be asked at all.
pub(crate) fn read(
    answer: &str,
    asked: &[ContainerId],
    at: Timestamp,
) -> Result<BTreeMap<ContainerId, Cost>, String> {
    let mut told = Answer::default();
    for line in answer.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "engine" => return Err(clean(rest)),
            "now" => told.now = rest.trim().parse().unwrap_or_default(),
            "client" => told.clients.push(rest.trim().to_owned()),
            "process" => told.processes.extend(Process::read(rest)),
            "container" => told.describe(rest),
            "time" => told.time(rest),
            _ => told.fact(word, rest),
        }
    }
    let cost = |id: &ContainerId| {
        let cost = match told.facts.get(id.as_str()) {
            Some(facts) if facts.described.is_some() => told.cost(facts, id, at),
            _ => Cost::untold(at, "the engine there does not know its container any more"),
        };
        (id.clone(), cost)
    };
    Ok(asked.iter().map(cost).collect())
}

impl Answer {
    fn describe(&mut self, json: &str) {
        #[derive(Deserialize)]
        struct Named {
            id: String,
            #[serde(flatten)]
            described: Described,
        }
        if let Ok(Named { id, described }) = serde_json::from_str(json) {
            self.facts.entry(id).or_default().described = Some(described);
        }
    }

    /// `CHANGED READ PATH`, of a log or of a terminal.
    fn time(&mut self, line: &str) {
        let mut words = line.splitn(3, ' ');
        let (Some(changed), Some(read), Some(path)) = (words.next(), words.next(), words.next()) else {
            return;
        };
        let (Ok(changed), Ok(read)) = (changed.parse::<i64>(), read.parse::<i64>()) else {
            return;
        };
        for facts in self.facts.values_mut() {
            let Some(described) = &facts.described else {
                continue;
            };
            let terminals = format!("/proc/{}/root/dev/pts/", described.pid);
            if path == described.log {
                facts.written_at = Some(changed);
            } else if path.starts_with(&terminals) {
                facts.output_at = facts.output_at.max(Some(changed | TERMINAL_BITS));
                facts.input_at = facts.input_at.max(Some(read | TERMINAL_BITS));
            }
        }
    }

    fn fact(&mut self, word: &str, rest: &str) {
        let (id, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let Some(facts) = self.facts.get_mut(id) else {
            return;
        };
        match word {
            "logged" => facts.logged = Some(rest.to_owned()),
            "space" => facts.space = Some(rest.trim().to_owned()),
            "cpu" => facts.cpu_permille = permille(rest),
            "changes" => facts.listed = rest.trim().parse().ok(),
            "change" => facts.changes.extend(change(rest)),
            "unknown" => {
                let (part, reason) = rest.split_once(' ').unwrap_or((rest, ""));
                let part = match part {
                    "layer" => CostPart::Layer,
                    "processes" => CostPart::Processes,
                    "output" => CostPart::Output,
                    _ => return,
                };
                facts.unknown.push(Unknown {
                    part,
                    reason: told_or(reason, "the host took too long"),
                });
            }
            _ => {}
        }
    }

    fn cost(&self, facts: &Facts, id: &ContainerId, at: Timestamp) -> Cost {
        let Some(described) = &facts.described else {
            return Cost::untold(at, "the engine did not describe it");
        };
        let is_up = ContainerState::read(&described.state).is_none_or(ContainerState::is_up);
        let mut cost = Cost {
            at,
            is_up,
            vanishes: is_up && described.removes_itself,
            execs: Vec::new(),
            attached: Vec::new(),
            last_output: None,
            last_input: None,
            cpu_permille: None,
            layer: facts.layer(described),
            unknown: facts.unknown.clone(),
        };
        if cost.layer.is_none() && cost.why_unknown(CostPart::Layer).is_none() {
            cost.lack(CostPart::Layer, "the host ran out of time");
        }
        if !cost.is_up {
            return cost;
        }
        let attached = |command: &&String| is_attached(command, described.name.trim_start_matches('/'), id);
        cost.attached = self
            .clients
            .iter()
            .filter(attached)
            .map(|text| short(text))
            .collect();
        cost.last_input = facts.input_at.map(|time| Age::between(time, self.now));
        cost.cpu_permille = facts.cpu_permille;
        if cost.cpu_permille.is_none() {
            cost.lack(CostPart::Cpu, "the engine did not tell it in time");
        }
        self.fill_output(&mut cost, facts, described);
        self.fill_execs(&mut cost, facts, described);
        cost
    }

    fn fill_output(&self, cost: &mut Cost, facts: &Facts, described: &Described) {
        let logged = facts.logged.as_deref().and_then(|line| {
            let time = line.split(' ').next()?.parse::<Timestamp>().ok()?;
            Some(time.as_second())
        });
        let newest = facts.written_at.max(logged).max(facts.output_at);
        cost.last_output = newest.map(|time| Age::between(time, self.now));
        // Everything that a session with a terminal of its own says is seen there, and an empty log was never written to.
        let is_seen = described.has_terminal && facts.output_at.is_some();
        let is_empty = facts.logged.as_deref().is_some_and(|line| line.trim().is_empty());
        let has_log = facts.written_at.is_some() || logged.is_some() || is_empty;
        if is_seen {
            cost.unknown.retain(|unknown| unknown.part != CostPart::Output);
        } else if !has_log && cost.why_unknown(CostPart::Output).is_none() {
            cost.lack(CostPart::Output, "the last line of its log has no time");
        }
    }

    fn fill_execs(&self, cost: &mut Cost, facts: &Facts, described: &Described) {
        let started = described.execs.as_deref().unwrap_or_default();
        if described.shares.is_empty() {
            let Some(space) = &facts.space else {
                if cost.why_unknown(CostPart::Processes).is_none() {
                    cost.lack(CostPart::Processes, "the host did not tell");
                }
                return;
            };
            let is_it = |process: &&Process| process.space == *space && process.pid != described.pid;
            let seen = self.processes.iter().filter(is_it).map(|process| ExecSeen {
                command: process.command.clone(),
                has_terminal: process.has_terminal,
            });
            cost.execs.extend(seen);
        } else if !started.is_empty() {
            // Its processes are among those of others: only the engine knows which are whose, and it tells no names.
            let n = started.len();
            cost.lack(
                CostPart::Processes,
                &format!(
                    "{n} started from outside, in namespaces that it shares ({})",
                    clean(&described.shares)
                ),
            );
        }
    }
}

impl Cost {
    fn lack(&mut self, part: CostPart, reason: &str) {
        self.unknown.push(Unknown {
            part,
            reason: reason.to_owned(),
        });
    }
}

impl Facts {
    fn layer(&self, described: &Described) -> Option<LayerChanges> {
        let listed = self.listed?;
        let tmpfs = described.tmpfs.iter().flat_map(BTreeMap::keys);
        let mounts: Vec<String> = described.mounts.iter().flatten().chain(tmpfs).cloned().collect();
        Some(LayerChanges::count(
            &self.changes,
            listed,
            &mounts,
            described.size,
        ))
    }
}

impl Process {
    /// `SPACE PID TERMINAL COMMAND`.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.splitn(4, ' ');
        let space = words.next()?.to_owned();
        let pid = words.next()?.parse().ok()?;
        let terminal = words.next()?;
        let command = short(words.next().unwrap_or_default());
        Some(Self {
            space,
            pid,
            has_terminal: terminal != "0",
            command: told_or(&command, "a program without a name"),
        })
    }
}

/// Whether a command line is a client that is attached to a container: `docker attach`, or the `run` or `start` that began it.
fn is_attached(command: &str, name: &str, id: &ContainerId) -> bool {
    let mut words = command.split_whitespace().skip(1);
    let attaches = words.any(|word| matches!(word, "attach" | "run" | "start"));
    let is_it = |word: &str| {
        let word = word.strip_prefix("--name=").unwrap_or(word);
        word == name || (word.len() >= 8 && id.as_str().starts_with(word))
    };
    attaches && words.any(is_it)
}

/// `12.34%` as thousandths.
fn permille(text: &str) -> Option<u32> {
    let number = text.trim().strip_suffix('%')?;
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let tenth = part.chars().next()?.to_digit(10)?;
    whole.parse::<u32>().ok()?.checked_mul(10)?.checked_add(tenth)
}

fn change(text: &str) -> Option<Change> {
    let (kind, path) = text.split_once(' ')?;
    matches!(kind, "A" | "C" | "D").then(|| Change {
        is_removed: kind == "D",
        path: path.to_owned(),
    })
}

/// A command line, cut and made harmless.
fn short(command: &str) -> String {
    let command = clean(command.trim());
    match command.char_indices().nth(MOST_OF_COMMAND) {
        Some((at, _)) => format!("{}...", &command[..at]),
        None => command,
    }
}

fn told_or(text: &str, otherwise: &str) -> String {
    match clean(text.trim()) {
        told if told.is_empty() => otherwise.to_owned(),
        told => told,
    }
}
