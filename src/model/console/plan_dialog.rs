//! A plan that waits for its confirmation, frozen as it was when the dialog opened.

use super::RowId;
use super::line_input::LineInput;
use crate::model::cost::Cost;
use crate::model::failure::Refusal;
use crate::model::fleet::Fleet;
use crate::model::job::{Job, Target};
use crate::model::names::{ContainerId, HostName, JobId};
use crate::model::plan::{Gate, Plan, PushIntent, RestartTarget};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The dialog. Cancel is focused, always.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanDialog {
    /// What would be done.
    pub plan: Plan,
    /// The push that was wanted, where it is a new plan of one.
    pub push: Option<PushIntent>,
    /// What a confirmation begins.
    pub origin: Origin,
    /// The marked rows that it was made from.
    pub marks: BTreeSet<RowId>,
    /// When it was shown, or what it costs became known.
    pub opened_at: Timestamp,
    /// What was typed at its gate; never filled in.
    pub typed: LineInput,
    /// The first line that is shown.
    pub scroll: usize,
}

/// What the confirmation of a plan begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A job of its own.
    New,
    /// Nothing new: an earlier job is taken up, and the plan is what is left of it.
    Resume {
        /// Which job.
        job: JobId,
        /// The targets that it will work on.
        left: Vec<Target>,
        /// Those of them that were begun: they are brought to their end, whatever that costs.
        begun: BTreeSet<Target>,
    },
}

/// Whether the dialog would take a confirmation now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It was opened a moment ago: a key that was meant for the list must not confirm it.
    NotArmed,
    /// These hosts have not yet said what it costs.
    Looking(Vec<HostName>),
    /// There is nothing to do.
    NoWork,
    /// The word is not typed yet.
    WordMissing(String),
    /// It would.
    Ready,
}

impl PlanDialog {
    /// How long a fresh dialog takes no confirmation.
    pub const ARMING: SignedDuration = SignedDuration::from_millis(300);

    /// A dialog that opens now, for what was planned now.
    pub fn new(plan: Plan, now: Timestamp) -> Self {
        Self::of(plan, Origin::New, now)
    }

    /// A dialog that opens now, for what is left of a job. Where nothing is left of it but its end, the plan is the whole one.
    pub fn to_resume(job: &Job, now: Timestamp) -> Self {
        let rest = job.rest();
        let origin = Origin::Resume {
            job: job.id.clone(),
            left: rest.targets(),
            begun: rest.begun(),
        };
        Self::of(rest.plan().unwrap_or_else(|| job.plan.clone()), origin, now)
    }

    fn of(plan: Plan, origin: Origin, now: Timestamp) -> Self {
        Self {
            plan,
            push: None,
            origin,
            marks: BTreeSet::new(),
            opened_at: now,
            typed: LineInput::default(),
            scroll: 0,
        }
    }

    /// Whether the plan changes anything. A prune that keeps all, a setup of hosts that are as they are to be, or what was published
    /// before, is shown for its reasons only; a job that is taken up comes to its end at least.
    pub fn has_work(&self) -> bool {
        match (&self.plan, &self.origin) {
            (Plan::Prune(prune), Origin::New) => prune.removals().next().is_some(),
            (Plan::Publish(_) | Plan::Release(_), Origin::New) => {
                let mut targets = self.plan.targets().into_iter();
                targets.any(|target| !self.plan.steps(&target).is_empty())
            }
            (Plan::Setup(_), Origin::New) => !self.plan.targets().is_empty(),
            _ => true,
        }
    }

    /// What must be asked before anybody can say what the plan costs.
    pub fn to_weigh(&self) -> BTreeMap<HostName, Vec<ContainerId>> {
        let Plan::Restart(restart) = &self.plan else {
            return BTreeMap::new();
        };
        let mut to_weigh = restart.to_weigh();
        let begun = restart.sessions.iter().filter(|one| self.is_begun(one));
        for one in begun {
            if let Some(containers) = to_weigh.get_mut(&one.host) {
                containers.retain(|id| *id != one.container);
            }
        }
        to_weigh.retain(|_, containers| !containers.is_empty());
        to_weigh
    }

    /// Whether a session was begun by the job that is taken up.
    pub fn is_begun(&self, one: &RestartTarget) -> bool {
        match &self.origin {
            Origin::New => false,
            Origin::Resume { begun, .. } => begun.contains(&one.target()),
        }
    }

