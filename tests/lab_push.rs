//! The push against real hosts of the lab (`tests/lab`), both image stores. Skipped, with a word, where no lab is up.
//!
//! The stamp and the history are in a folder of its own, so that the hosts' own stamps are not touched.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells why it was skipped"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use tagboat::model::fleet::{SourceImage, Stamp, Store};
use tagboat::model::job::{JobEvent, Progress, StepKind, StepState, Target, TrackResult};
use tagboat::model::names::{HostName, ImageRef, JobId, Operator};
use tagboat::model::plan::{Presence, PushPlan, PushTarget};
use tagboat::model::profile::{Address, Guard, HostSettings, Profile};
use tagboat::ops::connector::Connector;
use tagboat::ops::docker::connect_source;
use tagboat::ops::export::Exports;
use tagboat::ops::host_link::HostLink;
use tagboat::ops::ports::{ContainerEngine, Removal, Script, ScriptCall, SystemClock};
use tagboat::ops::push::push_to_host;
use tagboat::ops::report::{JobSink, TrackReporter};
use tagboat::ops::ssh::SshSettings;
use tokio_util::sync::CancellationToken;

const STAMP: &str = "/etc/tagboat-push-test/current-image";

/// Everything that a job told.
#[derive(Default)]
struct Told(Mutex<Vec<JobEvent>>);

#[async_trait::async_trait]
impl JobSink for Told {
    async fn record(&self, event: JobEvent) -> Result<(), String> {
        self.0.lock().unwrap().push(event);
        Ok(())
    }

    fn progress(&self, _: &Target, _: Progress) {}
}

impl Told {
    fn end_of(&self, kind: StepKind) -> StepState {
        let events = self.0.lock().unwrap();
        let states = events.iter().filter_map(|event| match event {
            JobEvent::Step { step, state, .. } if step.kind == kind => Some(state.clone()),
            _ => None,
        });
        states.fold(StepState::Waiting, |_, state| state)
    }
}

struct Lab {
    connector: Connector,
    source: Arc<dyn ContainerEngine>,
    folder: tempfile::TempDir,
}

