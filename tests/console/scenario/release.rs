//! A release: its plan as the engine would make it, and one that ended at its contract.

use super::{HOSTS, ago, digest, fleet_events, listed, of_job, operator, settings, tag};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tagboat::model::console::{Msg, State, update};
use tagboat::model::contract::Contract;
use tagboat::model::failure::Failure;
use tagboat::model::fleet::{Fleet, Host, Platform, RegistryLook, There};
use tagboat::model::job::{JobEvent, Patience, Step, StepKind, StepState, Target, TrackResult, Verdict};
use tagboat::model::names::{ImageRef, RegistryRepository};
use tagboat::model::plan::{
    BuildContext, BuildDraft, BuildSettings, Builder, ContextFrom, Plan, ProjectState, ReleaseContract,
    ReleaseIntent, ReleasePlan, Tree, plan_release,
};

const SIZE: (u16, u16) = (110, 34);
const JOB: &str = "20261121-031000-5e1e";

/// What was done before the contract was asked.
fn done_before() -> [(Step, &'static str); 5] {
    [
        (
            ReleasePlan::project_step(),
            "VERSION says v3.3.0; the tree is as committed in 4f3a91c2d4b8",
        ),
        (Step::of(StepKind::Check), "Docker 26.1.5, buildx 0.13.1"),
        (Step::of(StepKind::Pack), "214 files, 3.4 MB"),
        (Step::of(StepKind::Build), "11 steps"),
        (Step::of(StepKind::Confirm), "7f2a91c04d3e, 14 layers, 1.16 GB"),
    ]
}

fn of_step(step: Step, state: StepState, at: Timestamp) -> JobEvent {
    JobEvent::Step {
        target: Target::source(),
        step,
        state,
        at,
    }
}

fn contract() -> Contract {
    Contract {
        name: "convocate".to_owned(),
        title: String::new(),
        rules: Vec::new(),
    }
}

/// A console whose config says where images are published.
pub(crate) fn with_config() -> State {
    let mut state = listed(SIZE);
    let repository = RegistryRepository::parse("ghcr.io/acme/convocate").unwrap();
    let hosts = HOSTS.map(|name| {
        let mut settings = settings(name);
        settings.profile.registry = Some(repository.clone());
        Host::new(settings)
    });
    state.fleet = Fleet::new(hosts);
    for event in fleet_events() {
        update(&mut state, Msg::from(event));
    }
    state.settle();
    state
}

/// The plan of a release of this version, as the engine would make it.
pub(crate) fn release_plan(version: &str) -> ReleasePlan {
    let reference: ImageRef = tag(version);
    let to = RegistryRepository::parse("ghcr.io/acme/convocate").unwrap();
    let to = to.with_tag(reference.tag.clone());
    let look = RegistryLook {
        reference: reference.clone(),
        image: None,
        to: to.clone(),
        name_here: None,
        there: Ok(There::Nothing),
    };
    let draft = draft(reference);
    let platform = Platform {
        os: "linux".to_owned(),
        architecture: "amd64".to_owned(),
    };
    let commit = "4f3a91c2d4b8e6050123456789abcdef01234567".to_owned();
    let intent = ReleaseIntent {
        build: draft.intent(false, (platform, None)),
        built: None,
        project: ProjectState {
            version_from: "/src/agents/VERSION".to_owned(),
            version: version.to_owned(),
            tree: Tree::Git {
                head: commit.clone(),
                commit,
                changed: Vec::new(),
                tagged: None,
            },
        },
        allow_dirty: false,
        contract: Some(ReleaseContract {
            contract: contract(),
            allow_failing: false,
        }),
        to: Some(to),
    };
    plan_release(&intent, Some(&look)).unwrap()
}

fn draft(reference: ImageRef) -> BuildDraft {
    BuildDraft {
        reference,
        context: BuildContext {
            origin: ContextFrom::Directory("/src/agents".to_owned()),
            dockerfile: "Dockerfile".to_owned(),
            digest: digest("a context"),
            files: 214,
            size: 3_400_000,
            ignored: 12,
        },
        settings: BuildSettings {
            builder: Builder::Buildkit,
            args: BTreeMap::new(),
            target: None,
            no_cache: false,
            network: None,
            epoch: Some(1_795_000_000),
        },
        labels: BTreeMap::new(),
    }
}

/// A release that has ended at its contract.
pub(crate) fn failed() -> State {
    let mut state = with_config();
    let at = ago(120);
    let tell = |state: &mut State, event: JobEvent| {
        update(state, Msg::from(of_job(JOB, event)));
    };
    tell(
        &mut state,
        JobEvent::Started {
            plan: Box::new(Plan::Release(release_plan("v3.3.0"))),
            operator: operator(),
            patience: Patience::NONE,
            at,
        },
    );
    let target = Target::source();
    for (step, text) in done_before() {
        tell(
            &mut state,
            of_step(step, StepState::Done(Some(text.to_owned())), at),
        );
    }
    tell(
        &mut state,
        JobEvent::Log {
            target: target.clone(),
            line: "FAIL tmux: there is no program tmux on PATH; apt-get install -y tmux".to_owned(),
        },
    );
    let failure = broken_contract();
    tell(
        &mut state,
        of_step(
            ReleasePlan::contract_step(),
            StepState::Failed(failure.clone()),
            at,
        ),
    );
    tell(
        &mut state,
        JobEvent::TargetEnded {
            target,
            result: TrackResult::Failed(failure),
            at,
        },
    );
    tell(
        &mut state,
        JobEvent::Ended {
            verdict: Verdict::Failed,
            at,
        },
    );
    state.messages.acknowledge();
    state.settle();
    state
}

fn broken_contract() -> Failure {
    Failure {
        host: None,
        step: StepKind::Check,
        cause: "the image breaks the contract convocate: tmux".to_owned(),
        state: "Nothing was tagged or published.".to_owned(),
        advice: "mend it and release again, or release it all the same with --allow-failing".to_owned(),
        retryable: false,
    }
}
