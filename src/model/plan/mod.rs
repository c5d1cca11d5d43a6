//! Plans: from an intent and the fleet to the frozen list of steps that is shown before anything changes.

mod activate;
mod bootstrap;
mod build;
mod byte_rate;
mod conditions;
mod gate;
mod held_to;
mod lack;
mod migrate;
mod mode;
mod new_session;
mod pin;
mod prune;
mod publish;
mod push;
mod release;
mod remove;
mod rename;
mod rest;
mod restart;
mod rollback;
mod room;
mod route;
mod session_target;
mod setup;
mod source_wish;
mod start;
mod stop;
mod via;

pub use activate::{ActivateIntent, ActivatePlan, ActivateTarget, plan_activate};
pub use bootstrap::{
    BootstrapImage, BootstrapPlan, BootstrapWish, Ground, INSTALL_COMPOSE, Unsent, Vetted, VettedHere,
    env_before, ground, plan_bootstrap, vet,
};
pub use build::{
    BuildContext, BuildDraft, BuildIntent, BuildPlan, BuildSettings, BuildWish, Builder, ContextFrom,
    TagThere, UnknownBuilder, looks_secret, plan_build,
};
pub use byte_rate::{BadRate, ByteRate};
pub use conditions::Conditions;
pub use gate::Gate;
pub use held_to::HeldTo;
pub use lack::{HeldLayers, missing};
pub use migrate::MigratePlan;
pub use mode::{Mode, ModeChoice, UnknownMode};
pub use new_session::{NewSession, NewWish};
pub use pin::{PIN_IMAGE, PinOf, job_of_pin, job_pin, pin_of, way_back_pin};
pub use prune::{PruneDecision, PruneHost, PruneIntent, PrunePlan, PruneVerdict, plan_prune, verdicts};
pub use publish::{PublishIntent, PublishPlan, plan_publish};
pub use push::{Presence, PushIntent, PushOptions, PushPlan, PushTarget, plan_push};
pub use release::{
    BuiltImage, Made, ProjectState, ReleaseContract, ReleaseIntent, ReleasePlan, ReleaseTo, Tree,
    plan_release,
};
pub use remove::{
    LABEL_SUBJECT, Leftover, PlannedVolume, RemoveIntent, RemovePlan, RemoveTarget, VolumeFate, plan_remove,
    volume_subject,
};
pub use rename::{RenameIntent, RenamePlan, plan_rename};
pub use restart::{Aim, Replacement, RestartIntent, RestartPlan, RestartTarget, plan_restart};
pub use rollback::{plan_job_rollback, plan_session_rollback, plan_stamp_rollback};
pub use route::{Estimate, LEAST_BASE, MOST_OF_LAYERS, Route, WORTH_A_HELPER};
pub use setup::{
    SetupImage, SetupIntent, SetupPlan, SetupTarget, SetupWork, plan_init, plan_mend, plan_remove_host,
    plan_update,
};
pub use source_wish::{Drafted, ReleaseWish, SourceWish};
pub use start::{StartFrom, StartIntent, StartPlan, StartTarget, plan_start};
pub use stop::{StopIntent, StopPlan, StopTarget, plan_stop};
pub use via::{Via, plan_push_via};

use crate::model::failure::Refusal;
use crate::model::job::{Step, Target};
use crate::model::names::{HostName, ImageRef};
use crate::model::rollout::RolloutOrder;
use serde::{Deserialize, Serialize};
use session_target::{session_word, strict_word, the_session};
use std::num::NonZeroUsize;

/// A change, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Plan {
    /// Copy an image to hosts and stamp it.
    Push(PushPlan),
    /// Replace the containers of sessions.
    Restart(RestartPlan),
    /// Remove image tags that no session needs.
    Prune(PrunePlan),
    /// Stamp a tag that the hosts have.
    Activate(ActivatePlan),
    /// Start sessions, new ones or those that are stopped.
    Start(StartPlan),
    /// Stop sessions.
    Stop(StopPlan),
    /// Remove sessions.
    Remove(RemovePlan),
    /// Give a session a label.
    Rename(RenamePlan),
    /// Make hosts members of the fleet, keep them so, or end that.
    Setup(SetupPlan),
    /// Build an image at the source.
    Build(BuildPlan),
    /// Publish an image to a registry.
    Publish(PublishPlan),
    /// Build, check, tag and publish a version of a project.
    Release(ReleasePlan),
    /// Bring a Compose project from its build to a pin.
    Migrate(MigratePlan),
    /// Put a Compose project on a host that has nothing of it.
    Bootstrap(Box<BootstrapPlan>),
}

/// One line of a plan as it is shown: what changes from what to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanLine {
    /// On what.
    pub target: Target,
    /// What it is now.
    pub before: String,
    /// What it will be.
    pub after: String,
    /// What will be done for it, and why.
    pub note: String,
    /// What it costs to do it, where that was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<String>,
}

