//! One session of its own on a lab host, for one test: made before it, looked at in it, removed after it.

use crate::stops::stopping;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tagboat::model::job::{JobEvent, Progress, StepKind, StepState, Target, TrackResult};
use tagboat::model::names::{ContainerId, HostName, ImageId, ImageRef, JobId, Operator, SessionName};
use tagboat::model::plan::{Replacement, RestartTarget};
use tagboat::model::profile::{Guard, ProbeRules};
use tagboat::ops::config::Config;
use tagboat::ops::connector::Connector;
use tagboat::ops::docker::connect_source;
use tagboat::ops::host_link::HostLink;
use tagboat::ops::ports::{Script, ScriptCall, SystemClock};
use tagboat::ops::report::{JobSink, TrackReporter};
use tagboat::ops::restart::{self, restart_session, resume_restart};
use tagboat::ops::ssh::SshSettings;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Runs a line of shell; the lines are those of the tests.
const LINE: Script = Script {
    name: "test",
    text: "eval \"$1\"",
};

/// How long anything on a lab host may take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Everything that a restart told.
#[derive(Default)]
pub(crate) struct Heard {
    events: Mutex<Vec<JobEvent>>,
    pub(crate) news: Notify,
}

#[async_trait::async_trait]
impl JobSink for Heard {
    async fn record(&self, event: JobEvent) -> Result<(), String> {
        self.events.lock().unwrap().push(event);
        self.news.notify_waiters();
        Ok(())
    }

    fn progress(&self, _target: &Target, _progress: Progress) {}
}

/// A session on a lab host.
pub(crate) struct Rig {
    pub(crate) link: HostLink,
    pub(crate) session: SessionName,
    pub(crate) job: JobId,
    pub(crate) heard: Arc<Heard>,
    pub(crate) cancel: CancellationToken,
    /// Where the sockets of the link are.
    runtime: TempDir,
}

impl Rig {
    /// Connects to a host and makes sure that `tags` are there; `name` is the test's own.
    pub(crate) async fn on(host: &str, name: &str, tags: &[&str]) -> Self {
        let (link, runtime) = connect(host).await;
        let rig = Self {
            link,
            session: SessionName::parse(&format!("convocate-session-test-{name}")).unwrap(),
            job: new_job(),
            heard: Arc::default(),
            cancel: CancellationToken::new(),
            runtime,
        };
        rig.clean().await;
        for tag in tags {
            rig.bring(tag).await;
        }
        rig
    }

    /// Connects anew, as after a boot of the host.
    pub(crate) async fn reconnect(&mut self) {
        let host = self.link.name().to_string();
        (self.link, self.runtime) = connect(&host).await;
    }

    /// Copies an image from the source engine, where it is not there yet.
    async fn bring(&self, tag: &str) {
        let reference = reference(tag);
        if self
            .link
            .engine
            .image(&reference.to_string())
            .await
            .unwrap()
            .is_some()
        {
            return;
        }
        let source = connect_source(std::env::var("DOCKER_HOST").ok().as_deref())
            .await
            .unwrap();
        let archive = futures_util::TryStreamExt::map_err(source.export(&reference), std::io::Error::other);
        let mut archive = Box::pin(tokio_util::io::StreamReader::new(archive));
        let mut call = ScriptCall::question(LINE, ["docker load"])
            .as_root()
            .within(PATIENCE);
        call.input = Some(&mut archive);
        self.link.shell.run(call).await.unwrap().success().unwrap();
    }

    /// Lets the next restart of the session die at a point, or stand there (`POINT stand`).
    pub(crate) async fn at_point(&self, point_and_way: &str) {
        self.sh(&format!(
            "mkdir -p -m 700 /var/lib/tagboat/restarts; echo {point_and_way} >/var/lib/tagboat/restarts/crash-at.$S"
        ))
        .await;
    }

    /// A line of shell on the host, as root; `$S` is the session, `$D` the restart's journal. Its output, trimmed.
    pub(crate) async fn sh(&self, line: &str) -> String {
        let line = format!(
            "S={}; J={}; D={}; {line}",
            self.session,
            self.journal(),
            self.directory()
        );
        let call = ScriptCall::question(LINE, [line.clone()])
            .as_root()
            .within(PATIENCE);
        let output = self.link.shell.run(call).await.unwrap();
        output
            .success()
            .unwrap_or_else(|why| panic!("{line}: {why}"))
            .trim()
            .to_owned()
    }

    fn journal(&self) -> String {
        format!("{}-{}", self.job, self.session)
    }

    fn directory(&self) -> String {
        format!("/var/lib/tagboat/restarts/{}", self.journal())
    }

