//! The lab as a test sees it: an engine on real hosts, the fleet and the jobs folded from its events.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::Duration;
use tagboat::model::command::Command;
use tagboat::model::event::Event;
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{Fleet, Host};
use tagboat::model::job::{Job, JobEvent, JobState, Patience};
use tagboat::model::names::{HostName, ImageRef, JobId, Operator, SessionName};
use tagboat::model::plan::Plan;
use tagboat::ops::config::Config;
use tagboat::ops::dirs::Dirs;
use tagboat::ops::engine::{self, EngineHandle, EngineOptions, Watching};
use tagboat::ops::registry::Keychain;
use tempfile::TempDir;
use tokio::time::{Instant, timeout_at};

/// How long any state may take to come about; a lab host on a busy machine is slow, a state that never comes is a bug.
const PATIENCE: Duration = Duration::from_mins(3);

/// The lab's own commands.
pub struct Lab;

impl Lab {
    /// Brings the lab back to the state after `lab up`.
    pub fn reset() -> Self {
        assert!(
            std::env::var_os("TAGBOAT_LAB_HOSTS").is_some(),
            "the lab is not up: run `tests/lab/lab up`, then `eval \"$(tests/lab/lab env)\"`, then the test again"
        );
        let lab = Self;
        lab.run(&["reset"]);
        lab
    }