    /// The hosts that have not yet said what the plan costs.
    pub fn silent(&self) -> Vec<HostName> {
        self.to_weigh().into_keys().collect()
    }

    /// Takes in what a restart costs; the dialog then must be looked at anew before it takes a confirmation.
    pub fn take_costs(&mut self, host: &HostName, costs: &BTreeMap<ContainerId, Cost>, now: Timestamp) {
        if self.to_weigh().contains_key(host)
            && let Plan::Restart(restart) = &mut self.plan
        {
            restart.take_costs(host, costs);
            self.opened_at = now;
        }
    }

    /// Leaves out the sessions that are not as the conditions of the plan want them, once all have told; the refusal where
    /// none is left. What is left of a job stays in it: some of it may have begun, and must come to its end.
    pub fn hold_to_conditions(&mut self) -> Result<(), Refusal> {
        if self.origin == Origin::New
            && self.silent().is_empty()
            && let Plan::Restart(restart) = &mut self.plan
        {
            *restart = restart.clone().hold_to_conditions()?;
        }
        Ok(())
    }

    /// Whether a confirmation would be taken now.
    pub fn readiness(&self, now: Timestamp) -> Readiness {
        if !self.has_work() {
            return Readiness::NoWork;
        }
        let silent = self.silent();
        if !silent.is_empty() {
            return Readiness::Looking(silent);
        }
        if now < self.opened_at + Self::ARMING {
            return Readiness::NotArmed;
        }
        match self.plan.gate() {
            Gate::Typed(word) if self.typed.text().trim() != word => Readiness::WordMissing(word),
            _ => Readiness::Ready,
        }
    }

    /// What the plan was about and is not there any more, so that it cannot be meant any more.
    pub fn vanished(&self, fleet: &Fleet, jobs: &BTreeMap<JobId, Job>) -> Option<String> {
        match &self.origin {
            Origin::New => self.changed(fleet),
            // What the job itself changed is no reason: each target is checked again when its turn comes.
            Origin::Resume { job, left, .. } => match jobs.get(job) {
                Some(now) if now.is_resumable() && now.rest().targets() == *left => None,
                Some(now) => Some(format!(
                    "job {} is not as it was shown: {}",
                    job.short(),
                    now.state.word()
                )),
                None => Some(format!("job {} is gone", job.short())),
            },
        }
    }

    fn changed(&self, fleet: &Fleet) -> Option<String> {
        match &self.plan {
            Plan::Push(push) => {
                let now = fleet.source().images.get(&push.reference);
                match now {
                    None => Some(format!("{} is not at the source any more", push.reference)),
                    Some(image) if image.id != push.image.id => {
                        Some(format!("{} names another image now", push.reference))
                    }
                    Some(_) => None,
                }
            }
            Plan::Build(build) => {
                let now = fleet.source().images.get(&build.reference).map(|image| &image.id);
                let planned = build.there.as_ref().map(|there| &there.image_id);
                (now.is_some() && now != planned)
                    .then(|| format!("{} names another image now", build.reference))
            }
            Plan::Restart(restart) => restart.sessions.iter().find_map(|one| {
                let session = fleet.host(&one.host).and_then(|host| host.session(&one.session));
                match session {
                    None => Some(format!("{}/{} is gone", one.host, one.session)),
                    Some(now) if now.container().id != one.container => {
                        Some(format!("{}/{} was re-created meanwhile", one.host, one.session))
                    }
                    Some(_) => None,
                }
            }),
            Plan::Activate(activate) => activate.hosts.iter().find_map(|one| {
                let image = fleet.host(&one.host)?.image(&activate.reference);
                (image.map(|image| &image.id) != Some(&one.image_id)).then(|| {
                    format!(
                        "{} is not the same image on {} any more",
                        activate.reference, one.host
                    )
                })
            }),
            Plan::Start(_) | Plan::Stop(_) | Plan::Remove(_) | Plan::Rename(_) => {
                self.plan.session_changed(fleet)
            }
            // Each change of a host looks again at what it replaces; so does a publication at its registry.
            Plan::Setup(_) | Plan::Publish(_) | Plan::Release(_) | Plan::Migrate(_) | Plan::Bootstrap(_) => {
                None
            }
            Plan::Prune(prune) => prune.removals().find_map(|(name, verdict)| {
                let host = fleet.host(name)?;
                let is_there = host.images().any(|image| image.id == verdict.image_id);
                (!is_there).then(|| format!("{} is gone from {name}", verdict.subject()))
            }),
        }
    }
}
