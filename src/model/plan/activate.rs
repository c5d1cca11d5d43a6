//! The activate planner: stamp a tag that the hosts have already.

use super::push::{unknown_host, usable};
use super::{Gate, PlanLine, count};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host, Stamp};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{HostName, ImageId, ImageRef};
use crate::model::profile::Guard;
use serde::{Deserialize, Serialize};

/// Which tag the operator wants active, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivateIntent {
    /// The tag.
    pub reference: ImageRef,
    /// The hosts, in the order given.
    pub hosts: Vec<HostName>,
}

/// A stamp, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivatePlan {
    /// What is stamped.
    pub reference: ImageRef,
    /// Where.
    pub hosts: Vec<ActivateTarget>,
    /// The hosts that are left out.
    pub refused: Vec<Refusal>,
}

/// One host of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivateTarget {
    /// The host.
    pub host: HostName,
    /// Its stamp before.
    pub before: Stamp,
    /// The image that this named when the plan was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_id: Option<ImageId>,
    /// The image that the tag names there; checked again before it is stamped.
    pub image_id: ImageId,
    /// Whether it wants every change typed.
    pub guard: Guard,
}

/// Plans a stamp, or says why no host could get it.
pub fn plan_activate(intent: &ActivateIntent, fleet: &Fleet) -> Result<ActivatePlan, Refusal> {
    let (mut hosts, mut refused) = (Vec::new(), Vec::new());
    for name in &intent.hosts {
        match fleet
            .host(name)
            .ok_or_else(|| unknown_host(name))
            .and_then(|host| target(host, intent))
        {
            Ok(target) => hosts.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if hosts.is_empty() {
        return Err(Refusal::of_all(&refused, "host"));
    }
    Ok(ActivatePlan {
        reference: intent.reference.clone(),
        hosts,
        refused,
    })
}

fn target(host: &Host, intent: &ActivateIntent) -> Result<ActivateTarget, Refusal> {
    usable(host)?;
    let reference = &intent.reference;
    let image = host.image(reference).ok_or_else(|| {
        Refusal::of_host(
            &host.name,
            format!("{reference} is not there"),
            format!("tagboat push {reference} --host {}", host.name),
        )
    })?;
    Ok(ActivateTarget {
        host: host.name.clone(),
        before: host.stamp.clone(),
        before_id: host.active_image().map(|image| image.id.clone()),
        image_id: image.id.clone(),
        guard: host.settings.guard,
    })
}

impl ActivatePlan {
    pub(super) fn title(&self) -> String {
        format!(
            "activate {} on {}",
            self.reference,
            count(self.hosts.len(), "host")
        )
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        self.hosts
            .iter()
            .map(|host| Target::host(host.host.clone()))
            .collect()
    }

    pub(super) fn steps(&self, _target: &Target) -> Vec<Step> {
        [StepKind::Check, StepKind::Stamp].map(Step::of).into()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |host: &ActivateTarget| {
            let before = host.before.active();
            PlanLine {
                costs: Vec::new(),
                target: Target::host(host.host.clone()),
                before: before.map_or_else(|| "no stamp".to_owned(), |tag| tag.tag.to_string()),
                after: self.reference.tag.to_string(),
                note: if before == Some(&self.reference) {
                    "already active".into()
                } else {
                    "stamp".into()
                },
            }
        };
        self.hosts.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        vec!["no session is restarted; each keeps its pinned tag".to_owned()]
    }

    pub(super) fn undo(&self) -> String {
        "tagboat activate the tag that a host had before".to_owned()
    }

    pub(super) fn gate(&self) -> Gate {
        if self.hosts.iter().any(|host| host.guard == Guard::Strict) {
            Gate::Typed(self.reference.tag.to_string())
        } else {
            Gate::Plan
        }
    }
}
