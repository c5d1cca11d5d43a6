//! What is planned of a build, and what is refused.

use super::{BuildContext, BuildIntent, BuildSettings, Builder, ContextFrom, Platform, TagThere, plan_build};
use crate::model::job::{JobEvent, Patience, Target};
use crate::model::names::{Digest, ImageId, ImageRef, Operator};
use crate::model::plan::{Gate, Plan};
use jiff::Timestamp;
use std::collections::BTreeMap;

pub(in crate::model::plan) fn intent() -> BuildIntent {
    BuildIntent {
        reference: ImageRef::parse("convocate:v1.2.0").unwrap(),
        context: BuildContext {
            origin: ContextFrom::Directory("/src/app".to_owned()),
            dockerfile: "Dockerfile".to_owned(),
            digest: Digest::from_bytes(&[7; 32]),
            files: 12,
            size: 34_000,
            ignored: 2,
        },
        settings: BuildSettings {
            builder: Builder::Classic,
            args: BTreeMap::from([("BASE_IMAGE".to_owned(), "debian:13".to_owned())]),
            target: None,
            no_cache: false,
            network: None,
            epoch: Some(1_700_000_000),
        },
        labels: BTreeMap::from([("org.opencontainers.image.version".to_owned(), "v1.2.0".to_owned())]),
        replace_tag: false,
        platform: Platform {
            os: "linux".to_owned(),
            architecture: "amd64".to_owned(),
        },
        there: None,
    }
}

fn there() -> TagThere {
    TagThere {
        image_id: ImageId(Digest::from_bytes(&[9; 32])),
        created_at: Some(Timestamp::UNIX_EPOCH),
        containers: vec!["convocate-session-1".to_owned()],
    }
}

#[test]
fn a_build_is_about_the_source_alone_and_says_what_goes_into_it() {
    let plan = Plan::Build(plan_build(&intent()).unwrap());
    assert_eq!(plan.title(), "build convocate:v1.2.0 from /src/app");
    assert_eq!(plan.targets(), [Target::source()]);
    let steps: Vec<_> = plan
        .steps(&Target::source())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(steps, ["check", "pack", "build", "confirm", "tag", "index"]);
    let line = &plan.lines()[0];
    assert_eq!(
        (line.before.as_str(), line.after.as_str()),
        ("no such tag", "v1.2.0")
    );
    assert_eq!(line.note, "Dockerfile for linux/amd64, by the classic builder");
    assert_eq!(
        line.costs,
        [
            "context: 12 files, 34 kB, 2 left out by .dockerignore",
            "argument BASE_IMAGE=debian:13",
            "label org.opencontainers.image.version=v1.2.0"
        ]
    );
    assert!(plan.needed_tags().is_empty());
    assert_eq!(plan.undo(), "docker rmi convocate:v1.2.0");
}

#[test]
fn a_tag_that_is_there_is_refused_with_what_uses_it_unless_it_is_to_be_moved() {
    let mut wanted = intent();
    wanted.there = Some(there());
    let refusal = plan_build(&wanted).unwrap_err();
    assert_eq!(
        refusal.reason,
        "convocate:v1.2.0 is there already: it names 090909090909, built 1970-01-01 00:00 UTC, used here by convocate-session-1"
    );
    wanted.replace_tag = true;
    let plan = Plan::Build(plan_build(&wanted).unwrap());
    assert_eq!(plan.gate(), Gate::Typed("v1.2.0".to_owned()));
    assert!(plan.lines()[0].note.starts_with("moves the tag (--replace-tag)"));
    assert!(
        plan.undo().starts_with("docker tag sha256:0909"),
        "{}",
        plan.undo()
    );
}

#[test]
fn an_argument_that_looks_like_a_secret_is_refused_and_its_value_is_told_nowhere() {
    let mut wanted = intent();
    wanted
        .settings
        .args
        .insert("GITHUB_TOKEN".to_owned(), "canary".to_owned());
    let refusal = plan_build(&wanted).unwrap_err();
    assert!(refusal.reason.contains("GITHUB_TOKEN"), "{refusal}");
    assert!(refusal.advice.contains("--mount=type=secret"), "{refusal}");
    assert!(!refusal.to_string().contains("canary"), "{refusal}");
}

#[test]
fn a_build_is_read_from_its_journal_as_it_was_written() {
    let plan = Plan::Build(plan_build(&intent()).unwrap());
    let event = JobEvent::Started {
        plan: Box::new(plan.clone()),
        operator: Operator::parse("me@desk").unwrap(),
        patience: Patience::NONE,
        at: Timestamp::UNIX_EPOCH,
    };
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<JobEvent>(&text).unwrap(), event);
    assert_eq!(plan.rest(&[Target::source()]), Some(plan.clone()));
    assert_eq!(plan.rest(&[]), None);
}
