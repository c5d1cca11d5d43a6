//! A job at the source, from its command to its end, in a real engine that has no host.

use super::{EngineOptions, Watching, start};
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::fleet::Stamp;
use crate::model::job::{Job, JobEvent, Patience, Target, TrackResult};
use crate::model::names::{Digest, HostName, ImageId, ImageRef, JobId, Operator};
use crate::model::plan::{ActivatePlan, ActivateTarget, Plan};
use crate::model::profile::Guard;
use crate::ops::config::{CacheSettings, ContractSet};
use crate::ops::dirs::Dirs;
use crate::ops::registry::Keychain;
use jiff::Timestamp;
use std::path::Path;

/// A plan that has nothing for the source, and is about it.
fn plan() -> Plan {
    Plan::Activate(ActivatePlan {
        reference: ImageRef::parse("convocate:v1").unwrap(),
        hosts: vec![ActivateTarget {
            host: HostName::source(),
            before: Stamp::Missing,
            before_id: None,
            image_id: ImageId(Digest::from_bytes(&[1; 32])),
            guard: Guard::Normal,
        }],
        refused: Vec::new(),
    })
}

fn options(place: &Path) -> EngineOptions {
    let dirs = Dirs {
        state: place.join("state"),
        cache: place.join("cache"),
        runtime: place.join("run"),
    };
    dirs.create().unwrap();
    EngineOptions {
        hosts: Vec::new(),
        ssh_config: None,
        operator: Operator::parse("me@desk").unwrap(),
        dirs,
        watching: Watching::Once,
        cache: CacheSettings::default(),
        contracts: ContractSet::default(),
        keychain: Keychain::default(),
    }
}

/// Runs the plan to its end; the job as its events made it.
async fn run(place: &Path) -> Job {
    let id = JobId::new(Timestamp::UNIX_EPOCH, 1);
    let mut engine = start(options(place)).unwrap();
    let command = Command::Run {
        id: id.clone(),
        plan: Box::new(plan()),
        patience: Patience::NONE,
    };
    engine.commands.send(command).await.unwrap();
    let mut told = Vec::new();
    while !matches!(told.last(), Some(JobEvent::Ended { .. })) {
        match engine.events.recv().await.unwrap() {
            Event::Job { event, .. } => told.push(event),
            Event::Refused { refusal, .. } => panic!("{refusal}"),
            _ => {}
        }
    }
    Job::fold(id, told).unwrap()
}

#[tokio::test]
async fn a_job_at_the_source_waits_for_no_host_and_is_audited_here_alone() {
    let place = tempfile::tempdir().unwrap();
    let job = run(place.path()).await;
    let track = job.track(&Target::source()).unwrap();
    assert!(
        matches!(track.result, Some(TrackResult::NotBegun(_))),
        "{track:?}"
    );
    assert_eq!(
        track.lines,
        ["activate: nothing of it is done at the source"],
        "no other audit was missed"
    );
    let audit = std::fs::read_to_string(place.path().join("state/audit.jsonl")).unwrap();
    assert_eq!(audit.lines().count(), 1);
    assert!(audit.contains(r#""host":"(source)""#), "{audit}");
}

#[test]
fn an_event_about_the_source_is_read_as_it_was_written() {
    let event = JobEvent::Log {
        target: Target::source(),
        line: "a line".to_owned(),
    };
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<JobEvent>(&text).unwrap(), event);
}