/// Delegates to the plan of each kind, which all answer the same questions.
macro_rules! each_kind {
    ($plan:expr, $inner:ident => $answer:expr) => {
        match $plan {
            Plan::Push($inner) => $answer,
            Plan::Restart($inner) => $answer,
            Plan::Prune($inner) => $answer,
            Plan::Activate($inner) => $answer,
            Plan::Start($inner) => $answer,
            Plan::Stop($inner) => $answer,
            Plan::Remove($inner) => $answer,
            Plan::Rename($inner) => $answer,
            Plan::Setup($inner) => $answer,
            Plan::Build($inner) => $answer,
            Plan::Publish($inner) => $answer,
            Plan::Release($inner) => $answer,
            Plan::Migrate($inner) => $answer,
            Plan::Bootstrap($inner) => $answer,
        }
    };
}

impl Plan {
    /// The verb, as on the command line.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Push(_) => "push",
            Self::Restart(plan) => plan.verb(),
            Self::Prune(_) => "prune",
            Self::Activate(_) => "activate",
            Self::Start(_) => "start",
            Self::Stop(_) => "stop",
            Self::Remove(_) => "remove",
            Self::Rename(_) => "rename",
            Self::Setup(plan) => plan.work.verb(),
            Self::Build(_) => "build",
            Self::Publish(_) => "publish",
            Self::Release(_) => "release",
            Self::Migrate(_) => "compose migrate",
            Self::Bootstrap(_) => "compose bootstrap",
        }
    }

    /// One line that says what it does to how many: `push convocate:v1.1.0 to 3 hosts`.
    pub fn title(&self) -> String {
        each_kind!(self, plan => plan.title())
    }

    /// What it works on, in the order in which it does.
    pub fn targets(&self) -> Vec<Target> {
        each_kind!(self, plan => plan.targets())
    }

    /// The steps for one target.
    pub fn steps(&self, target: &Target) -> Vec<Step> {
        each_kind!(self, plan => plan.steps(target))
    }

    /// What changes, line by line.
    pub fn lines(&self) -> Vec<PlanLine> {
        each_kind!(self, plan => plan.lines())
    }

    /// The tags that it is about to stamp or to start a session on, with their hosts: while it runs, a prune keeps them.
    pub fn needed_tags(&self) -> Vec<(HostName, ImageRef)> {
        match self {
            Self::Push(plan) => plan
                .hosts
                .iter()
                .map(|one| (one.host.clone(), plan.reference.clone()))
                .collect(),
            Self::Activate(plan) => plan
                .hosts
                .iter()
                .map(|one| (one.host.clone(), plan.reference.clone()))
                .collect(),
            Self::Restart(plan) => plan
                .sessions
                .iter()
                .map(|one| (one.host.clone(), one.onto.clone()))
                .collect(),
            Self::Start(plan) => plan.needed_tags(),
            Self::Setup(plan) => plan.needed_tags(),
            Self::Migrate(plan) => vec![(plan.host.clone(), plan.migration.onto.clone())],
            Self::Bootstrap(plan) => plan.needed_tags(),
            Self::Prune(_)
            | Self::Stop(_)
            | Self::Remove(_)
            | Self::Rename(_)
            | Self::Build(_)
            | Self::Publish(_)
            | Self::Release(_) => Vec::new(),
        }
    }

    /// The most hosts that it works on at the same time, where the operator said so.
    pub fn at_once(&self) -> Option<NonZeroUsize> {
        match self {
            Self::Push(plan) => plan.options.at_once,
            Self::Setup(plan) => plan.push.as_ref().and_then(|push| push.options.at_once),
            _ => None,
        }
    }

    /// How sessions follow each other, where it restarts them.
    pub fn rollout(&self) -> Option<&RolloutOrder> {
        match self {
            Self::Restart(plan) => Some(&plan.order),
            _ => None,
        }
    }

    /// In which order and portions it goes over its targets, where that is for the operator to say.
    pub fn sequence(&self) -> Option<String> {
        match self {
            Self::Restart(plan) => plan.sequence(),
            _ => None,
        }
    }

    /// The hosts that it leaves out, with the reason of each.
    pub fn refused(&self) -> &[Refusal] {
        each_kind!(self, plan => &plan.refused)
    }

    /// What it will not touch, so that the operator need not guess.
    pub fn untouched(&self) -> Vec<String> {
        each_kind!(self, plan => plan.untouched())
    }

    /// How it can be taken back.
    pub fn undo(&self) -> String {
        each_kind!(self, plan => plan.undo())
    }

    /// What the operator must do to confirm it.
    pub fn gate(&self) -> Gate {
        each_kind!(self, plan => plan.gate())
    }
}

/// `1 host`, `3 hosts`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}