    /// Makes the session with further options of `docker create`, with data in its named and its anonymous volume.
    pub(crate) async fn make(&self, options: &str, tag: &str) {
        self.sh(&format!(
            "docker create --name $S --network agents --network-alias $S-alias -e OWN=1 -v $S-home:/home/claude {options} convocate:{tag} >/dev/null"
        ))
        .await;
        self.fill().await;
    }

    /// Puts data into the volumes of a container that was created.
    pub(crate) async fn fill(&self) {
        self.sh(
            "for m in $(docker inspect -f '{{range .Mounts}}{{.Source}}=/{{.Destination}} {{end}}' $S); do
               case $m in *=//scratch | *=//home/claude) echo marker >${m%%=*}/marker ;; esac
             done",
        )
        .await;
    }

    /// The same, and started.
    pub(crate) async fn start(&self, options: &str, tag: &str) {
        self.make(options, tag).await;
        self.sh("docker start $S >/dev/null").await;
    }

    /// What a plan would hold for it now.
    pub(crate) async fn target(&self, onto: &str) -> RestartTarget {
        let container = self
            .link
            .engine
            .inspect(self.session.as_str())
            .await
            .unwrap()
            .expect("a session");
        let text = |pointer: &str| container.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        // What is to end is given the time that it takes on a busy machine: it is seen as soon as it does.
        let stable = Duration::from_secs(if onto.contains("broken") { 20 } else { 1 });
        let onto = reference(onto);
        RestartTarget {
            host: self.link.name().clone(),
            session: self.session.clone(),
            container: ContainerId::parse(&text("/Id")).unwrap(),
            from: text("/Config/Image"),
            from_id: ImageId::parse(&text("/Image")).unwrap(),
            onto_id: self
                .link
                .engine
                .image(&onto.to_string())
                .await
                .unwrap()
                .unwrap()
                .id,
            onto,
            was_up: text("/State/Status") == "running",
            probe: ProbeRules {
                deadline: Duration::from_secs(10),
                ..ProbeRules::stable_for(stable)
            },
            guard: Guard::Normal,
            cost: None,
            by: Replacement::Restart,
        }
    }

    /// Restarts it onto a tag as a job of its own.
    pub(crate) async fn restart(&mut self, onto: &str) -> TrackResult {
        let target = self.target(onto).await;
        self.run(&target).await
    }

    /// Runs a planned restart as a job of its own.
    pub(crate) async fn run(&mut self, target: &RestartTarget) -> TrackResult {
        self.job = new_job();
        self.run_as_is(target).await
    }

    /// Gives the rig another job, for the next restart.
    pub(crate) fn fresh_job(&mut self) -> JobId {
        self.job = new_job();
        self.job.clone()
    }

    /// Runs a planned restart as the job that the rig has now.
    pub(crate) async fn run_as_is(&self, target: &RestartTarget) -> TrackResult {
        self.run_over(&self.link, target).await
    }

    /// The same over a link of its own.
    pub(crate) async fn run_over(&self, link: &HostLink, target: &RestartTarget) -> TrackResult {
        let restarted = restart_session(target, &self.job, &operator(), link, &self.reporter()).await;
        restarted.result()
    }

    /// The same over a link that is cut as soon as the host has taken over.
    pub(crate) async fn run_cut_off(&mut self, target: &RestartTarget) -> TrackResult {
        self.job = new_job();
        let (link, _) = stopping(self, "follow", true);
        self.run_over(&link, target).await
    }

    /// Takes the last restart up again.
    pub(crate) async fn resume(&self, target: &RestartTarget) -> TrackResult {
        let (link, reporter, heard) = (&self.link, self.reporter(), restart::Heard::default());
        let resumed = resume_restart(target, &self.job, &operator(), link, &reporter, heard).await;
        resumed.result()
    }

    pub(crate) fn reporter(&self) -> TrackReporter {
        let target = Target::session(self.link.name().clone(), self.session.clone());
        TrackReporter::new(
            target,
            self.heard.clone(),
            Arc::new(SystemClock),
            self.cancel.clone(),
        )
    }

    /// The last state of a step, as it was told.
    pub(crate) fn step(&self, kind: StepKind) -> Option<StepState> {
        let heard = self.heard.events.lock().unwrap();
        heard.iter().rev().find_map(|event| match event {
            JobEvent::Step { step, state, .. } if step.kind == kind => Some(state.clone()),
            _ => None,
        })
    }

    /// Waits until a step was told.
    pub(crate) async fn until(&self, kind: StepKind) {
        loop {
            let news = self.heard.news.notified();
            if self.step(kind).is_some() {
                return;
            }
            tokio::time::timeout(PATIENCE, news).await.unwrap();
        }
    }

