//! A push through a registry: the image is published once, and the hosts pull it by its digest.

use super::push::plan_on_way;
use super::{PlanLine, PublishIntent, PublishPlan, PushIntent, PushPlan};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::RegistryTag;
use crate::model::profile::Address;
use serde::{Deserialize, Serialize};

/// The registry that hosts pull an image from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// What is there, or will be.
    pub publish: PublishPlan,
    /// Whether nothing has to be published any more.
    pub is_published: bool,
}

/// Plans a push through a registry, by what came of the plan of its publication.
pub fn plan_push_via(
    intent: &PushIntent,
    publish: Result<PublishPlan, Refusal>,
    fleet: &Fleet,
) -> Result<PushPlan, Refusal> {
    let publish = publish.map_err(|refusal| Refusal {
        advice: refusal.advice.replace(
            "--replace-tag",
            &format!("`tagboat publish {} --replace-tag` first", intent.reference),
        ),
        ..refusal
    })?;
    let is_published = publish.digest().is_some();
    plan_on_way(
        intent,
        fleet,
        Some(Via {
            publish,
            is_published,
        }),
    )
}

impl Via {
    /// The publication that a push through a registry wants.
    pub fn publication(intent: &PushIntent, to: RegistryTag) -> PublishIntent {
        PublishIntent {
            reference: intent.reference.clone(),
            to,
            // A tag that hosts may lose is not one that everybody who pulls may lose.
            replace_tag: false,
        }
    }

    /// A host that asks a registry on its own machine asks another one than the source does.
    pub(super) fn can_be_reached_from(&self, host: &Host) -> Result<(), Refusal> {
        let registry = self.publish.to.repository.registry();
        if registry.is_loopback() && host.settings.address != Address::Local {
            return Err(Refusal::of_host(
                &host.name,
                format!("{registry} is the host itself there, not the registry here"),
                "publish under the name by which the hosts reach the registry",
            ));
        }
        Ok(())
    }

    pub(super) fn words(&self) -> String {
        format!(" through {}", self.publish.to.repository.registry())
    }

    pub(super) fn target(&self) -> Option<Target> {
        (!self.is_published).then(Target::source)
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        use StepKind::{Check, CleanUp, Compare, Confirm, Pull, Stamp};
        if target.is_source() {
            return self.publish.steps(target);
        }
        [Check, Compare, Pull, Confirm, Stamp, CleanUp]
            .map(Step::of)
            .into()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        if self.is_published {
            Vec::new()
        } else {
            self.publish.lines()
        }
    }

    /// How the image comes to a host.
    pub(super) fn way(&self) -> String {
        match self.publish.published() {
            Some(published) => format!("pulls {published}"),
            None => format!("pulls {} by the digest that it gets", self.publish.to.repository),
        }
    }
}
