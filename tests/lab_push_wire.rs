//! A push between real stores and over real ssh: both stores as target, a containerd store as source, a login with sudo, a
//! send that is cancelled and resumed. Skipped, with a word, where no lab is up.
//!
//! The stamp and the history are in a folder of its own, so that the hosts' own stamps are not touched.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells why it was skipped"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tagboat::model::fleet::{Privilege, SourceImage, Stamp, Store};
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

/// Everything that a job told; ends it once so many bytes of a step have moved.
#[derive(Default)]
struct Told {
    events: Mutex<Vec<JobEvent>>,
    cancel_at: Option<(StepKind, u64)>,
    cancel: CancellationToken,
    /// What happens then, instead of the cancellation.
    on_reach: Option<fn()>,
    reached: AtomicBool,
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
    fn running(&self) -> Option<StepKind> {
        let events = self.events.lock().unwrap();
        events.iter().rev().find_map(|event| match event {
            JobEvent::Step { step, .. } => Some(step.kind),
            _ => None,
        })
    }

    fn end_of(&self, kind: StepKind) -> StepState {
        let events = self.events.lock().unwrap();
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
        self.link_as(host, host).await
    }

    /// A link to a host by an address such as `user@host`.
    async fn link_as(&self, host: &str, address: &str) -> HostLink {
        let mut profile = Profile::convocate();
        STAMP.clone_into(&mut profile.paths.stamp);
        "/etc/tagboat-push-test/image-history".clone_into(&mut profile.paths.history);
        let settings = HostSettings {
            name: HostName::parse(host).unwrap(),
            address: Address::Ssh(address.to_owned()),
            groups: Vec::new(),
            guard: Guard::Normal,
            profile,
        };
        self.connector.connect(&settings).await.unwrap().link
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// An image of the source engine that no host has: a layer of so many random bytes, and one that repeats.
    async fn new_image(&self, tag: &str, bytes: usize) -> (ImageRef, SourceImage) {
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

async fn source_image(engine: &dyn ContainerEngine, reference: &ImageRef) -> SourceImage {
    let details = engine.image(&reference.to_string()).await.unwrap().unwrap();
    SourceImage {
        id: details.id,
        content: details.content,
        platform: details.platform,
        size: details.size,
        layers: details.layers,
        created_at: details.created_at,
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
    push_told(plan, link, exports, Told::default()).await
}

async fn push_told(
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
    let result = push_to_host(plan, &plan.hosts[0], &job, &operator, link, exports, &reporter).await;
    (result, told)
}

fn assert_done(result: &TrackResult) {
    assert!(matches!(result, TrackResult::Done(_)), "{result:#?}");
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
    let (reference, image) = lab.new_image("arrives", 3_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.cache());
    let mut stores = Vec::new();
    let hosts = std::env::var("TAGBOAT_LAB_HOSTS").unwrap();
    for host in hosts.split(' ') {
        let link = lab.link(host).await;
        let plan = plan_for(&reference, &image, host);
        let (result, told) = push(&plan, &link, &exports).await;
        assert_done(&result);
        for event in told.events.lock().unwrap().iter() {
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
            r"docker run --rm --network none convocate:test-push-arrives cat /again",
        )
        .await;
        assert_eq!(run, "twice\n");

        let (again, told) = push(&plan, &link, &exports).await;
        assert_done(&again);
        assert!(matches!(told.end_of(StepKind::Send), StepState::Skipped(_)));
        assert!(matches!(told.end_of(StepKind::Stamp), StepState::Skipped(_)));

        on_host(&link, r#"rm -r "${1%/*}""#).await;
        forget(&*link.engine, &reference).await;
    }
    eprintln!("proven on {stores:?}");
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_is_cancelled_on_the_wire_ends_on_the_host_too_and_is_resumed() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("resumes", 60_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.cache());
    let link = lab.link("lab-1").await;
    let plan = plan_for(&reference, &image, "lab-1");
    let told = Told {
        cancel_at: Some((StepKind::Send, 5_000_000)),
        ..Told::default()
    };
    let (cancelled, _) = push_told(&plan, &link, &exports, told).await;
    let TrackResult::Cancelled(state) = &cancelled else {
        panic!("{cancelled:#?}")
    };
    assert!(state.contains(".tar.zst.part"), "{state}");
    let receiving = on_host(&link, "pgrep -f '[c]onvocate-image-.*part'; true").await;
    assert_eq!(
        receiving.trim(),
        "",
        "nothing of the push runs on the host any more"
    );
    let part = on_host(&link, "stat -c '%s %a' /tmp/convocate-image-*.part").await;
    let (size, mode) = part.trim().split_once(' ').unwrap();
    eprintln!("cancelled with {size} bytes there");
    assert_eq!(mode, "600");

    let (resumed, told) = push(&plan, &link, &exports).await;
    assert_done(&resumed);
    eprintln!("resumed: {:?}", told.end_of(StepKind::Send));
    assert!(
        matches!(told.end_of(StepKind::Send), StepState::Done(Some(note)) if note.starts_with("resumed"))
    );
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_containerd_store_is_a_source_too_and_a_login_with_sudo_is_enough() {
    let Some(lab) = Lab::find().await else { return };
    if !std::env::var("TAGBOAT_LAB_HOSTS").unwrap().contains("lab-3") {
        eprintln!("skipped: it needs three hosts with both stores");
        return;
    }
    let source = lab.link("lab-2").await;
    on_host(
        &source,
        "docker rm -f tagboat-push-test >/dev/null 2>&1
        docker create --name tagboat-push-test convocate:v1.0.0 >/dev/null &&
        date +%s%N >/tmp/tagboat-push-test && docker cp -q /tmp/tagboat-push-test tagboat-push-test:/committed &&
        docker commit tagboat-push-test convocate:test-push-committed >/dev/null
        docker rm -f tagboat-push-test >/dev/null; rm /tmp/tagboat-push-test",
    )
    .await;
    let reference = ImageRef::parse("convocate:test-push-committed").unwrap();
    let image = source_image(&*source.engine, &reference).await;
    let exports = Exports::new(source.engine.clone(), lab.cache());
    let link = lab.link_as("lab-3", "ops@lab-3").await;
    assert_eq!(link.privilege, Privilege::Sudo);
    let (result, _) = push(&plan_for(&reference, &image, "lab-3"), &link, &exports).await;
    assert_done(&result);
    let there = link.engine.image(&reference.to_string()).await.unwrap().unwrap();
    eprintln!(
        "{} on the containerd store is {} on the classic one",
        image.id, there.id
    );
    assert_eq!((there.content, there.layers), (image.content, image.layers));
    assert_eq!(
        on_host(&link, r#"cat "$1"; stat -c %U "$1""#).await,
        format!("{reference}\nroot\n")
    );
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*source.engine, &reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_without_room_fails_the_load_leaves_no_tag_and_the_next_push_sends_nothing() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("no-room", 9_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.cache());
    let plan = plan_for(&reference, &image, "lab-1");
    let link = lab.link("lab-1").await;
    on_host(&link, "mount -t tmpfs -o size=4m tmpfs /var/lib/docker/tmp").await;
    let (failed, _) = push(&plan, &link, &exports).await;
    on_host(&link, "umount /var/lib/docker/tmp").await;
    let TrackResult::Failed(failure) = &failed else {
        panic!("{failed:#?}")
    };
    eprintln!("{failure}");
    assert_eq!(failure.step, StepKind::Load);
    assert!(failure.cause.contains("no space left") && failure.advice.contains("free space"));
    let staging = format!("tagboat-staging:{}", image.id.short());
    assert_eq!(link.engine.image(&staging).await.unwrap(), None);
    assert_eq!(link.engine.image(&reference.to_string()).await.unwrap(), None);

    let (again, told) = push(&plan, &link, &exports).await;
    assert_done(&again);
    assert!(matches!(told.end_of(StepKind::Send), StepState::Skipped(_)));
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}

/// A command of the lab itself.
fn lab_command(arguments: &[&str]) {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
    let output = Command::new(lab).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_goes_silent_is_noticed_and_what_it_still_held_does_not_spoil_the_next_push() {
    let Some(lab) = Lab::find().await else { return };
    let (reference, image) = lab.new_image("silent", 20_000_000).await;
    let exports = Exports::new(lab.source.clone(), lab.cache());
    let plan = plan_for(&reference, &image, "lab-1");
    let link = lab.link("lab-1").await;
    lab_command(&["shape", "lab-1", "rate=16mbit"]);
    let told = Told {
        cancel_at: Some((StepKind::Send, 6_000_000)),
        on_reach: Some(|| lab_command(&["cut", "lab-1"])),
        ..Told::default()
    };
    let begun = std::time::Instant::now();
    let (broken, _) = push_told(&plan, &link, &exports, told).await;
    eprintln!(
        "noticed after {:.1} s in all: {broken:?}",
        begun.elapsed().as_secs_f32()
    );
    let TrackResult::Failed(failure) = &broken else {
        panic!("{broken:#?}")
    };
    assert!(
        failure.retryable && failure.state.contains(".tar.zst.part"),
        "{failure}"
    );
    drop(link);

    lab_command(&["heal", "lab-1"]);
    lab_command(&["shape", "lab-1", "off"]);
    let link = lab.link("lab-1").await;
    let (resumed, told) = push(&plan, &link, &exports).await;
    assert_done(&resumed);
    eprintln!("{:?}", told.end_of(StepKind::Send));
    on_host(&link, r#"rm -r "${1%/*}""#).await;
    forget(&*link.engine, &reference).await;
    forget(&*lab.source, &reference).await;
}
