//! The contract that an image must meet to go to a host, and what was known of that when the push was planned.

use super::{PushIntent, plan_push};
use crate::model::contract::{ContractState, Verdict};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Stock};
use crate::model::names::{Digest, ImageId, ImageRef};
use crate::model::profile::HostSettings;
use serde::{Deserialize, Serialize};

/// The contract of one host of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldTo {
    /// Its name.
    pub contract: String,
    /// All that it required then; none where that was not known, so that it counts as it is when the job checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// What came of the check; none where the job checks, before anything is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl PushIntent {
    /// The same with what contracts hold back.
    #[must_use]
    pub fn allowing_failing(&self) -> Self {
        Self {
            allow_failing: true,
            ..self.clone()
        }
    }

    /// Whether a contract holds something of it back, or may: a host where the image fails it, or where it was not checked yet.
    pub fn is_held_back(&self, fleet: &Fleet) -> bool {
        if self.allow_failing {
            return false;
        }
        let Ok(all) = plan_push(&self.allowing_failing(), fleet) else {
            return false;
        };
        let mut held_to = all.hosts.iter().filter_map(|host| host.held_to.as_ref());
        held_to.any(|held| !held.is_met())
    }
}

impl HeldTo {
    /// What a host's profile asks of the image: none where that is nothing; a refusal where it is known that the image fails, unless
    /// that is allowed.
    pub(super) fn of(
        host: &HostSettings,
        (reference, image): (&ImageRef, &ImageId),
        stock: &Stock,
        allow_failing: bool,
    ) -> Result<Option<Self>, Refusal> {
        let Some(contract) = &host.profile.contract else {
            return Ok(None);
        };
        let known = stock.contracts.get(contract);
        let digest = known.and_then(|known| known.digest.as_ref().ok()).cloned();
        let verdict = match stock.contract_state(contract, image) {
            ContractState::Checked(verdict) if !verdict.is_met() && !allow_failing => {
                return Err(Refusal::of_host(
                    &host.name,
                    format!(
                        "{reference} fails the contract {contract}: {} ({})",
                        verdict.words(),
                        verdict.first_words()
                    ),
                    Self::allow(&format!("mend what `tagboat check {reference}` tells")),
                ));
            }
            ContractState::Unusable(why) if !allow_failing => {
                return Err(Refusal::of_host(
                    &host.name,
                    format!("the contract {contract} cannot be used: {why}"),
                    Self::allow("mend the contract"),
                ));
            }
            ContractState::Checked(verdict) => Some(verdict.clone()),
            ContractState::Unchecked | ContractState::Unusable(_) => None,
        };
        Ok(Some(Self {
            contract: contract.clone(),
            digest,
            verdict,
        }))
    }

    /// What to do about an image that is held back, in the words of both front ends.
    pub fn allow(mend: &str) -> String {
        format!(
            "{mend}, or push it all the same with --allow-failing (in the console: f in the plan of the push)"
        )
    }

    /// Whether it is known that the image meets it.
    pub(super) fn is_met(&self) -> bool {
        self.verdict.as_ref().is_some_and(Verdict::is_met)
    }

    /// What is to be said of it in a plan; nothing where the image meets it.
    pub(super) fn note(&self, allow_failing: bool) -> Option<String> {
        let contract = &self.contract;
        match &self.verdict {
            Some(verdict) if verdict.is_met() => None,
            Some(verdict) => Some(format!(
                "FAILS the contract {contract} ({}; --allow-failing)",
                verdict.words()
            )),
            None if allow_failing => Some(format!("not checked against {contract} (--allow-failing)")),
            None => Some(format!("checked against {contract} first")),
        }
    }
}
