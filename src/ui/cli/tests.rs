//! Whole runs of the command line on a played engine: what is printed, what is asked, and the exit code.

mod daily;
mod registries;
mod strict;

use super::args::Cli;
use super::fixture::{Disk, Play, engine, now};
use super::output::Output;
use super::program::{Program, Terminal};
use crate::model::job::JobEvent;
use crate::model::names::JobId;
use crate::ops::dirs::Dirs;
use crate::ops::journal::Journal;
use crate::ops::ports::Clock;
use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A run that takes so long hangs.
const TOO_LONG: Duration = Duration::from_mins(1);

struct Noon;

impl Clock for Noon {
    fn now(&self) -> jiff::Timestamp {
        now()
    }
}

/// A run: the words after `tagboat`, and what surrounds it.
pub(super) struct Run<'a> {
    pub(super) words: &'a [&'a str],
    pub(super) play: Play,
    pub(super) answer: Option<&'static str>,
    /// A job that the journal holds.
    pub(super) journal: Option<(JobId, Vec<JobEvent>)>,
    /// The result, and the word beside it, after which nothing more can be written there.
    pub(super) full_after: [Option<&'static str>; 2],
    /// Where Docker keeps its contexts; nowhere when absent.
    pub(super) docker_config: Option<PathBuf>,
}

/// What came of it.
pub(super) struct Outcome {
    pub(super) code: u8,
    pub(super) results: String,
    pub(super) asides: String,
}

impl Outcome {
    /// All of it as one text for a snapshot, without the random part of job ids.
    pub(super) fn shown(&self) -> String {
        let text = format!(
            "{}--- beside\n{}--- exit {}\n",
            self.results, self.asides, self.code
        );
        let mut shown = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("20261121-013000-") {
            shown.push_str(before);
            shown.push_str("20261121-013000-xxxx");
            rest = &after[4..];
        }
        shown + rest
    }
}

impl<'a> Run<'a> {
    pub(super) fn of(words: &'a [&'a str]) -> Self {
        Self {
            words,
            play: Play::AllGood,
            answer: None,
            journal: None,
            full_after: [None; 2],
            docker_config: None,
        }
    }

    pub(super) async fn go(self) -> Outcome {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config.toml");
        let names = ["eu-01", "eu-02", "us-01"];
        let hosts = names
            .map(|name| format!("[[hosts]]\nname = \"{name}\"\n"))
            .concat();
        std::fs::write(&config, hosts).unwrap();
        let environment = |name: &str| match name {
            "HOME" => Some(home.path().as_os_str().to_owned()),
            "TAGBOAT_CONFIG" => Some(config.as_os_str().to_owned()),
            "DOCKER_CONFIG" => self.docker_config.as_ref().map(OsString::from),
            "TAGBOAT_AGENT_KEYS_DIR" => Some(OsString::from("/nowhere")),
            "TAGBOAT_OPERATOR" => Some(OsString::from("me@desk")),
            _ => None,
        };
        if let Some((id, events)) = &self.journal {
            let dirs = Dirs::find(&environment).unwrap();
            let mut journal = Journal::open(&dirs.state).unwrap().create(id).unwrap();
            for event in events {
                journal.append(event).unwrap();
            }
        }
        let (sender, interrupts) = mpsc::channel(4);
        let [mut results, mut asides] = self.full_after.map(Disk::new);
        let answer = self.answer.unwrap_or_default();
        let start_engine = engine(self.play, sender);
        let program = Program {
            config_file: None,
            environment: &environment,
            output: Output::new(&mut results, &mut asides),
            terminal: Terminal {
                can_ask: self.answer.is_some(),
                has_bars: false,
                width: Some(100),
            },
            start_engine: &start_engine,
            read_answer: Arc::new(move || Ok(format!("{answer}\n"))),
            interrupts,
            clock: &Noon,
        };
        let words = std::iter::once("tagboat").chain(self.words.iter().copied());
        let cli = Cli::try_parse_from(words).unwrap();
        let code = timeout(TOO_LONG, super::run(&cli, program)).await.unwrap();
        Outcome {
            code,
            results: results.text(),
            asides: asides.text(),
        }
    }
}

