//! A state directory that several engines share as processes of one operator do, and the program beside them.

use crate::fleets::{OneHost, host_name, session};
use jiff::Timestamp;
use std::num::NonZeroUsize;
use std::process::Stdio;
use std::time::Duration;
use tagboat::model::command::Command;
use tagboat::model::event::Event;
use tagboat::model::fleet::ContainerState;
use tagboat::model::job::{Job, JobEvent, Target, TrackResult};
use tagboat::model::names::{JobId, Operator};
use tagboat::model::plan::{Plan, RestartIntent, plan_restart};
use tagboat::model::rollout::{Canary, RolloutOrder};
use tagboat::ops::config::{CacheSettings, ContractSet};
use tagboat::ops::dirs::Dirs;
use tagboat::ops::engine::{self, EngineHandle, EngineOptions, Watching};
use tagboat::ops::journal::Journal;
use tagboat::ops::registry::Keychain;
use tempfile::TempDir;
use tokio::time::{Instant, timeout_at};

/// How long any state may take to come about.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn id() -> JobId {
    JobId::new(Timestamp::UNIX_EPOCH, 1)
}

pub(crate) fn target(number: usize) -> Target {
    Target::session(host_name(), session(&name(number)))
}

fn name(number: usize) -> String {
    format!("convocate-session-{number}")
}

fn operator(name: &str) -> Operator {
    Operator::parse(&format!("{name}@desk")).unwrap()
}

/// Why a session was left out.
pub(crate) fn skipped(job: &Job, number: usize) -> &str {
    match &job.track(&target(number)).unwrap().result {
        Some(TrackResult::Skipped(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// One canary with an approval, then waves of one, over three sessions.
fn plan() -> Plan {
    let mut host = OneHost::new()
        .image(1, &["v1"])
        .image(2, &["v2"])
        .stamped("v2", &["v1"]);
    for number in 0..3 {
        host = host.container(&name(number), "v1", 1, ContainerState::Running);
    }
    let intent = RestartIntent {
        sessions: (0..3)
            .map(|number| (host_name(), session(&name(number))))
            .collect(),
        onto: None,
        order: RolloutOrder {
            canary: Some(Canary {
                sessions: NonZeroUsize::MIN,
                approval: true,
            }),
            wave: NonZeroUsize::MIN,
            max_failures: 0,
        },
        only_others: false,
    };
    Plan::Restart(plan_restart(&intent, &host.fleet()).unwrap())
}

/// Where the processes of one operator keep their things.
pub(crate) struct Place(TempDir);

impl Place {
    /// An interrupted rollout that waits for an approval as soon as it is taken up.
    pub(crate) fn with_a_rollout_whose_canary_is_done() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let at = Timestamp::UNIX_EPOCH;
        let mut journal = place.journal().create(&id()).unwrap();
        let started = JobEvent::Started {
            plan: Box::new(plan()),
            operator: operator("first"),
            patience: tagboat::model::job::Patience::NONE,
            at,
        };
        let canary_is_done = JobEvent::TargetEnded {
            target: target(0),
            result: TrackResult::Done(None),
            at,
        };
        for event in [started, canary_is_done] {
            journal.append(&event).unwrap();
        }
        place
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.0.path().join("state")).unwrap()
    }

    /// What the journal of the rollout holds.
    pub(crate) fn events(&self) -> Vec<JobEvent> {
        self.journal().reopen(&id()).unwrap().1
    }

    /// Runs the program in this place: what it printed to both streams and its exit code.
    pub(crate) fn tagboat(&self, words: &[&str]) -> String {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tagboat"))
            .args(words)
            .env_clear()
            .env("HOME", self.0.path())
            .env("TAGBOAT_STATE_DIR", self.0.path().join("state"))
            .env("TAGBOAT_RUNTIME_DIR", self.0.path().join("run-cli"))
            .env("TAGBOAT_OPERATOR", "cli@desk")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap();
        format!(
            "{}--- beside\n{}--- exit {code}\n",
            text(output.stdout),
            text(output.stderr)
        )
    }
}

/// An engine as a process of its own has it: with its own sockets, and no hosts.
pub(crate) struct Process {
    engine: EngineHandle,
    job: Option<Job>,
}

impl Process {
    pub(crate) fn start(place: &Place, name: &str) -> Self {
        let path = |folder: &str| place.0.path().join(folder);
        let dirs = Dirs {
            state: path("state"),
            cache: path("cache"),
            runtime: path(&format!("run-{name}")),
        };
        dirs.create().unwrap();
        let engine = engine::start(EngineOptions {
            hosts: Vec::new(),
            ssh_config: None,
            operator: operator(name),
            dirs,
            watching: Watching::Live,
            keychain: Keychain::default(),
            contracts: ContractSet::default(),
            cache: CacheSettings {
                background: false,
                ..CacheSettings::default()
            },
        });
        Self {
            engine: engine.unwrap(),
            job: None,
        }
    }

    pub(crate) async fn send(&self, command: Command) {
        self.engine.commands.send(command).await.unwrap();
    }

    /// Hears events until one of them is what is waited for; the job is folded from all of them.
    pub(crate) async fn hear<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let event = timeout_at(deadline, self.engine.events.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("it never came; the job is {:#?}", self.job));
            let event = event.unwrap();
            match (&event, &mut self.job) {
                (Event::Known(job), _) => self.job = Some((**job).clone()),
                (Event::Job { event, .. }, Some(job)) => job.apply(event.clone()),
                _ => {}
            }
            if let Some(found) = pick(event) {
                return found;
            }
        }
    }

    /// Hears events until the job is so.
    pub(crate) async fn until(&mut self, is_so: impl Fn(&Job) -> bool) -> Job {
        loop {
            if let Some(job) = self.job.as_ref().filter(|job| is_so(job)) {
                return job.clone();
            }
            self.hear(|event| matches!(event, Event::Known(_) | Event::Job { .. }).then_some(()))
                .await;
        }
    }

    /// The next thing that is said beside all jobs.
    pub(crate) async fn notice(&mut self) -> String {
        self.hear(|event| match event {
            Event::Notice(text) => Some(text),
            _ => None,
        })
        .await
    }
}
