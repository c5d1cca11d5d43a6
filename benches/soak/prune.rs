//! The prune that a host does alone, while sessions start from what it removes: after each round every container has its image.

use crate::Found;
use crate::chance::Chance;
use crate::choice::Choice;
use crate::headless::{Tagboat, text};
use crate::tally::Tally;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tagboat::model::profile::Profile;
use tagboat::model::setup::prune_script;

/// One host of each store.
const WHERE: [(&str, &str); 2] = [("lab-1", "classic"), ("lab-2", "containerd")];

/// What runs the script on a host.
const SHELLS: [&str; 2] = ["dash", "busybox sh"];

/// How a session is started: without tagboat, by tagboat's own steps, by tagboat.
pub(crate) const WAYS: [&str; 4] = ["create", "run", "pinned", OUTSIDE];
/// Without tagboat, from an image id.
pub(crate) const BY_ID: &str = "id";
const OUTSIDE: &str = "outside";
/// About as long as that takes tagboat, in milliseconds.
const OUTSIDE_WORK: u64 = 1500;

const ROUND: &str = include_str!("prune-round.sh");
const PLAIN: &str = include_str!("prune-plain.sh");
/// Where the scripts are on a host.
const FOLDER: &str = "/root/soak";

/// A template that the lab's hosts have everything for.
const TEMPLATE: &str =
    "\n[[templates]]\nprofile = \"convocate\"\nname = \"raced\"\nsession_name = \"convocate-session-{id}\"\n";

/// Which prune is raced, and how often.
#[derive(Debug, Clone, Copy)]
struct Race {
    host: &'static str,
    shell: &'static str,
    file: &'static str,
    ways: &'static [&'static str],
    rounds: usize,
    grace: usize,
    seed: u64,
}

/// Races and what they came to.
type Told = Vec<(Race, Tally)>;