#[tokio::test]
async fn status_shows_every_host_every_tag_and_how_each_session_stands() {
    insta::assert_snapshot!(Run::of(&["status"]).go().await.shown());
}

#[tokio::test]
async fn status_as_json_is_one_object_with_null_for_what_is_not_known() {
    let outcome = Run::of(&["status", "--json"]).go().await;
    assert_eq!(outcome.results.lines().count(), 1);
    let object: serde_json::Value = serde_json::from_str(&outcome.results).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&object).unwrap());
}

#[tokio::test]
async fn sessions_are_listed_and_a_host_that_could_not_be_asked_is_told_beside_them() {
    insta::assert_snapshot!(
        Run::of(&["session", "list", "--host", "eu-02,us-01"])
            .go()
            .await
            .shown()
    );
}

#[tokio::test]
async fn a_push_shows_its_plan_runs_and_says_that_a_host_was_left_out() {
    let outcome = Run::of(&["push", "v1.2.0", "--all", "--yes"]).go().await;
    assert_eq!(outcome.code, 4);
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn a_push_as_json_begins_with_the_plan_and_ends_with_the_result_of_each_host() {
    let run = Run {
        play: Play::LastFails,
        ..Run::of(&["push", "v1.2.0", "--host", "eu-*", "--yes", "--json"])
    };
    let outcome = run.go().await;
    let lines: Vec<serde_json::Value> = outcome
        .results
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines
            .iter()
            .all(|line| line["v"] == 1 && line["job"] == lines[0]["job"])
    );
    let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(
        (events[0], events[1], *events.last().unwrap()),
        ("plan", "started", "ended")
    );
    let end = lines.last().unwrap();
    assert_eq!(
        (&end["verdict"], &end["exit"]),
        (&"partly done".into(), &4.into())
    );
    assert_eq!(end["results"][0]["result"], "done");
    assert_eq!(end["results"][1]["detail"]["cause"], "the disk is full");
    assert_eq!(outcome.code, 4);
}

