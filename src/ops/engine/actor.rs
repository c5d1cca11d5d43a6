//! The actor: takes commands one by one, starts watchers and jobs, and never waits for a host itself.

use super::EngineOptions;
use super::beside;
use super::drafter::tell_draft;
use super::ear::{Ear, Link, pass_on};
use super::examiner::{tell_examination, tell_examinations};
use super::image_checker::tell_image;
use super::jobs::RunningJobs;
use super::journals::Journals;
use super::log_streams::{LogStreams, read_logs};
use super::preparer::WAITING;
use super::run_job::JobRun;
use super::watchers::Watch;
use super::weigher::tell_costs;
use super::workshop::{Kept, Workshop};
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::failure::Refusal;
use crate::model::job::{Job, JobEvent, JobState, Patience, Word};
use crate::model::logs::{LogRequest, LogStream};
use crate::model::names::{HostName, ImageName, JobId, Operator};
use crate::model::plan::Plan;
use crate::model::profile::HostSettings;
use crate::ops::audit::AuditFile;
use crate::ops::build::BuildPlace;
use crate::ops::connector::Connector;
use crate::ops::console_id::ConsoleId;
use crate::ops::journal::{JournalError, JournalFile};
use crate::ops::lease::Leases;
use crate::ops::ports::{Clock, SystemClock};
use crate::ops::push::Pulls;
use crate::ops::ssh::SshSettings;
use crate::ops::unanswered::Unanswered;
use crate::ops::watch::{SourceWatcher, Watching};
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OnceCell, mpsc};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// How long connections may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(1);

/// The actor's own state; what jobs share is in the workshop.
pub(super) struct Actor {
    events: mpsc::Sender<Event>,
    operator: Operator,
    clock: Arc<dyn Clock>,
    journals: Journals,
    ear: Ear,
    workshop: Arc<Workshop>,
    /// What makes each host list again now, and the source, too.
    refresh: HashMap<HostName, Arc<Notify>>,
    logs: LogStreams,
    watching: Watching,
    tasks: TaskTracker,
}

