//! What must hold of a session before a restart touches it, beside what its plan says; and what its cost means for the plan.

use super::restart::{RestartPlan, RestartTarget};
use crate::model::cost::{Age, Cost};
use crate::model::failure::Refusal;
use crate::model::names::{ContainerId, HostName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What must hold before a session is touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Nothing was written, typed or computed in it for so long: until then the restart waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_idle: Option<Duration>,
    /// Nothing is in its container's own layer: otherwise it is refused.
    #[serde(default)]
    pub require_clean: bool,
}

impl Conditions {
    /// What they do, a line each; none where there is none.
    pub(super) fn lines(self) -> impl Iterator<Item = String> {
        let wait = self
            .when_idle
            .map(|quiet| format!("waits for {} of quiet", Age(quiet.as_secs())));
        let clean = self
            .require_clean
            .then(|| "only if its layer is clean".to_owned());
        wait.into_iter().chain(clean)
    }
}

impl RestartPlan {
    /// Which containers' costs it does not know, by host.
    pub fn to_weigh(&self) -> BTreeMap<HostName, Vec<ContainerId>> {
        let mut hosts: BTreeMap<HostName, Vec<ContainerId>> = BTreeMap::new();
        for one in self.sessions.iter().filter(|one| one.cost.is_none()) {
            hosts
                .entry(one.host.clone())
                .or_default()
                .push(one.container.clone());
        }
        hosts
    }

    /// Takes in what was told of one host.
    pub fn take_costs(&mut self, host: &HostName, costs: &BTreeMap<ContainerId, Cost>) {
        for one in self.sessions.iter_mut().filter(|one| one.host == *host) {
            if let Some(cost) = costs.get(&one.container) {
                one.cost = Some(cost.clone());
            }
        }
    }

    /// The plan without the sessions that are not as its conditions want them, which waiting does not mend; or the refusal
    /// when none is left.
    pub fn hold_to_conditions(mut self) -> Result<Self, Refusal> {
        if self.conditions.require_clean {
            let (unclean, sessions): (Vec<_>, Vec<_>) = self
                .sessions
                .into_iter()
                .partition(|one| why_unclean(one).is_some());
            self.sessions = sessions;
            self.refused.extend(unclean.iter().filter_map(refusal));
        }
        if self.sessions.is_empty() {
            return Err(Refusal::of_all(&self.refused, "session"));
        }
        Ok(self)
    }

    /// Whether files or somebody's work would be gone for ever.
    pub(super) fn loses_something(&self) -> bool {
        let waits = self.conditions.when_idle.is_some();
        self.sessions.iter().any(|one| {
            one.cost
                .as_ref()
                .is_some_and(|cost| cost.loses_files(one.keeps()) || (cost.is_in_use() && !waits))
        })
    }

    /// Whether somebody would notice, or may for all that is known.
    pub(super) fn is_felt(&self) -> bool {
        let is_felt = |one: &RestartTarget| one.cost.as_ref().is_some_and(Cost::is_felt);
        self.sessions.iter().any(is_felt)
    }
}

fn why_unclean(one: &RestartTarget) -> Option<String> {
    match &one.cost {
        Some(cost) => cost.unclean(),
        None => Some("its host was not asked what is in its layer".to_owned()),
    }
}

fn refusal(one: &RestartTarget) -> Option<Refusal> {
    let why = why_unclean(one)?;
    Some(Refusal::of_host(
        &one.host,
        format!("{} is not clean: {why}", one.session),
        "save what is needed to a volume, or restart without --require-clean",
    ))
}
