//! The scene of the push's tests: a source, a host that has nothing of it, and a plan.

use super::{Supply, push_to_host};
use crate::model::failure::Failure;
use crate::model::fleet::{Stamp, Store};
use crate::model::job::{StepKind, StepState, Target, TrackResult};
use crate::model::names::{ImageRef, JobId, Operator};
use crate::model::plan::{Presence, PushOptions, PushPlan, PushTarget};
use crate::ops::check::Checker;
use crate::ops::export::fixture::{Fixture, Layout};
use crate::ops::export::{Codec, Exports};
use crate::ops::layers::LayerStore;
use crate::ops::ports::ContainerEngine;
use crate::ops::report::TrackReporter;
use crate::ops::simulated::{LeapingClock, MemorySink, SimulatedEngine, SimulatedHost};
use std::fs;
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;

/// A source with `convocate:v1`, and a host that has nothing.
pub(super) struct Scene {
    pub(super) source: Arc<SimulatedEngine>,
    pub(super) host: SimulatedHost,
    pub(super) exports: Exports,
    pub(super) plan: PushPlan,
    pub(super) cancel: CancellationToken,
    _folder: tempfile::TempDir,
}

/// How a push ended, and what it told.
pub(super) struct Ended {
    pub(super) result: TrackResult,
    pub(super) told: Arc<MemorySink>,
}

impl Scene {
    pub(super) async fn new(store: Store) -> Self {
        Self::on(SimulatedHost::new(store)).await
    }

    /// One whose image is large enough to be sent while it is exported.
    pub(super) async fn large() -> Self {
        Self::with(SimulatedHost::new(Store::Classic), Fixture::large(Layout::Legacy)).await
    }

    pub(super) async fn on(host: SimulatedHost) -> Self {
        Self::with(host, Fixture::new(Layout::Legacy)).await
    }

    async fn with(host: SimulatedHost, fixture: Fixture) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = Arc::new(SimulatedEngine::new(
            Store::Classic,
            &folder.path().join("engine"),
        ));
        source.load(fixture.bytes());
        let exports = Exports::new(
            source.clone(),
            LayerStore::with_small_frames(folder.path().join("layers")),
        );
        let reference = ImageRef::parse("convocate:v1").unwrap();
        let details = source.image("convocate:v1").await.unwrap().unwrap();
        let plan = PushPlan {
            reference,
            image: details.into(),
            replace_tag: false,
            allow_failing: false,
            part_of: None,
            options: PushOptions::default(),
            via: None,
            hosts: vec![PushTarget {
                guard: crate::model::profile::Guard::Normal,
                host: host.link.name().clone(),
                before: Stamp::Active(ImageRef::parse("convocate:v0").unwrap()),
                before_id: None,
                presence: Presence::Absent,
                route: None,
                held_to: None,
            }],
            refused: Vec::new(),
        };
        fs::create_dir(host.path("etc")).unwrap();
        fs::write(host.path("etc/current-image"), "convocate:v0\n").unwrap();
        Self {
            source,
            host,
            exports,
            plan,
            cancel: CancellationToken::new(),
            _folder: folder,
        }
    }

    pub(super) async fn push(&self) -> Ended {
        self.push_with(Checker::default()).await
    }

    /// Pushes with these contracts.
    pub(super) async fn push_with(&self, checker: Checker) -> Ended {
        let told = Arc::new(MemorySink::default());
        let reporter = TrackReporter::new(
            Target::host(self.host.link.name().clone()),
            told.clone(),
            Arc::new(LeapingClock::default()),
            self.cancel.clone(),
        );
        let job = JobId::parse("20261121-013000-a1b2").unwrap();
        let operator = Operator::parse("tester@desk").unwrap();
        let supply = Supply {
            checker,
            ..self.exports.clone().into()
        };
        let result = push_to_host(
            &self.plan,
            &self.plan.hosts[0],
            &job,
            &operator,
            &self.host.link,
            &supply,
            &reporter,
        )
        .await;
        Ended { result, told }
    }

    /// The archive as it is made here.
    pub(super) async fn archive(&self, codec: Codec) -> Vec<u8> {
        let (image, reference) = (&self.plan.image, &self.plan.reference);
        let layers = image.layers.iter().cloned().collect();
        let made = self
            .exports
            .archive(image, reference, &layers, codec, |_| {}, &self.cancel);
        let mut bytes = Vec::new();
        made.await
            .unwrap()
            .0
            .reader(0)
            .read_to_end(&mut bytes)
            .await
            .unwrap();
        bytes
    }

    pub(super) fn stamp(&self) -> String {
        self.host.read("etc/current-image").unwrap()
    }
}

impl Ended {
    pub(super) fn done(&self) -> &Self {
        assert!(matches!(self.result, TrackResult::Done(_)), "{:#?}", self.result);
        self
    }

    pub(super) fn failure(&self) -> &Failure {
        match &self.result {
            TrackResult::Failed(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn state(&self, kind: StepKind) -> StepState {
        let ends = self.told.ends();
        let found = ends.into_iter().find(|(step, _)| step.kind == kind);
        found.map_or(StepState::Waiting, |(_, state)| state)
    }

    pub(super) fn was_skipped(&self, kind: StepKind) -> bool {
        matches!(self.state(kind), StepState::Skipped(_))
    }
}

/// The failure says where, why, in what state and what next; and nothing on the host is other than before.
pub(super) fn assert_untouched(scene: &Scene, failure: &Failure, kind: StepKind) {
    assert_eq!(failure.step, kind, "{failure}");
    assert!(
        failure.state.contains("the stamp is still convocate:v0"),
        "{failure}"
    );
    assert!(
        failure.advice.contains("tagboat push convocate:v1 --host sim-1"),
        "{failure}"
    );
    assert_eq!(scene.stamp(), "convocate:v0\n");
    assert_eq!(scene.host.read("etc/image-history"), None);
}
