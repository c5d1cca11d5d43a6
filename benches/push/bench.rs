//! One run after the other: each begins from the same state, is measured, and leaves nothing.

use crate::archive::{self, Saved};
use crate::cgroup::Group;
use crate::contestant::Contestant;
use crate::facts::Facts;
use crate::host::{Contents, Host, Store};
use crate::lab::{IMAGE, Lab, Link};
use crate::meter::{Cost, Meter};
use crate::registry::{Begin, Registry};
use crate::report;
use crate::round::{Place, Push, Round};
use crate::run::Task;
use crate::say;
use crate::shell::{output, run};
use crate::tagboat::{Tagboat, told};
use color_eyre::eyre::{OptionExt, WrapErr, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What one contestant did in one round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// What it cost.
    pub(crate) cost: Cost,
    /// Seconds in its steps.
    pub(crate) steps: Vec<(String, f64)>,
    /// How tagboat sent.
    pub(crate) modes: Vec<String>,
    /// What tagboat says that it sent.
    pub(crate) told_bytes: Option<u64>,
}

/// Results of a round, or why a contestant has none.
pub(crate) type Results = BTreeMap<Contestant, Result<Outcome, String>>;

/// Everything that runs need.
pub(crate) struct Bench {
    /// The hosts and the source engine.
    pub(crate) lab: Lab,
    /// What is in the images.
    pub(crate) facts: Facts,
    /// How long the source engine took to save each image that was needed as a file.
    pub(crate) saved: BTreeMap<&'static str, Saved>,
    work: PathBuf,
    group: String,
    registry: Registry,
    tagboat: Tagboat,
    bare: Vec<Contents>,
    first: Option<Vec<Contents>>,
    /// Which hosts, and which ways through the registry, any round needs.
    needed: (Vec<usize>, Vec<Contestant>),
}

impl Bench {
    /// Looks at the lab: its hosts have none of the images.
    pub(crate) fn new(rounds: &[Round]) -> color_eyre::Result<Self> {
        let of = |name: &str| std::env::var(name).wrap_err("start it with `scripts/bench push`");
        let work = PathBuf::from(of("TAGBOAT_BENCH_WORK")?);
        let lab = Lab::find()?;
        for host in &lab.hosts {
            host.clear()?;
        }
        let bare = lab.hosts.iter().map(Host::contents).collect::<Result<_, _>>()?;
        let mut bench = Self {
            facts: Facts::find()?,
            saved: BTreeMap::new(),
            group: of("TAGBOAT_BENCH_GROUP")?,
            registry: Registry::new(&work)?,
            tagboat: Tagboat::new(&work, &lab)?,
            lab,
            work,
            bare,
            first: None,
            needed: (Vec::new(), Vec::new()),
        };
        for round in rounds {
            let places = bench.places(round.place)?;
            bench.needed.0.extend(places);
            let peers = round.contestants.iter().filter(|who| who.needs_registry());
            bench.needed.1.extend(peers);
        }
        bench.needed.0.sort_unstable();
        bench.needed.0.dedup();
        bench.needed.1.sort_unstable();
        bench.needed.1.dedup();
        Ok(bench)
    }

    /// Measures every contestant of a round.
    pub(crate) fn round(&mut self, round: &Round) -> color_eyre::Result<Results> {
        let places = self.places(round.place)?;
        Lab::load_images(&[round.push.tag()])?;
        if round.push == Push::First {
            self.first = None;
        } else if self.first.is_none() {
            self.bring_first()?;
        }
        self.save_for_floors(round)?;
        for place in &places {
            Lab::shape(self.host(*place)?, round.link)?;
        }
        let mut results = Results::new();
        for contestant in &round.contestants {
            let result = match contestant.missing() {
                Some(why) => Err(why),
                None => self.middle_of(round, *contestant, &places),
            };
            say(&report::progress(round, *contestant, &result))?;
            results.insert(*contestant, result);
        }
        for place in &places {
            Lab::shape(self.host(*place)?, Link::Local)?;
        }
        self.tagboat.drop_kept()?;
        Ok(results)
    }

    /// The program under measurement.
    pub(crate) fn program(&self) -> &str {
        self.tagboat.program.to_str().unwrap_or_default()
    }

    fn host(&self, place: usize) -> color_eyre::Result<&Host> {
        self.lab.hosts.get(place).ok_or_eyre("no such host")
    }

