//! What tests of one push through real ssh and real engines share: the lab, images that no host has, and what was told.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells why it was skipped"
)]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tagboat::model::fleet::{SourceImage, Stamp};
use tagboat::model::job::{JobEvent, Progress, StepKind, StepState, Target, TrackResult};
use tagboat::model::names::{HostName, ImageRef, JobId, Operator};
use tagboat::model::plan::{Presence, PushOptions, PushPlan, PushTarget};
use tagboat::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};
use tagboat::ops::connector::Connector;
use tagboat::ops::docker::connect_source;
use tagboat::ops::export::Exports;
use tagboat::ops::host_link::HostLink;
use tagboat::ops::layers::LayerStore;
use tagboat::ops::ports::{ContainerEngine, Removal, Script, ScriptCall, SystemClock};
use tagboat::ops::push::push_to_host;
use tagboat::ops::report::{JobSink, TrackReporter};
use tagboat::ops::ssh::SshSettings;
use tokio_util::sync::CancellationToken;

pub(crate) const STAMP: &str = "/etc/tagboat-push-test/current-image";

/// Everything that a job told; ends it once so many bytes of a step have moved.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) events: Mutex<Vec<JobEvent>>,
    pub(crate) cancel_at: Option<(StepKind, u64)>,
    pub(crate) cancel: CancellationToken,
    /// What happens then, instead of the cancellation.
    pub(crate) on_reach: Option<fn()>,
    pub(crate) reached: AtomicBool,
}

#[async_trait::async_trait]
impl JobSink for Told {
    async fn record(&self, event: JobEvent) -> Result<(), String> {
        self.events.lock().unwrap().push(event);
        Ok(())
    }

    fn progress(&self, _: &Target, progress: Progress) {
        if let Some((kind, bytes)) = self.cancel_at
            && self.running() == Some(kind)
            && progress.done >= bytes
        {
            match self.on_reach {
                None => self.cancel.cancel(),
                Some(_) if self.reached.swap(true, Ordering::Relaxed) => {}
                Some(act) => act(),
            }
        }
    }
}

impl Told {
    pub(crate) fn running(&self) -> Option<StepKind> {
        let events = self.events.lock().unwrap();
        events.iter().rev().find_map(|event| match event {
            JobEvent::Step { step, .. } => Some(step.kind),
            _ => None,
        })
    }

    pub(crate) fn end_of(&self, kind: StepKind) -> StepState {
        let events = self.events.lock().unwrap();
        let states = events.iter().filter_map(|event| match event {
            JobEvent::Step { step, state, .. } if step.kind == kind => Some(state.clone()),
            _ => None,
        });
        states.fold(StepState::Waiting, |_, state| state)
    }
}

pub(crate) struct Lab {
    pub(crate) connector: Connector,
    pub(crate) source: Arc<dyn ContainerEngine>,
    pub(crate) folder: tempfile::TempDir,
}

impl Lab {
    /// The lab of this machine; none, with a word, where there is none.
    pub(crate) async fn find() -> Option<Self> {
        let (Ok(config), Ok(docker_host)) = (
            std::env::var("TAGBOAT_LAB_SSH_CONFIG"),
            std::env::var("DOCKER_HOST"),
        ) else {
            eprintln!("skipped: no lab; run `eval \"$(tests/lab/lab env)\"` first");
            return None;
        };
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let ssh = SshSettings::prepare(&folder.path().join("s"), Some(Path::new(&config)), None).unwrap();
        Some(Self {
            connector: Connector::new(ssh, None),
            source: connect_source(Some(&docker_host)).await.unwrap(),
            folder,
        })
    }

    pub(crate) async fn link(&self, host: &str) -> HostLink {
        self.link_as(host, host).await
    }

    /// A link to a host by an address such as `user@host`.
    pub(crate) async fn link_as(&self, host: &str, address: &str) -> HostLink {
        let mut profile = Profile::convocate();
        STAMP.clone_into(&mut profile.paths.stamp);
        "/etc/tagboat-push-test/image-history".clone_into(&mut profile.paths.history);
        let settings = HostSettings {
            name: HostName::parse(host).unwrap(),
            address: Address::Ssh(address.to_owned()),
            known_from: KnownFrom::ConfigFile,
            groups: Vec::new(),
            guard: Guard::Normal,
            helper: true,
            profile,
        };
        self.connector.connect(&settings).await.unwrap().link
    }

