//! What a run costs: time, bytes on the wire, processors and memory, here and on the hosts.

use crate::cgroup::Group;
use crate::host::{Host, Wire};
use crate::process::Process;
use color_eyre::eyre::eyre;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often memory is looked at.
const PERIOD: Duration = Duration::from_millis(100);

/// The programs of an engine; everything else that appears on a host during a run is the contestant's.
const ENGINE: [&str; 5] = ["dockerd", "containerd", "containerd-shim", "runc", "docker-proxy"];

/// What one run cost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cost {
    /// From the first command until a container of the image could start on every host.
    pub(crate) wall: Duration,
    /// Bytes on the links of all hosts.
    pub(crate) wire: Wire,
    /// Processor time of all the contestant's processes here.
    pub(crate) here: Duration,
    /// The part of it that ssh used, to a tenth of a second or so.
    pub(crate) ssh: Duration,
    /// Processor time of the source engine.
    pub(crate) source: Duration,
    /// Processor time of everything on all hosts.
    pub(crate) hosts: Duration,
    /// The most memory of the contestant's processes here at one time, in bytes.
    pub(crate) memory_here: u64,
    /// The same for the host where it was most, without the engine.
    pub(crate) memory_host: u64,
    /// The most memory of a host's engine.
    pub(crate) memory_engine: u64,
}

/// A measurement that runs.
pub(crate) struct Meter<'a> {
    started: Instant,
    group: &'a Group,
    source: &'a Group,
    hosts: &'a [&'a Host],
    wire: Vec<Wire>,
    cpu: (Duration, Duration, Duration),
    ended: Arc<AtomicBool>,
    looking: JoinHandle<Samples>,
}

impl<'a> Meter<'a> {
    /// Begins; the contestant is started in `group` next.
    pub(crate) fn start(
        group: &'a Group,
        source: &'a Group,
        hosts: &'a [&'a Host],
    ) -> color_eyre::Result<Self> {
        let ended = Arc::new(AtomicBool::new(false));
        let mut samples = Samples::new(group, hosts);
        let flag = Arc::clone(&ended);
        let looking = std::thread::spawn(move || {
            while !flag.load(Ordering::Relaxed) {
                samples.take();
                std::thread::sleep(PERIOD);
            }
            samples
        });
        Ok(Self {
            wire: hosts.iter().map(|host| host.wire()).collect::<Result<_, _>>()?,
            cpu: (group.cpu()?, source.cpu()?, cpu_of(hosts)?),
            group,
            source,
            hosts,
            ended,
            looking,
            started: Instant::now(),
        })
    }

    /// Ends it.
    pub(crate) fn end(self) -> color_eyre::Result<Cost> {
        let wall = self.started.elapsed();
        let mut wire = Wire::default();
        for (host, before) in self.hosts.iter().zip(self.wire) {
            wire.add(host.wire()?.since(before));
        }
        let cpu = (self.group.cpu()?, self.source.cpu()?, cpu_of(self.hosts)?);
        self.ended.store(true, Ordering::Relaxed);
        let samples = self
            .looking
            .join()
            .map_err(|_| eyre!("the thread that looks at memory has panicked"))?;
        Ok(Cost {
            wall,
            wire,
            here: cpu.0.saturating_sub(self.cpu.0),
            ssh: samples.ssh.values().sum(),
            source: cpu.1.saturating_sub(self.cpu.1),
            hosts: cpu.2.saturating_sub(self.cpu.2),
            memory_here: samples.here,
            memory_host: samples.host,
            memory_engine: samples.engine,
        })
    }
}

fn cpu_of(hosts: &[&Host]) -> color_eyre::Result<Duration> {
    hosts.iter().map(|host| host.group.cpu()).sum()
}

/// The highest values so far.
struct Samples {
    group: Group,
    hosts: Vec<(Group, BTreeSet<u32>)>,
    here: u64,
    host: u64,
    engine: u64,
    ssh: BTreeMap<u32, Duration>,
}

impl Samples {
    fn new(group: &Group, hosts: &[&Host]) -> Self {
        let before = |host: &&Host| (host.group.clone(), host.group.pids().into_iter().collect());
        Self {
            group: group.clone(),
            hosts: hosts.iter().map(before).collect(),
            here: 0,
            host: 0,
            engine: 0,
            ssh: BTreeMap::new(),
        }
    }

    fn take(&mut self) {
        let mut here = 0;
        for pid in self.group.pids() {
            let Some(process) = Process::of(pid) else {
                continue;
            };
            here += process.resident;
            if process.name == "ssh" {
                self.ssh.extend(Process::cpu(pid).map(|cpu| (pid, cpu)));
            }
        }
        self.here = self.here.max(here);
        for (group, before) in &self.hosts {
            let (host, engine) = on_host(group, before);
            self.host = self.host.max(host);
            self.engine = self.engine.max(engine);
        }
    }
}

/// Memory of what was not there before, and of the engine.
fn on_host(group: &Group, before: &BTreeSet<u32>) -> (u64, u64) {
    let look = |pid: u32| Process::of(pid).map(|process| (pid, process));
    let processes: BTreeMap<u32, Process> = group.pids().into_iter().filter_map(look).collect();
    let is_daemon = |process: &Process| ENGINE.iter().any(|name| process.name.starts_with(name));
    let mut sums = (0, 0);
    for (pid, process) in &processes {
        // What dockerd starts to unpack a layer has no name of its own; what a shim starts is a container.
        let parent = processes.get(&process.parent);
        let unpacks = parent.is_some_and(|parent| parent.name == "dockerd");
        if is_daemon(process) || unpacks {
            sums.1 += process.resident;
        } else if !before.contains(pid) {
            sums.0 += process.resident;
        }
    }
    sums
}