    fn places(&self, place: Place) -> color_eyre::Result<Vec<usize>> {
        let first = |store: Store| {
            let mut hosts = self.lab.hosts.iter();
            let found = hosts.position(|host| host.store == store);
            found.ok_or_eyre("the lab has no host with this store: it must be up with --store mixed")
        };
        Ok(match place {
            Place::Classic => vec![first(Store::Classic)?],
            Place::Containerd => vec![first(Store::Containerd)?],
            Place::All => (0..self.lab.hosts.len()).collect(),
        })
    }

    /// The run with the middle time of as many as the round asks for; a failure ends them.
    fn middle_of(
        &mut self,
        round: &Round,
        contestant: Contestant,
        places: &[usize],
    ) -> Result<Outcome, String> {
        let mut outcomes = Vec::new();
        for _ in 0..round.times {
            let outcome = self.measure(round.push, contestant, places);
            outcomes.push(outcome.map_err(|error| format!("{error:#}"))?);
        }
        outcomes.sort_by_key(|outcome| outcome.cost.wall);
        let middle = outcomes.len() / 2;
        Ok(outcomes.swap_remove(middle))
    }

    fn measure(
        &mut self,
        push: Push,
        contestant: Contestant,
        places: &[usize],
    ) -> color_eyre::Result<Outcome> {
        self.restore(push, contestant, places)?;
        self.fill_cache(push, contestant)?;
        // What earlier runs wrote must not be written to disk during this one.
        run("sync", &[])?;
        let group = Group::create(&self.group, "run")?;
        let outcome = self.measure_in(&group, push, contestant, places);
        let ended = group.remove();
        let outcome = outcome?;
        ended?;
        self.restore(push, contestant, places)?;
        Ok(outcome)
    }

    fn measure_in(
        &self,
        group: &Group,
        push: Push,
        contestant: Contestant,
        places: &[usize],
    ) -> color_eyre::Result<Outcome> {
        let mut registry = None;
        if contestant.needs_registry() {
            let begin = if push == Push::First {
                Begin::Empty
            } else {
                Begin::First
            };
            registry = Some(self.registry.start(begin, group)?);
        }
        let hosts = places
            .iter()
            .map(|place| self.host(*place))
            .collect::<Result<Vec<_>, _>>()?;
        let task = self.task(push.tag(), contestant, &hosts)?;
        let meter = Meter::start(group, &self.lab.source, &hosts)?;
        let finished = task.run(group);
        let cost = meter.end()?;
        if let Some(registry) = &mut registry {
            registry.kill()?;
            registry.wait()?;
        }
        let finished = finished?;
        let mut outcome = Outcome {
            cost,
            steps: finished.steps,
            ..Outcome::default()
        };
        if contestant.is_ours() {
            let told = told(&task.folder.join("events"))?;
            // The push is told by its own steps; what is after it, the start of a container, stays.
            outcome.steps.retain(|(step, _)| step != "push");
            outcome.steps.splice(0..0, told.steps);
            outcome.modes = told.modes;
            outcome.told_bytes = told.bytes;
        }
        Ok(outcome)
    }

    fn task(&self, tag: &str, contestant: Contestant, hosts: &[&Host]) -> color_eyre::Result<Task> {
        let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
        let mut variables = vec![
            ("IMAGE", format!("{IMAGE}:{tag}")),
            ("HOSTS", names.join(" ")),
            ("SSH_CONFIG", text(&self.lab.ssh_config)),
            ("REGISTRY", self.registry.address()),
            ("SKOPEO_CACHE", text(&self.registry.skopeo_cache())),
            ("TAGBOAT", text(&self.tagboat.program)),
        ];
        let own = self.tagboat.variables.iter();
        variables.extend(own.map(|(name, path)| (*name, text(path))));
        let kind = match contestant {
            Contestant::FloorWhole => "whole",
            _ => "missing",
        };
        variables.push(("FILE", format!("/lab/{}", file_name(kind, tag))));
        Task::new(&self.work, contestant, variables)
    }

    /// Brings hosts, source engine and tagboat's folders to what every run begins with.
    fn restore(&self, push: Push, contestant: Contestant, places: &[usize]) -> color_eyre::Result<()> {
        let wanted = match (&self.first, push) {
            (_, Push::First) => &self.bare,
            (Some(first), _) => first,
            (None, _) => bail!("the hosts do not have t1 yet"),
        };
        for place in places {
            let host = self.host(*place)?;
            host.restore(wanted.get(*place).ok_or_eyre("no such host")?)?;
            if contestant == Contestant::Cold {
                host.forget_helper()?;
            }
        }
        self.forget_tags()?;
        self.tagboat.forget()
    }