impl Actor {
    /// Prepares directories and starts a watcher for each host. Nothing here waits for a network.
    pub(super) fn new(options: EngineOptions, events: mpsc::Sender<Event>) -> io::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let home = std::env::home_dir().filter(|home| home.is_absolute());
        let ssh = SshSettings::prepare(
            &options.dirs.runtime,
            options.ssh_config.as_deref(),
            home.as_deref(),
        )?;
        let sockets = ssh.sockets().to_owned();
        let audit = AuditFile::within(&options.dirs.state);
        let docker_host = std::env::var("DOCKER_HOST").ok();
        let connector = connector(ssh, docker_host.clone(), &options);
        let tasks = TaskTracker::new();
        let refresh_source = Arc::new(Notify::new());
        let (source_watcher, source) = SourceWatcher::new(
            docker_host.clone(),
            images_of(&options.hosts),
            events.clone(),
            refresh_source.clone(),
            options.watching,
        );
        let (tell_fresh, fresh) = mpsc::channel(WAITING);
        let is_prepared = options.cache.background && options.watching == Watching::Live;
        tasks.spawn(source_watcher.telling(is_prepared.then_some(tell_fresh)).run());
        let watch = Watch {
            connector: connector.clone(),
            clock: clock.clone(),
            events: events.clone(),
            tasks: &tasks,
        };
        let kept = Kept::of(&options);
        let (links, mut refresh) = watch.all(options.hosts, options.watching);
        refresh.insert(HostName::source(), refresh_source);
        let workshop = Arc::new(Workshop {
            links,
            source,
            build_place: BuildPlace::of(docker_host.as_deref(), options.cache.background),
            exports: OnceCell::new(),
            kept,
            stock_changed: Notify::new(),
            leases: Leases::new(&options.operator, ConsoleId::here(), tasks.clone()),
            jobs: RunningJobs::default(),
            audit,
            pulls: Pulls::of(options.keychain, &options.dirs.state),
            operator: options.operator.clone(),
            clock: clock.clone(),
        });
        beside::begin(&tasks, &workshop, &events, fresh, (is_prepared, options.watching));
        Ok(Self {
            events,
            operator: options.operator,
            clock,
            journals: Journals::open(&options.dirs.state)?,
            ear: Ear::new(sockets, connector),
            watching: options.watching,
            workshop,
            refresh,
            logs: LogStreams::default(),
            tasks,
        })
    }

    /// Runs until the front end shuts it down or is gone.
    pub(super) async fn run(self, mut requests: mpsc::Receiver<Command>) {
        self.tell_known_jobs().await;
        while let Some(command) = requests.recv().await {
            match command {
                Command::Run { id, plan, patience } => self.run_plan(id, *plan, patience).await,
                Command::Resume(id, patience) => self.resume(id, patience).await,
                Command::Cancel(id) => self.say(id, Word::Cancel),
                Command::Steer(id, steer) => self.say(id, Word::Steer(steer)),
                Command::ReadLogs(stream, request) => self.read_logs(stream, request),
                Command::StopLogs(stream) => self.logs.stop(stream),
                Command::Refresh(None) => {
                    self.refresh.values().for_each(|notify| notify.notify_one());
                    self.journals.look_again();
                    // Somebody may have changed a contract.
                    self.workshop.stock_changed.notify_one();
                }
                Command::Refresh(Some(host)) => {
                    if let Some(notify) = self.refresh.get(&host) {
                        notify.notify_one();
                    }
                }
                Command::Weigh(hosts) => {
                    for (host, ids) in hosts {
                        let (workshop, events) = (self.workshop.clone(), self.events.clone());
                        self.tasks.spawn(tell_costs(workshop, events, host, ids));
                    }
                }
                Command::Examine(hosts) => {
                    for host in hosts {
                        let (workshop, events) = (self.workshop.clone(), self.events.clone());
                        self.tasks.spawn(tell_examination(workshop, events, host));
                    }
                }
                Command::Check(reference) => {
                    let (workshop, events) = (self.workshop.clone(), self.events.clone());
                    self.tasks.spawn(tell_image(workshop, events, reference));
                }
                Command::Draft(wish) => {
                    let (workshop, events) = (self.workshop.clone(), self.events.clone());
                    self.tasks.spawn(tell_draft(workshop, events, *wish));
                }
                Command::Shutdown => break,
            }
        }
        let Self {
            tasks, events, logs, ..
        } = self;
        logs.stop_all();
        // Watchers end when nobody listens. A job that still runs is left where it is: its journal has every step.
        drop(events);
        tasks.close();
        if timeout(FAREWELL, tasks.wait()).await.is_err() {
            tracing::info!("the engine ended before all of its tasks did; jobs among them can be resumed");
        }
    }

    fn read_logs(&self, stream: LogStream, request: LogRequest) {
        let wanted = self.logs.begin(stream);
        let (workshop, events) = (self.workshop.clone(), self.events.clone());
        self.tasks
            .spawn(read_logs(stream, request, wanted, workshop, events));
    }

    /// Tells the jobs of the journal, and from then on what other processes do with theirs.
    async fn tell_known_jobs(&self) {
        let (workshop, events) = (self.workshop.clone(), self.events.clone());
        if let Err(error) = self.journals.look(&workshop, &events).await {
            let notice = format!("earlier jobs cannot be read: {error}");
            self.tell(Event::Notice(notice)).await;
        }
        if self.watching == Watching::Live {
            self.tasks.spawn(self.journals.clone().watch(workshop, events));
        }
    }

    /// What an operator says to a job. Words to a job of this process are handed over in their order.
    fn say(&self, id: JobId, word: Word) {
        let operator = self.operator.clone();
        let heard = self.workshop.jobs.say(&id, word.clone(), operator.clone());
        let (journals, events) = (self.journals.clone(), self.events.clone());
        self.tasks
            .spawn(pass_on((id, word, operator), heard, journals, events));
    }

    async fn run_plan(&self, id: JobId, plan: Plan, patience: Patience) {
        let admission = match self.workshop.jobs.admit(&id, &plan) {
            Ok(admission) => admission,
            Err(refusal) => return self.tell(Event::Refused { id, refusal }).await,
        };
        let started = self.journals.journal.create(&id).and_then(|mut journal| {
            let at = self.clock.now();
            let event = JobEvent::Started {
                plan: Box::new(plan.clone()),
                operator: self.operator.clone(),
                patience,
                at,
            };
            journal.append(&event)?;
            Ok((journal, event, at))
        });
        match started {
            Ok((journal, event, at)) => {
                let link = self.listen_for(&id).await;
                self.tell(Event::Job {
                    id: id.clone(),
                    event,
                })
                .await;
                let job = Job::new(id, plan, self.operator.clone(), at).waiting(patience);
                let run = JobRun {
                    job,
                    journal,
                    admission,
                    is_resumed: false,
                };
                self.start(run, link);
            }
            Err(error) => {
                self.workshop.jobs.ended(&id);
                self.tell(Event::Refused {
                    refusal: journal_refusal(&error),
                    id,
                })
                .await;
            }
        }
    }

    async fn resume(&self, id: JobId, patience: Option<Patience>) {
        let _held = self.journals.hold().await;
        let taken_up = match self.journals.journal.reopen(&id) {
            Ok((journal, events)) => self.take_up(&id, patience, journal, events),
            Err(error) => Err(journal_refusal(&error)),
        };
        match taken_up {
            Ok(run) => {
                // Who hears that it runs may say something to it.
                let link = self.listen_for(&id).await;
                self.tell(Event::Known(Box::new(run.job.clone()))).await;
                self.start(run, link);
            }
            Err(refusal) => self.tell(Event::Refused { id, refusal }).await,
        }
    }

    /// A job whose journal this console has locked: nobody else runs it, so what is not done of it can be done here.
    fn take_up(
        &self,
        id: &JobId,
        patience: Option<Patience>,
        mut journal: JournalFile,
        events: Vec<JobEvent>,
    ) -> Result<JobRun, Refusal> {
        let mut job = Job::fold(id.clone(), events).ok_or_else(|| {
            Refusal::of_plan(
                format!("job {id} has no beginning in its journal"),
                "plan it again",
            )
        })?;
        if matches!(job.state, JobState::Ended(_)) && !job.is_resumable() {
            return Err(Refusal::of_plan(
                format!("nothing of job {id} is left to do"),
                "plan it again if something is still to do",
            ));
        }
        let admission = self.workshop.jobs.admit(id, &job.plan)?;
        let plan = Box::new(job.plan.clone());
        let event = JobEvent::Started {
            plan,
            operator: self.operator.clone(),
            patience: patience.unwrap_or(job.patience),
            at: self.clock.now(),
        };
        if let Err(error) = journal.append(&event) {
            self.workshop.jobs.ended(id);
            return Err(journal_refusal(&error));
        }
        job.apply(event);
        Ok(JobRun {
            job,
            journal,
            admission,
            is_resumed: true,
        })
    }

    /// Starts a job that others can say something to by this link.
    fn start(&self, run: JobRun, link: Option<Link>) {
        let (workshop, events) = (self.workshop.clone(), self.events.clone());
        let refresh = self.refresh.clone();
        self.tasks.spawn(async move {
            let id = run.job.id.clone();
            let hosts: BTreeSet<_> = run
                .job
                .plan
                .targets()
                .into_iter()
                .map(|target| target.host)
                .collect();
            let is_setup = matches!(run.job.plan, Plan::Setup(_));
            run.run(workshop.clone(), events.clone()).await;
            drop(link);
            workshop.jobs.ended(&id);
            workshop.stock_changed.notify_one();
            if is_setup {
                tell_examinations(&workshop, &events, &hosts).await;
            }
            // A stamp is a file: no engine tells that it changed. Nor is every engine heard of what was done at the source.
            for notify in hosts.iter().filter_map(|host| refresh.get(host)) {
                notify.notify_one();
            }
        });
    }

    /// Makes a job heard by other processes. One that is not runs all the same.
    async fn listen_for(&self, id: &JobId) -> Option<Link> {
        let link = self.journals.journal.address(id);
        match self
            .ear
            .open_for(link, (&self.workshop, &self.events, &self.tasks))
            .await
        {
            Ok(link) => Some(link),
            Err(error) => {
                let notice = format!("other processes have no way to job {}: {error}", id.short());
                self.tell(Event::Notice(notice)).await;
                None
            }
        }
    }

    async fn tell(&self, event: Event) {
        if self.events.send(event).await.is_err() {
            tracing::debug!("the front end is gone");
        }
    }
}

/// The images that sessions of these hosts run, each once.
fn images_of(hosts: &[HostSettings]) -> Vec<ImageName> {
    let images: BTreeSet<_> = hosts.iter().map(|host| host.profile.image.clone()).collect();
    images.into_iter().collect()
}

fn connector(ssh: SshSettings, docker_host: Option<String>, options: &EngineOptions) -> Arc<Connector> {
    let unanswered = Unanswered::kept_in(&options.dirs.state, options.watching);
    Arc::new(Connector::new(ssh, docker_host).remembering(unanswered))
}

fn journal_refusal(error: &JournalError) -> Refusal {
    let advice = match error {
        JournalError::Locked => "it can be steered and cancelled from here; see `tagboat job list`",
        JournalError::Io { .. } => "see `tagboat job list`, and whether the state directory can be written",
        JournalError::Damaged { .. } => "look at the journal; `tagboat status` shows what the hosts have",
    };
    Refusal::of_plan(format!("the job's journal cannot be used: {error}"), advice)
}