    /// Runs a command of the lab; its failure is the test's.
    pub fn run(&self, arguments: &[&str]) -> String {
        let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
        let output = Process::new(lab)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        assert!(
            output.status.success(),
            "lab {arguments:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs a shell line on a host as root.
    pub fn on(&self, host: &str, line: &str) -> String {
        self.run(&["exec", host, "sh", "-c", line])
    }

    /// The engine of a host dies as by a lack of memory, and stays down.
    pub fn kill_engine(&self, host: &str) {
        self.on(
            host,
            "touch /run/hold-dockerd; pkill -KILL -x dockerd; pkill -KILL -x containerd; \
             while pgrep -x 'dockerd|containerd' >/dev/null; do sleep 0.02; done",
        );
    }

    /// The same, as soon as it unpacks what the shell line `begin` makes it load.
    pub fn kill_engine_when_it_unpacks(&self, host: &str, begin: &str) {
        let unpacked =
            "ls -d /var/lib/docker/overlay2/* /var/lib/docker/containerd/daemon/*/snapshots/* 2>/dev/null";
        self.on(
            host,
            &format!(
                "touch /run/hold-dockerd; {unpacked} >/var/tmp/unpacked; {begin}; tries=0; \
                 until {unpacked} | grep -qvxFf /var/tmp/unpacked; do \
                 tries=$((tries + 1)); [ $tries -lt 5000 ] || exit 1; done; pkill -KILL -x dockerd"
            ),
        );
        self.kill_engine(host);
    }

    /// Removes the layers that a killed engine of the classic store has begun and does not know any more.
    pub fn sweep_engine(&self, host: &str) {
        self.on(
            host,
            "cd /var/lib/docker/overlay2 2>/dev/null || exit 0; \
             known=$(find /var/lib/docker/image/overlay2/layerdb -name '*-id' -exec sh -c 'cat \"$1\"; echo' - {} \\;); \
             for layer in *; do [ \"$layer\" = l ] || echo \"$known\" | grep -qx \"$layer\" || rm -rf \"$layer\"; done",
        );
    }

    /// The next restart of a session of this host does `what` at a point of its script; the file that says so.
    pub fn crash_point(&self, host: &str, session: &str, what: &str) -> String {
        let point = format!("/var/lib/tagboat/restarts/crash-at.{session}");
        self.on(
            host,
            &format!("mkdir -p -m 700 /var/lib/tagboat/restarts; echo {what} >{point}"),
        );
        point
    }

    /// The first session of a host, as its engine lists them.
    pub fn first_session(&self, host: &str) -> String {
        self.on(
            host,
            "docker ps --format '{{.Names}}' | grep convocate-session- | head -n 1",
        )
    }

    /// It comes back.
    pub fn start_engine(&self, host: &str) {
        self.on(
            host,
            "rm -f /run/hold-dockerd; until docker version >/dev/null 2>&1; do sleep 0.1; done",
        );
    }
}

/// An engine on the lab's hosts.
pub struct RealFleet {
    /// What is known.
    pub fleet: Fleet,
    /// The jobs that were seen.
    pub jobs: Vec<Job>,
    /// What was refused.
    pub refusals: Vec<Refusal>,
    handle: EngineHandle,
    started: u16,
    dirs: TempDir,
    /// How long jobs wait for hosts that others change.
    pub patience: Patience,
}

impl RealFleet {
    /// Starts an engine with directories of its own and waits until every host is connected and the source is listed.
    pub async fn connected() -> Self {
        let mut real = Self::start();
        real.until("every host connected", |fleet| {
            fleet
                .hosts()
                .all(|host| host.connection.is_usable() && host.listed_at.is_some())
                && !fleet.source().images.is_empty()
        })
        .await;
        real
    }

    /// Waits until the engines of these hosts answer, after some of them went away.
    pub async fn reconnected(&mut self, hosts: &[&str]) {
        self.send(Command::Refresh(None)).await;
        self.until("the hosts are back", |fleet| {
            let mut named = fleet.hosts().filter(|host| hosts.contains(&host.name.as_str()));
            named.all(|host| host.connection.is_usable())
        })
        .await;
    }

    /// Starts an engine without waiting for anything.
    pub fn start() -> Self {
        let dirs = tempfile::Builder::new().prefix("tb").tempdir().unwrap();
        Self::start_in(dirs, None)
    }

    /// The same with another config than the lab's.
    pub fn with_config(file: &Path) -> Self {
        let dirs = tempfile::Builder::new().prefix("tb").tempdir().unwrap();
        Self::start_in(dirs, Some(file))
    }

    fn start_in(dirs: TempDir, file: Option<&Path>) -> Self {
        let config = Config::load(file, &|name| std::env::var_os(name)).unwrap();
        let of = |name: &str| dirs.path().join(name);
        let options = EngineOptions {
            hosts: config.hosts.clone(),
            ssh_config: config.ssh_config.clone(),
            operator: Operator::parse("test@desk").unwrap(),
            dirs: Dirs {
                state: of("s"),
                cache: of("c"),
                runtime: of("r"),
            },
            watching: Watching::Live,
            cache: config.cache,
            contracts: Config::contracts(file, &|name| std::env::var_os(name)),
            keychain: Keychain::default(),
        };
        let fleet = Fleet::new(config.hosts.into_iter().map(Host::new));
        let handle = engine::start(options).unwrap();
        Self {
            fleet,
            jobs: Vec::new(),
            refusals: Vec::new(),
            handle,
            started: 0,
            dirs,
            patience: Patience::NONE,
        }
    }

    /// Images of which all layers are kept here.
    pub fn records(&self) -> usize {
        let folder = self.dirs.path().join("c/layers/images");
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let is_record = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|end| end == "json");
        entries.filter(is_record).count()
    }

    /// Waits for a state of the fleet.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&Fleet) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(&self.fleet) {
            let event = timeout_at(deadline, self.handle.events.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("never came about: {what}\n{:#?}", self.fleet));
            self.take(event.expect("the engine runs"));
        }
    }

    /// Runs a plan to its end.
    pub async fn run(&mut self, plan: Plan) -> Job {
        let id = self.begin(plan).await;
        self.ended(&id).await
    }

    /// Starts a plan.
    pub async fn begin(&mut self, plan: Plan) -> JobId {
        self.started += 1;
        let id = JobId::new(jiff::Timestamp::now(), self.started);
        self.send(Command::Run {
            id: id.clone(),
            plan: Box::new(plan),
            patience: self.patience,
        })
        .await;
        id
    }

    /// Sends a command.
    pub async fn send(&mut self, command: Command) {
        self.handle.commands.send(command).await.expect("the engine runs");
    }

    /// Waits until a job has ended.
    pub async fn ended(&mut self, id: &JobId) -> Job {
        self.job_until(id, "its end", |job| matches!(job.state, JobState::Ended(_)))
            .await
    }

    /// Waits until something holds for a job.
    pub async fn job_until(&mut self, id: &JobId, what: &str, holds: impl Fn(&Job) -> bool) -> Job {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(job) = self.jobs.iter().find(|job| job.id == *id && holds(job)) {
                return job.clone();
            }
            assert!(self.refusals.is_empty(), "refused: {:?}", self.refusals);
            let event = timeout_at(deadline, self.handle.events.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("job {id} never came to {what}: {:#?}", self.jobs));
            self.take(event.expect("the engine runs"));
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Fleet(delta) => {
                self.fleet.apply(delta);
            }
            Event::Known(job) => {
                self.jobs.retain(|known| known.id != job.id);
                self.jobs.push(*job);
            }
            Event::Job {
                id,
                event:
                    JobEvent::Started {
                        plan,
                        operator,
                        patience,
                        at,
                    },
            } => {
                self.jobs
                    .push(Job::new(id, *plan, operator, at).waiting(patience));
            }
            Event::Job { id, event } => {
                if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
                    job.apply(event);
                }
            }
            Event::Refused { refusal, .. } => self.refusals.push(refusal),
            Event::Notice(_) | Event::Weighed { .. } | Event::Drafted(_) | Event::Logs(..) => {}
        }
    }

    /// All hosts.
    pub fn hosts(&self) -> Vec<HostName> {
        self.fleet.hosts().map(|host| host.name.clone()).collect()
    }

    /// The first session of a host.
    pub fn a_session(&self, host: &str) -> SessionName {
        let host = self
            .fleet
            .host(&HostName::parse(host).unwrap())
            .expect("a lab host");
        host.sessions().next().expect("a session").name().clone()
    }
}

/// A reference of the managed image.
pub fn reference(tag: &str) -> ImageRef {
    ImageRef::parse(&format!("convocate:{tag}")).unwrap()
}