    /// Removes the names under which the source engine pushed to a registry; its memory of what it pushed stays.
    fn forget_tags(&self) -> color_eyre::Result<()> {
        let images = output("docker", &["images", "--format", "{{.Repository}}:{{.Tag}}"])?;
        let address = self.registry.address();
        for image in images.lines().filter(|image| image.starts_with(&address)) {
            run("docker", &["rmi", image])?;
        }
        Ok(())
    }

    /// A warm cache knows t1 and the tag, and nothing of an earlier push of it.
    fn fill_cache(&self, push: Push, contestant: Contestant) -> color_eyre::Result<()> {
        if contestant != Contestant::Warm || self.tagboat.bring_back(push.tag())? {
            return Ok(());
        }
        self.tagboat.fill(push.tag())?;
        self.tagboat.keep(push.tag())
    }

    fn unmeasured(&self, tag: &str, contestant: Contestant, places: &[usize]) -> color_eyre::Result<()> {
        let group = Group::create(&self.group, "run")?;
        let hosts: color_eyre::Result<Vec<_>> = places.iter().map(|place| self.host(*place)).collect();
        let done = hosts
            .and_then(|hosts| self.task(tag, contestant, &hosts))
            .and_then(|task| task.run(&group));
        group.remove()?;
        done.map(drop)
    }

    /// Gives t1 to every host that is needed. It is pulled first from each registry that will be measured, and removed: an engine
    /// remembers which blob is which layer only of what it really pulled, and pulls nothing that it has by another way.
    fn bring_first(&mut self) -> color_eyre::Result<()> {
        say("t1 goes to the hosts")?;
        let places = self.needed.0.clone();
        self.clear_hosts()?;
        Lab::load_images(&["t1"])?;
        let group = Group::create(&self.group, "registry")?;
        let done = self.push_first(&group, &places);
        group.remove()?;
        done?;
        self.tagboat.forget()?;
        self.unmeasured("t1", Contestant::Warm, &places)?;
        let contents = self.lab.hosts.iter().map(Host::contents);
        self.first = Some(contents.collect::<Result<_, _>>()?);
        self.forget_tags()
    }

    fn clear_hosts(&self) -> color_eyre::Result<()> {
        for (host, bare) in self.lab.hosts.iter().zip(&self.bare) {
            host.restore(bare)?;
        }
        Ok(())
    }

    fn push_first(&self, group: &Group, places: &[usize]) -> color_eyre::Result<()> {
        let peers = self.needed.1.iter().filter(|peer| peer.missing().is_none());
        let mut child = None;
        for peer in peers {
            if child.is_none() {
                child = Some(self.registry.start(Begin::Empty, group)?);
            }
            self.unmeasured("t1", *peer, places)?;
            self.clear_hosts()?;
        }
        if let Some(mut child) = child {
            child.kill()?;
            child.wait()?;
            self.registry.keep_first()?;
        }
        Ok(())
    }

    /// Puts the archives of a round's floors where all hosts see them.
    fn save_for_floors(&mut self, round: &Round) -> color_eyre::Result<()> {
        let tag = round.push.tag();
        let has = |contestant| round.contestants.contains(&contestant);
        let whole = self.lab.shared.join(file_name("whole", tag));
        let missing = self.lab.shared.join(file_name("missing", tag));
        let needs_missing = has(Contestant::FloorChanged) && !missing.exists();
        if (has(Contestant::FloorWhole) || needs_missing) && !whole.exists() {
            remove_archives(&self.lab.shared)?;
            say(&format!("saving {tag}"))?;
            self.saved.insert(tag, archive::save(tag, &whole)?);
        }
        if needs_missing {
            let wanted: BTreeSet<String> = self
                .facts
                .new_layers(tag)
                .map(|layer| layer.digest.clone())
                .collect();
            archive::only(&whole, tag, &wanted, &missing)?;
        }
        Ok(())
    }
}

impl Drop for Bench {
    /// The lab may be somebody's: what is left in it goes, as far as it can.
    fn drop(&mut self) {
        let _ = remove_archives(&self.lab.shared);
    }
}

fn file_name(kind: &str, tag: &str) -> String {
    format!("bench-{kind}-{tag}.tar")
}

/// One tag's archives at a time: they are large.
fn remove_archives(folder: &Path) -> color_eyre::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("bench-") {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