    pub(crate) fn layers(&self) -> LayerStore {
        LayerStore::new(self.folder.path().join("layers"))
    }

    /// An image of the source engine that no host has: a layer of so many random bytes, and one that repeats.
    pub(crate) async fn new_image(&self, tag: &str, bytes: usize) -> (ImageRef, SourceImage) {
        let reference = ImageRef::parse(&format!("convocate:test-push-{tag}")).unwrap();
        let context = self.folder.path().join(tag);
        std::fs::create_dir_all(&context).unwrap();
        let dockerfile =
            "FROM convocate:v1.0.0\nCOPY payload /payload\nCOPY again /again\nCOPY again /again\n";
        std::fs::write(context.join("Dockerfile"), dockerfile).unwrap();
        std::fs::write(context.join("again"), "twice\n").unwrap();
        let payload = Command::new("head")
            .args(["-c", &bytes.to_string(), "/dev/urandom"])
            .output()
            .unwrap();
        std::fs::write(context.join("payload"), payload.stdout).unwrap();
        let built = Command::new("docker")
            .env("DOCKER_BUILDKIT", "0")
            .args(["build", "-q", "-t", &reference.to_string()])
            .arg(&context)
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        let image = source_image(&*self.source, &reference).await;
        (reference, image)
    }
}

pub(crate) async fn source_image(engine: &dyn ContainerEngine, reference: &ImageRef) -> SourceImage {
    let details = engine.image(&reference.to_string()).await.unwrap().unwrap();
    details.into()
}

pub(crate) fn plan_for(reference: &ImageRef, image: &SourceImage, host: &str) -> PushPlan {
    PushPlan {
        reference: reference.clone(),
        image: image.clone(),
        replace_tag: false,
        allow_failing: false,
        part_of: None,
        options: PushOptions::default(),
        via: None,
        hosts: vec![PushTarget {
            guard: tagboat::model::profile::Guard::Normal,
            host: HostName::parse(host).unwrap(),
            before: Stamp::Missing,
            before_id: None,
            presence: Presence::Absent,
            route: None,
            held_to: None,
        }],
        refused: Vec::new(),
    }
}

pub(crate) async fn push(plan: &PushPlan, link: &HostLink, exports: &Exports) -> (TrackResult, Arc<Told>) {
    push_told(plan, link, exports, Told::default()).await
}

pub(crate) async fn push_told(
    plan: &PushPlan,
    link: &HostLink,
    exports: &Exports,
    told: Told,
) -> (TrackResult, Arc<Told>) {
    let (cancel, told) = (told.cancel.clone(), Arc::new(told));
    let reporter = TrackReporter::new(
        Target::host(link.name().clone()),
        told.clone(),
        Arc::new(SystemClock),
        cancel,
    );
    let job = JobId::parse("20261121-013000-a1b2").unwrap();
    let operator = Operator::parse("tester@desk").unwrap();
    let result = push_to_host(
        plan,
        &plan.hosts[0],
        &job,
        &operator,
        link,
        &exports.clone().into(),
        &reporter,
    )
    .await;
    (result, told)
}

pub(crate) fn assert_done(result: &TrackResult) {
    assert!(matches!(result, TrackResult::Done(_)), "{result:#?}");
}

pub(crate) async fn on_host(link: &HostLink, text: &'static str) -> String {
    let script = Script { name: "test", text };
    let call = ScriptCall::question(script, [STAMP]).as_root();
    link.shell.run(call).await.unwrap().stdout
}

pub(crate) async fn forget(engine: &dyn ContainerEngine, reference: &ImageRef) {
    let removed = engine.remove_image(&reference.to_string()).await.unwrap();
    assert!(
        matches!(removed, Removal::Removed | Removal::WasGone),
        "{removed:?}"
    );
}

/// A command of the lab itself.
pub(crate) fn lab_command(arguments: &[&str]) {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
    let output = Command::new(lab).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
