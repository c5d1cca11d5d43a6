//! A push by delta to several hosts: what the plan knows before it, and the job while it runs.

use super::contracts::contracts;
use super::jobs::{of_job, push_plan, step};
use super::{ago, digest, host, image_id, listed, operator, platform};
use tagboat::model::console::{Msg, State, update};
use tagboat::model::event::Event;
use tagboat::model::fleet::{Delta, Stock, StockedHelper, StockedLayer, StockedRecipe};
use tagboat::model::job::{JobEvent, StepKind, StepState, Target, TrackResult, Transfer};
use tagboat::model::plan::Mode;

const JOB: &str = "20261121-031340-7c21";

/// The console after the hosts were listed and the images here were taken in.
pub(crate) fn stocked(size: (u16, u16)) -> State {
    let mut state = listed(size);
    update(&mut state, Msg::from(Event::Fleet(Delta::Stock(stock()))));
    state.settle();
    state
}

fn stock() -> Stock {
    let layers = [
        ("base", 131_000_000),
        ("v3.0.0", 1_029_000_000),
        ("v3.1.0", 1_029_000_000),
        ("v3.2.0", 1_029_000_000),
    ];
    let layer = |(name, size): (&str, u64)| {
        let stocked = StockedLayer {
            size,
            packed: Some(size / 100 * 30),
            has_index: true,
        };
        (digest(name), stocked)
    };
    let recipe = |version: &str, bytes| StockedRecipe {
        base: vec![digest("base"), digest(version)],
        target: [digest("v3.2.0")].into(),
        bytes,
        is_made: true,
    };
    Stock {
        layers: layers.map(layer).into(),
        recipes: vec![recipe("v3.0.0", 2_410_000), recipe("v3.1.0", 182_000)],
        plain_manifests: [image_id("v3.0.0 manifest").0, image_id("v3.1.0 manifest").0].into(),
        helper: Some(StockedHelper {
            platform: platform(),
            bytes: 697_000,
        }),
        bytes: 970_000_000,
        limit: Some(20_000_000_000),
        contracts: contracts(),
    }
}

/// The console while the engines of two hosts load what their helpers rebuild, and the third one is done.
pub(crate) fn delta_push(size: (u16, u16)) -> State {
    let mut state = stocked(size);
    let plan = push_plan(&state.fleet, &["eu-01", "eu-02", "eu-05"]);
    let started = JobEvent::Started {
        plan: Box::new(plan),
        operator: operator(),
        patience: tagboat::model::job::Patience::NONE,
        at: ago(20),
    };
    let mut events = vec![of_job(JOB, started)];
    for on in ["eu-01", "eu-02", "eu-05"] {
        for (kind, note, from, to) in [
            (StepKind::Check, "7f2a91c04d3e here, 1.16 GB", 20, 20),
            (StepKind::Compare, "it has 1 of 2 layers", 20, 20),
            (StepKind::Export, "182 kB against convocate:v3.1.0", 20, 19),
            (StepKind::Send, "182 kB", 19, 19),
            (StepKind::Verify, "SHA-256 5c1e0b6a9d47f2c8", 19, 19),
        ] {
            events.push(step(JOB, on, kind, StepState::Running, ago(from)));
            events.push(step(JOB, on, kind, StepState::Done(Some(note.into())), ago(to)));
        }
        events.push(step(JOB, on, StepKind::Load, StepState::Running, ago(19)));
    }
    events.extend(first_one_is_done());
    for event in events {
        update(&mut state, Msg::from(event));
    }
    state.messages.acknowledge();
    state.settle();
    state
}

fn first_one_is_done() -> Vec<Event> {
    let on = "eu-05";
    let target = Target::host(host(on));
    let loaded = StepState::Done(Some("rebuilt 1029 MB in 3.4 s with 6 MB of memory".into()));
    let mut events = vec![step(JOB, on, StepKind::Load, loaded, ago(5))];
    for (kind, note) in [
        (
            StepKind::Confirm,
            Some("convocate:v3.2.0 is 7f2a91c04d3e".to_owned()),
        ),
        (StepKind::Stamp, None),
        (StepKind::CleanUp, None),
    ] {
        events.push(step(JOB, on, kind, StepState::Running, ago(5)));
        events.push(step(JOB, on, kind, StepState::Done(note), ago(5)));
    }
    let transfer = Transfer {
        mode: Mode::Delta,
        base: Some("convocate:v3.1.0".into()),
        bytes_sent: 182_000,
        bytes_whole: 348_000_000,
        image_id: image_id("v3.2.0"),
    };
    let ended = JobEvent::TargetEnded {
        target: target.clone(),
        result: TrackResult::Done(Some("convocate:v3.2.0 is active".into())),
        at: ago(5),
    };
    events.push(of_job(
        JOB,
        JobEvent::Transferred {
            target,
            transfer,
            at: ago(5),
        },
    ));
    events.push(of_job(JOB, ended));
    events
}