#[tokio::test]
async fn a_job_that_fails_everywhere_says_the_cause_the_state_and_what_to_do_next() {
    let run = Run {
        play: Play::LastFails,
        ..Run::of(&["activate", "v1.0.0", "--host", "eu-01", "-y"])
    };
    let outcome = run.go().await;
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn a_dry_run_prints_the_plan_and_changes_nothing() {
    let outcome = Run::of(&["prune", "--host", "eu-01", "--dry-run"]).go().await;
    assert_eq!(outcome.code, 0);
    insta::assert_snapshot!(outcome.shown());
    let json = Run::of(&["prune", "--host", "eu-01", "--dry-run", "--json"])
        .go()
        .await;
    let object: serde_json::Value = serde_json::from_str(&json.results).unwrap();
    assert_eq!(
        (&object["event"], &object["job"]),
        (&"plan".into(), &serde_json::Value::Null)
    );
}

#[tokio::test]
async fn a_change_off_a_terminal_is_refused_unless_it_is_accepted_with_yes() {
    let outcome = Run::of(&["session", "restart", "4f2a"]).go().await;
    assert_eq!(outcome.code, 3);
    insta::assert_snapshot!(outcome.shown());
}

#[tokio::test]
async fn a_change_on_a_terminal_is_asked_for_and_the_gate_decides_what_must_be_typed() {
    for (words, answer, code) in [
        (&["session", "restart", "4f2a"][..], "y", 0),
        (&["session", "restart", "4f2a"], "n", 3),
        (&["session", "restart", "4f2a"], "", 3),
        (&["prune", "--host", "eu-01"], "y", 3),
        (&["prune", "--host", "eu-01"], "eu-01", 0),
    ] {
        let outcome = Run {
            answer: Some(answer),
            ..Run::of(words)
        }
        .go()
        .await;
        assert_eq!(outcome.code, code, "{words:?} {answer:?}: {}", outcome.asides);
    }
}

#[tokio::test]
async fn the_first_interrupt_cancels_the_job_in_good_order() {
    let words = &["push", "v1.2.0", "--host", "eu-01", "--yes"];
    let outcome = Run {
        play: Play::Interrupted,
        ..Run::of(words)
    }
    .go()
    .await;
    assert_eq!(outcome.code, 130);
    assert!(
        outcome
            .asides
            .contains("cancelling: no step runs; Ctrl-C again leaves it as it is"),
        "{}",
        outcome.asides
    );
    assert!(
        outcome.results.contains("eu-01  cancelled: before check"),
        "{}",
        outcome.results
    );
}

#[tokio::test]
async fn the_second_interrupt_leaves_the_job_and_says_how_it_is_resumed() {
    let words = &["push", "v1.2.0", "--host", "eu-01", "--yes"];
    let outcome = Run {
        play: Play::InterruptedTwice,
        ..Run::of(words)
    }
    .go()
    .await;
    assert_eq!(outcome.code, 130);
    assert!(
        outcome.asides.contains("next: tagboat job resume"),
        "{}",
        outcome.asides
    );
    assert!(
        outcome.asides.contains("is at 0 of 9 steps"),
        "{}",
        outcome.asides
    );
}

#[tokio::test]
async fn an_interrupt_while_hosts_are_asked_changes_nothing() {
    let outcome = Run {
        play: Play::InterruptedEarly,
        ..Run::of(&["push", "v1.2.0", "--all", "-y"])
    }
    .go()
    .await;
    assert_eq!(
        (outcome.code, outcome.asides.as_str()),
        (130, "tagboat: stopped. Nothing was changed.\n")
    );
}

#[tokio::test]
async fn a_job_that_the_engine_declines_is_refused_with_its_reason() {
    let outcome = Run {
        play: Play::Declined,
        ..Run::of(&["activate", "v1.0.0", "--host", "eu-01", "-y", "--json"])
    }
    .go()
    .await;
    assert_eq!(outcome.code, 3);
    let last: serde_json::Value = serde_json::from_str(outcome.results.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["event"], &last["exit"], &last["cause"]),
        (&"stopped".into(), &3.into(), &"another job works on eu-01".into())
    );
}

#[tokio::test]
async fn what_is_not_there_is_refused_with_what_is() {
    for (words, code, said) in [
        (
            &["push", "v9", "--host", "eu-01", "-y"][..],
            3,
            "convocate:v9 is not at the source, which has v1.2.0",
        ),
        (
            &["push", "v1.2.0", "--host", "eu-03", "-y"],
            2,
            "there is no host eu-03",
        ),
        (&["push", "v1.2.0", "-y"], 2, "no host was chosen of 3"),
        (&["push", "v 9", "--all", "-y"], 2, "\"v 9\" is not a valid tag"),
        (
            &["activate", "v9", "--host", "eu-01", "-y"],
            3,
            "eu-01: convocate:v9 is not there",
        ),
        (&["session", "restart", "zzz", "-y"], 3, "there is no session zzz"),
        (&["session", "restart", "twin", "-y"], 2, "twin could be eu-01/"),
        (
            &["prune", "--host", "us-01", "-y"],
            3,
            "us-01: unreachable: no route to \\x1b[31mhost",
        ),
        (&["job", "show", "ffff"], 2, "there is no job ffff"),
        (&["job", "resume", "ffff"], 2, "there is no job ffff"),
    ] {
        let outcome = Run::of(words).go().await;
        assert_eq!(outcome.code, code, "{words:?}: {}", outcome.asides);
        assert!(outcome.asides.contains(said), "{words:?}: {}", outcome.asides);
        assert!(
            outcome.asides.contains("Nothing was changed"),
            "{words:?}: {}",
            outcome.asides
        );
    }
}
