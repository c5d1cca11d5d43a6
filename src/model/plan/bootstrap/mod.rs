//! The plan that puts a project on a host which has nothing of it: its image, its files, and its services up. It is made from what
//! the host told, not from the fleet.

mod env;
mod planner;
#[cfg(test)]
mod tests;
mod vetting;
#[cfg(test)]
mod vetting_tests;

pub use env::env_before;
pub use planner::{BootstrapWish, Ground, INSTALL_COMPOSE, ground, plan_bootstrap};
pub use vetting::{Unsent, Vetted, VettedHere, vet};

use super::{Gate, PlanLine, PushPlan, strict_word};
use crate::model::compose::bootstrap::{Bootstrap, COMPOSE_FILE, GivenEnv};
use crate::model::failure::Refusal;
use crate::model::fleet::Stamp;
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{HostName, ImageId, ImageRef, ProjectPath, RegistryDigest};
use crate::model::profile::Guard;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A bootstrap, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootstrapPlan {
    /// Where.
    pub host: HostName,
    /// What.
    pub bootstrap: Bootstrap,
    /// How the image comes there.
    pub image: BootstrapImage,
    /// What is known of it and the contract of its host, where it is not sent from here; none where nothing is asked of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vetted: Option<Vetted>,
    /// The env file that the operator gives, where the host has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<GivenEnv>,
    /// Whether all of it is there and runs: then nothing is done.
    pub is_done: bool,
    /// How long its containers must be stable.
    pub stable: Duration,
    /// Until when one with a health check must be healthy.
    pub deadline: Duration,
    /// What the operator should know, such as variables without a value.
    pub remarks: Vec<String>,
    /// Whether its host wants every change typed.
    pub guard: Guard,
    /// What is left out: nothing, as it is about one project.
    pub refused: Vec<Refusal>,
}

/// How the image of a project comes to its host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum BootstrapImage {
    /// It is there.
    There {
        /// What the pin named when this was planned.
        id: ImageId,
        /// The tag that is stamped in the end, which names it, and the stamp before; none where that tag is active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stamp: Option<(ImageRef, Stamp)>,
    },
    /// The engine of the host pulls it from a registry.
    Pull {
        /// By its digest.
        from: RegistryDigest,
        /// The tag that it gets there, which is stamped in the end.
        tag: ImageRef,
        /// The stamp before.
        before: Stamp,
    },
    /// It is sent from here, as by every push; it stamps when the project runs, where its plan says so.
    Push(Box<PushPlan>),
}

/// What the check of a project is about: a push checks for itself.
const PROJECT: &str = "project";

/// What the check of an image that is not sent is about.
const CONTRACT: &str = "contract";

impl BootstrapPlan {
    /// The first step, beside whatever checks the way of the image has.
    pub fn check_step() -> Step {
        Step::about(StepKind::Check, PROJECT)
    }

    /// The step that holds an image which is not sent to the contract of its host.
    pub fn contract_step() -> Step {
        Step::about(StepKind::Check, CONTRACT)
    }

    /// What is stamped when the project runs, and the stamp before. A push of an earlier version has stamped already.
    pub fn to_stamp(&self) -> Option<(&ImageRef, &Stamp)> {
        match &self.image {
            BootstrapImage::There { stamp, .. } => stamp.as_ref().map(|(tag, before)| (tag, before)),
            BootstrapImage::Pull { tag, before, .. } => Some((tag, before)),
            BootstrapImage::Push(push) => {
                let host = push.hosts.iter().find(|one| one.host == self.host);
                let host = host.filter(|_| push.part_of.is_some())?;
                Some((&push.reference, &host.before))
            }
        }
    }

    /// The command that does it again.
    pub fn again(&self) -> String {
        let one = &self.bootstrap;
        let env = self.env.as_ref().map_or("", |_| " --env-file FILE");
        let allow = match &self.vetted {
            Some(Vetted::Here(here)) if here.allow_failing => " --allow-failing",
            _ => "",
        };
        format!(
            "tagboat compose bootstrap {} --host {} --image {} --folder {}{env}{allow}",
            one.project, self.host, one.pinned, one.folder
        )
    }

    /// The push of its image, where it has one.
    pub fn push(&self) -> Option<&PushPlan> {
        match &self.image {
            BootstrapImage::Push(push) => Some(push),
            BootstrapImage::There { .. } | BootstrapImage::Pull { .. } => None,
        }
    }

    pub(super) fn title(&self) -> String {
        let Bootstrap { project, pinned, .. } = &self.bootstrap;
        format!("put {project} on {}, pinned to {pinned}", self.host)
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        vec![Target::host(self.host.clone())]
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        use StepKind::{Commit, Install, Probe, Pull, Record, Stamp, Up};
        if self.is_done {
            return Vec::new();
        }
        let mut steps = vec![Self::check_step()];
        if matches!(self.vetted, Some(Vetted::Here(_))) {
            steps.push(Self::contract_step());
        }
        match &self.image {
            BootstrapImage::There { .. } => {}
            BootstrapImage::Pull { .. } => steps.push(Step::of(Pull)),
            BootstrapImage::Push(push) => steps.extend(push.steps(target)),
        }
        steps.extend([Record, Install, Up, Probe, Commit].map(Step::of));
        steps.extend(self.to_stamp().map(|_| Step::of(Stamp)));
        steps
    }