pub(crate) fn run(choice: &Choice) -> Found {
    let races = |rounds: usize, file: &'static str, ways: &'static [&'static str]| {
        (0..4).map(move |number: usize| Race {
            host: WHERE[number % 2].0,
            shell: SHELLS[number / 2],
            file,
            ways,
            rounds: rounds / 4 + usize::from(number < rounds % 4),
            grace: choice.grace,
            seed: choice.seed + number as u64,
        })
    };
    let all: Vec<Race> = races(choice.prune, "prune", &WAYS)
        .chain(races(choice.by_id, "prune", &[BY_ID]))
        .chain(races(choice.plain, "plain", &WAYS))
        .collect();
    // Both hosts at the same time, each with its own races one after the other.
    let told: Told = std::thread::scope(|threads| {
        let run_on = |host: &'static str| {
            let here: Vec<Race> = all.iter().filter(|race| race.host == host).copied().collect();
            threads.spawn(move || {
                install(host);
                here.into_iter().map(|race| (race, race.run())).collect::<Told>()
            })
        };
        let running: Vec<_> = WHERE.iter().map(|(host, _)| run_on(host)).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    account(&told, choice.grace)
}

/// What is raced, by the words of the table.
const RACED: [(&str, &str, &[&str]); 3] = [
    ("the host's own", "prune", &WAYS),
    ("the host's own, starts by image id", "prune", &[BY_ID]),
    ("plain", "plain", &WAYS),
];

fn account(told: &Told, grace: usize) -> Found {
    let mut text = Tally::head("prune | store | sh");
    let mut sums: [Tally; 3] = Default::default();
    for ((title, file, ways), sum) in RACED.iter().zip(&mut sums) {
        for (race, tally) in told
            .iter()
            .filter(|(race, _)| race.file == *file && race.ways == *ways)
        {
            let store = WHERE
                .iter()
                .find(|(host, _)| *host == race.host)
                .expect("a host")
                .1;
            text.push_str(&tally.row(&format!("{title} | {store} | {}", race.shell)));
            sum.add(tally);
        }
    }
    let [own, by_id, plain] = sums;
    text.push('\n');
    text.push_str(&own.by_way());
    let line = format!(
        "{} rounds of the host's own prune against starts, {grace} s between its turns: {} started, {} of them after it \
         had looked, {} without image; {} rounds against starts by image id: {} without image; {} rounds of the plain prune: \
         {} without image",
        own.rounds(),
        own.started(),
        own.of("window"),
        own.of("lost"),
        by_id.rounds(),
        by_id.of("lost"),
        plain.rounds(),
        plain.of("lost"),
    );
    Found {
        text,
        line,
        losses: [own.losses, by_id.losses].concat(),
    }
}

fn lab(words: &[&str]) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab"));
    command
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Puts the scripts on a host.
fn install(host: &str) {
    let own = prune_script(&Profile::convocate());
    for (name, script) in [("prune", own.as_str()), ("plain", PLAIN), ("round", ROUND)] {
        let line = format!("mkdir -p {FOLDER}; cat >{FOLDER}/{name}");
        let mut child = lab(&["exec", host, "sh", "-c", &line])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{host}: {name}");
    }
}

impl Race {
    fn run(self) -> Tally {
        let mut chance = Chance(self.seed);
        let starter = Starter::new();
        let mut tally = Tally::default();
        // How long the last prune was at work: a start is to meet every moment of that.
        let mut work = 1000;
        for round in 0..self.rounds {
            let way = self.ways[round % self.ways.len()];
            let pause = if way == BY_ID { self.grace as u64 * 1000 } else { 0 };
            let limit = if way == OUTSIDE {
                OUTSIDE_WORK
            } else {
                work + pause
            };
            let delay = Duration::from_millis(chance.below(limit));
            let told = self.round(way, delay, &starter);
            let place = format!(
                "{}, {}, round {}, {way} after {delay:?}",
                self.host,
                self.shell,
                round + 1
            );
            if let Some(took) = tally.take(way, &place, &told) {
                let pauses = match self.file {
                    "plain" => 0,
                    _ if told.contains("\nremove ") => 2,
                    _ => 1,
                };
                work = took.saturating_sub(self.grace as u64 * 1000 * pauses).max(100);
            }
        }
        tally
    }

    /// One round; what the host told of it.
    fn round(self, way: &str, delay: Duration, starter: &Starter) -> String {
        let is_outside = way == OUTSIDE;
        let seconds = delay.as_secs_f64();
        // Tagboat looks first: there the prune is the one that comes later.
        let (start, prune) = if is_outside {
            (0.0, seconds)
        } else {
            (seconds, 0.0)
        };
        let Self {
            host,
            shell,
            file,
            grace,
            ..
        } = self;
        let line = format!(
            "export TAGBOAT_PRUNE_GRACE={grace} TAGBOAT_PRUNE_WAIT=0; sh {FOLDER}/round '{shell}' {FOLDER}/{file} {way} {start:.3} {prune:.3}"
        );
        let child = lab(&["exec", host, "sh", "-c", &line]).spawn().unwrap();
        if is_outside {
            starter.start(host);
        }
        told_by(child)
    }
}

fn told_by(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Tagboat itself, with a template to start from.
struct Starter {
    tagboat: Tagboat,
    config: tempfile::NamedTempFile,
}

impl Starter {
    fn new() -> Self {
        let config = tempfile::NamedTempFile::new().unwrap();
        let known = std::fs::read_to_string(std::env::var_os("TAGBOAT_CONFIG").unwrap()).unwrap();
        std::fs::write(config.path(), known + TEMPLATE).unwrap();
        Self {
            tagboat: Tagboat::new(),
            config,
        }
    }

    /// Starts the session of the round, and tells the round that it has.
    fn start(&self, host: &str) {
        let words = [
            "session",
            "start",
            "raced",
            "--template",
            "raced",
            "--host",
            host,
            "--tag",
            "raced",
            "--yes",
        ];
        let mut command = self.tagboat.command(&words);
        let output = command
            .env("TAGBOAT_CONFIG", self.config.path())
            .output()
            .unwrap();
        let line = "cat >/tmp/raced.new; mv /tmp/raced.new /tmp/raced.done";
        let mut child = lab(&["exec", host, "sh", "-c", line])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut into = child.stdin.take().unwrap();
        into.write_all(&output.stderr).unwrap();
        into.write_all(&output.stdout).unwrap();
        drop(into);
        assert!(child.wait().unwrap().success(), "{host}: the round was not told");
    }
}