    /// The lines that were told.
    pub(crate) fn lines(&self) -> Vec<String> {
        let heard = self.heard.events.lock().unwrap();
        let line = |event: &JobEvent| match event {
            JobEvent::Log { line, .. } => Some(line.clone()),
            _ => None,
        };
        heard.iter().filter_map(line).collect()
    }

    /// One container of it is up (or none, where it was stopped), on `tag`, with its policy, its names and its data; no
    /// other container of it but those in `left`, no pin tag, no open journal.
    pub(crate) async fn assert_whole(&self, context: &str, tag: &str, state: &str, left: &[&str]) {
        let told = self
            .sh("docker inspect -f '{{.Config.Image}} {{.State.Status}}' $S")
            .await;
        assert_eq!(told, format!("convocate:{tag} {state}"), "{context}");
        let up = self
            .sh("docker ps --format '{{.Names}}' | grep -c \"^$S\" || true")
            .await;
        assert_eq!(up, if state == "running" { "1" } else { "0" }, "{context}");
        let data = self
            .sh("for file in /scratch/marker /home/claude/marker; do docker cp \"$S:$file\" - | tar -xO; done")
            .await;
        assert_eq!(data, "marker\nmarker", "{context}");
        let names = self.sh("docker ps -a --format '{{.Names}}' | grep \"^$S[.]\" | sed \"s/^$S[.]tagboat-\\([a-z]*\\)-.*/\\1/\" | sort || true").await;
        assert_eq!(names.lines().collect::<Vec<_>>(), left, "{context}");
        let aliases = self
            .sh("docker inspect -f '{{range .NetworkSettings.Networks}}{{.Aliases}}{{end}}' $S")
            .await;
        assert!(aliases.contains("-alias"), "{context}: {aliases}");
        let pins = self.sh("docker images -q tagboat-pin | wc -l").await;
        let open = self
            .sh("ls -d /var/lib/tagboat/restarts/$S.open 2>/dev/null | wc -l")
            .await;
        assert_eq!(open, "0", "{context}");
        // Other tests may hold a pin of their own at this moment.
        let own = self
            .sh("docker images --format '{{.Tag}}' tagboat-pin | grep -c \"${J%-$S}\" || true")
            .await;
        assert_eq!(own, "0", "{context} ({pins} pins in all)");
    }

    /// Removes everything of it.
    pub(crate) async fn clean(&self) {
        self.sh(
            "ids=$(docker ps -aq --filter name=^/$S); [ -z \"$ids\" ] || docker rm -f -v $ids >/dev/null 2>&1
             docker volume rm $S-home >/dev/null 2>&1; rm -rf /var/lib/tagboat/restarts/*$S /var/lib/tagboat/restarts/*$S.*; true",
        )
        .await;
    }
}

/// A link to a lab host, and the folder of its sockets.
async fn connect(host: &str) -> (HostLink, TempDir) {
    let environment = |name: &str| std::env::var_os(name);
    assert!(
        environment("TAGBOAT_CONFIG").is_some(),
        "the lab is not up: run `tests/lab/lab up`, then `eval \"$(tests/lab/lab env)\"`, then the test again"
    );
    let config = Config::load(None, &environment).unwrap();
    let runtime = tempfile::Builder::new().prefix("tb").tempdir().unwrap();
    let ssh = SshSettings::prepare(&runtime.path().join("r"), config.ssh_config.as_deref(), None).unwrap();
    let wanted = HostName::parse(host).unwrap();
    let settings = config
        .hosts
        .iter()
        .find(|settings| settings.name == wanted)
        .expect("a lab host");
    let connected = Connector::new(ssh, None).connect(settings).await;
    let link = connected
        .unwrap_or_else(|problem| panic!("{host}: {problem:?}"))
        .link;
    (link, runtime)
}

/// Runs a command of the lab.
pub(crate) fn lab(arguments: &[&str]) {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");
    let output = std::process::Command::new(lab)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "lab {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The hosts, one for each image store.
pub(crate) fn one_of_each_store() -> [&'static str; 2] {
    ["lab-1", "lab-2"]
}

pub(crate) fn reference(tag: &str) -> ImageRef {
    ImageRef::parse(&format!("convocate:{tag}")).unwrap()
}

pub(crate) fn operator() -> Operator {
    Operator::parse("test@desk").unwrap()
}

fn new_job() -> JobId {
    static SALT: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(1);
    let salt = SALT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    JobId::new(jiff::Timestamp::now(), salt)
}

/// The text of a failure.
pub(crate) fn failure(result: &TrackResult) -> String {
    match result {
        TrackResult::Failed(failure) => failure.to_string(),
        other => panic!("it did not fail: {other:?}"),
    }
}