impl Lab {
    /// The lab of this machine; none, with a word, where there is none.
    async fn find() -> Option<Self> {
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

    async fn link(&self, host: &str) -> HostLink {
        let mut profile = Profile::convocate();
        STAMP.clone_into(&mut profile.paths.stamp);
        "/etc/tagboat-push-test/image-history".clone_into(&mut profile.paths.history);
        let settings = HostSettings {
            name: HostName::parse(host).unwrap(),
            address: Address::Ssh(host.to_owned()),
            groups: Vec::new(),
            guard: Guard::Normal,
            profile,
        };
        self.connector.connect(&settings).await.unwrap().link
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// An image of the source engine that no host has: one layer of random bytes, and one that repeats.
    async fn new_image(&self, tag: &str) -> (ImageRef, SourceImage) {
        let reference = ImageRef::parse(&format!("convocate:test-push-{tag}")).unwrap();
        let context = self.folder.path().join(tag);
        std::fs::create_dir_all(&context).unwrap();
        let dockerfile = "FROM convocate:v1.0.0\nCOPY payload /payload\nCOPY payload /again/payload\n";
        std::fs::write(context.join("Dockerfile"), dockerfile).unwrap();
        let payload = Command::new("head")
            .args(["-c", "3000000", "/dev/urandom"])
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
        let details = self.source.image(&reference.to_string()).await.unwrap().unwrap();
        let image = SourceImage {
            id: details.id,
            content: details.content,
            platform: details.platform,
            size: details.size,
            layers: details.layers,
            created_at: details.created_at,
        };
        (reference, image)
    }
}

fn plan_for(reference: &ImageRef, image: &SourceImage, host: &str) -> PushPlan {
    PushPlan {
        reference: reference.clone(),
        image: image.clone(),
        replace_tag: false,
        hosts: vec![PushTarget {
            host: HostName::parse(host).unwrap(),
            before: Stamp::Missing,
            presence: Presence::Absent,
        }],
        refused: Vec::new(),
    }
}

async fn push(plan: &PushPlan, link: &HostLink, exports: &Exports) -> (TrackResult, Arc<Told>) {
    let told = Arc::new(Told::default());
    let reporter = TrackReporter::new(
        Target::host(link.name().clone()),
        told.clone(),
        Arc::new(SystemClock),
        CancellationToken::new(),
    );
    let job = JobId::parse("20261121-013000-a1b2").unwrap();
    let operator = Operator::parse("tester@desk").unwrap();
    let result = push_to_host(plan, &plan.hosts[0], &job, &operator, link, exports, &reporter).await;
    (result, told)
}

async fn on_host(link: &HostLink, text: &'static str) -> String {
    let script = Script { name: "test", text };
    let call = ScriptCall::question(script, [STAMP]).as_root();
    link.shell.run(call).await.unwrap().stdout
}

async fn forget(engine: &dyn ContainerEngine, reference: &ImageRef) {
    let removed = engine.remove_image(&reference.to_string()).await.unwrap();
    assert!(
        matches!(removed, Removal::Removed | Removal::WasGone),
        "{removed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_arrives_on_both_stores_with_its_content_and_is_stamped() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("arrives").await;
    let exports = Exports::new(lab.source.clone(), lab.cache());
    let mut stores = Vec::new();
    for host in ["lab-1", "lab-2"] {
        let link = lab.link(host).await;
        let plan = plan_for(&reference, &image, host);
        let (result, told) = push(&plan, &link, &exports).await;
        assert!(matches!(result, TrackResult::Done(_)), "{host}: {result:#?}");
        for event in told.0.lock().unwrap().iter() {
            if let JobEvent::Step { step, state, .. } = event
                && state.is_over()
            {
                eprintln!("{host} {step}: {state:?}");
            }
        }

        let there = link.engine.image(&reference.to_string()).await.unwrap().unwrap();
        let store = link.engine.facts().await.unwrap().store;
        eprintln!("{host} {store:?}: {}", there.id);
        assert_eq!(there.content, image.content);
        assert_eq!(there.layers, image.layers);
        assert_eq!(
            there.id == image.id,
            store == Store::Classic,
            "the classic store keeps the id"
        );
        stores.push(store);
        let staging = format!("tagboat-staging:{}", image.id.short());
        assert_eq!(link.engine.image(&staging).await.unwrap(), None);
        assert_eq!(
            on_host(&link, r#"cat "$1"; stat -c %a "$1""#).await,
            format!("{reference}\n644\n")
        );
        let history = on_host(&link, r#"cat "${1%/*}/image-history""#).await;
        let fields: Vec<_> = history.trim_end().split('\t').skip(1).collect();
        let expected = [
            "tester@desk",
            &reference.to_string(),
            there.id.as_str(),
            "20261121-013000-a1b2",
        ];
        assert_eq!(fields, expected);
        assert_eq!(
            on_host(&link, "ls /tmp | grep -c convocate-image").await.trim(),
            "0"
        );

        // It runs, which an image with a missing layer would not.
        let run = on_host(
            &link,
            r"docker run --rm --network none convocate:test-push-arrives sha256sum /again/payload | wc -l",
        )
        .await;
        assert_eq!(run.trim(), "1");

        let (again, told) = push(&plan, &link, &exports).await;
        assert!(matches!(again, TrackResult::Done(_)), "{again:#?}");
        assert!(matches!(told.end_of(StepKind::Send), StepState::Skipped(_)));
        assert!(matches!(told.end_of(StepKind::Stamp), StepState::Skipped(_)));

        on_host(&link, r#"rm -r "${1%/*}""#).await;
        forget(&*link.engine, &reference).await;
    }
    assert!(
        stores.contains(&Store::Classic) && stores.contains(&Store::Containerd),
        "{stores:?}"
    );
    forget(&*lab.source, &reference).await;
}