    pub(super) fn needed_tags(&self) -> Vec<(HostName, ImageRef)> {
        let mut needed = vec![(self.host.clone(), self.bootstrap.pinned.reference.clone())];
        if let BootstrapImage::Pull { tag, .. } = &self.image {
            needed.push((self.host.clone(), tag.clone()));
        }
        needed
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |before: &str, after: String, note: String| PlanLine {
            target: Target::host(self.host.clone()),
            before: before.to_owned(),
            after,
            note,
            costs: Vec::new(),
        };
        let one = &self.bootstrap;
        if self.is_done {
            let note = format!("{} runs, pinned to {}", one.project, one.pinned);
            return vec![line("as it is to be", "the same".to_owned(), note)];
        }
        let mut lines: Vec<PlanLine> = match &self.image {
            BootstrapImage::There { stamp, .. } => {
                let stamped = stamp.as_ref().map_or("", |_| "; stamped when the project runs");
                let note = format!("nothing of it is sent{stamped}");
                vec![line("the image is there", one.pinned.to_string(), note)]
            }
            BootstrapImage::Pull { from, tag, .. } => vec![line(
                "no image",
                tag.to_string(),
                format!("pulls {from}; stamped when the project runs"),
            )],
            BootstrapImage::Push(push) => {
                let mut lines = push.lines();
                for line in lines.iter_mut().filter(|_| push.part_of.is_some()) {
                    line.note.push_str("; stamped when the project runs");
                }
                lines
            }
        };
        if let Some((said, line)) = self.vetted.as_ref().and_then(Vetted::note).zip(lines.last_mut()) {
            line.note = format!("{said}; {}", line.note);
        }
        let file = format!("{}/{COMPOSE_FILE}", one.folder);
        let was = match (&one.before.file, one.folders.last()) {
            (Some(_), _) => "an earlier file of tagboat",
            (None, Some(last)) if *last == one.folder => "no folder",
            (None, _) => "no file",
        };
        let mut files = line(was, file, self.note_of_files());
        let given = self
            .env
            .as_ref()
            .map(|_| "its .env gets the values of --env-file".to_owned());
        files
            .costs
            .extend(given.into_iter().chain(self.remarks.iter().cloned()));
        lines.push(files);
        lines.extend(one.services.iter().map(|service| {
            let after = format!("{service}: {}", one.pinned);
            line("no container", after, "is started and watched".to_owned())
        }));
        lines.extend(one.on_demand.iter().map(|service| {
            let after = format!("{service}: {}", one.pinned);
            line("no container", after, "on demand: it is not started".to_owned())
        }));
        lines
    }

    fn note_of_files(&self) -> String {
        let one = &self.bootstrap;
        let mut words = vec![format!("{}={} in its .env", one.pin, one.pinned)];
        let inner = one.folders.iter().filter(|folder| **folder != one.folder);
        let inner: Vec<_> = inner.map(ProjectPath::as_str).collect();
        if !inner.is_empty() {
            words.push(format!("new folders {}", inner.join(", ")));
        }
        if !one.new_volumes.is_empty() {
            words.push(format!("new volumes {}", one.new_volumes.join(", ")));
        }
        words.join("; ")
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let mut told = vec!["all other containers, volumes and networks of the host".to_owned()];
        if !self.bootstrap.old_volumes.is_empty() {
            told.push(format!(
                "what is in the volumes that are there already, which the services get: {}",
                self.bootstrap.old_volumes.join(", ")
            ));
        }
        match self.image {
            BootstrapImage::Pull { .. } => {
                told.push("the login goes along with the pull and stays nowhere on the host".to_owned());
            }
            BootstrapImage::There { .. } | BootstrapImage::Push(_) => {}
        }
        told
    }

    pub(super) fn undo(&self) -> String {
        format!(
            "`docker compose down` in {} on {} takes the containers off; named volumes and the image stay",
            self.bootstrap.folder, self.host
        )
    }

    pub(super) fn gate(&self) -> Gate {
        let strict = strict_word(std::iter::once((&self.host, self.guard)));
        match (strict, &self.image) {
            (Some(gate), _) => gate,
            (None, BootstrapImage::Push(push)) => push.gate(),
            (None, _) if self.vetted.as_ref().is_some_and(Vetted::may_fail) => {
                Gate::Typed(self.bootstrap.pinned.reference.tag.to_string())
            }
            (None, _) => Gate::Plan,
        }
    }
}
