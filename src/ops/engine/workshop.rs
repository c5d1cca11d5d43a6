//! What all jobs of a console share: links to hosts, exports, leases, and who acts.

use super::EngineOptions;
use super::jobs::RunningJobs;
use crate::model::names::{HostName, Operator};
use crate::ops::audit::AuditFile;
use crate::ops::build::BuildPlace;
use crate::ops::check::Checker;
use crate::ops::export::Exports;
use crate::ops::host_link::HostLink;
use crate::ops::layers::LayerStore;
use crate::ops::lease::Leases;
use crate::ops::ports::Clock;
use crate::ops::push::Pulls;
use crate::ops::registry::Eyes;
use crate::ops::report::StepError;
use crate::ops::watch::{LinkSlot, SourceSlot};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OnceCell};
use tokio::time::timeout;

/// How long a job waits for a host, or for the source, that is just being connected.
pub(super) const LINK_WAIT: Duration = Duration::from_secs(20);

/// How long a restart waits for its host to be connected again. A wave waits for all of its sessions: a link that flaps is
/// back by then, and what a host that stays away has done is told by a resume.
pub(super) const AWAY: Duration = Duration::from_mins(1);

/// What is kept here of images.
pub(super) struct Kept {
    /// Their layers.
    pub(super) layers: LayerStore,
    /// What came of their checks.
    pub(super) checker: Checker,
}

impl Kept {
    /// What an engine with these options keeps.
    pub(super) fn of(options: &EngineOptions) -> Self {
        Self {
            layers: LayerStore::with_limit(options.dirs.layers(), options.cache.limit),
            checker: Checker::new(options.contracts.clone(), &options.hosts),
        }
    }
}

/// What all jobs of a console share.
pub(super) struct Workshop {
    pub(super) links: HashMap<HostName, LinkSlot>,
    pub(super) source: SourceSlot,
    pub(super) build_place: BuildPlace,
    pub(super) exports: OnceCell<Exports>,
    pub(super) kept: Kept,
    /// Layers or recipes were added, or went.
    pub(super) stock_changed: Notify,
    pub(super) leases: Leases,
    pub(super) jobs: RunningJobs,
    pub(super) audit: AuditFile,
    pub(super) pulls: Pulls,
    pub(super) operator: Operator,
    pub(super) clock: Arc<dyn Clock>,
}

impl Workshop {
    /// The link to a host.
    pub(super) async fn link(&self, host: &HostName) -> Result<HostLink, StepError> {
        let away = || {
            StepError::passing(
                "the host is not connected",
                "Nothing was changed.",
                format!("see `tagboat status --host {host}`, then run it again"),
            )
        };
        let mut slot = self.links.get(host).ok_or_else(away)?.clone();
        let connected = timeout(LINK_WAIT, slot.wait_for(Option::is_some)).await;
        connected
            .ok()
            .and_then(Result::ok)
            .and_then(|link| link.clone())
            .ok_or_else(away)
    }

    /// Waits until a host that was lost is connected again. In the end a link that nobody else found broken is as good: the host may
    /// only have been slow.
    pub(super) async fn is_connected_again(&self, lost: &HostLink, within: Duration) -> bool {
        let Some(mut slot) = self.links.get(lost.name()).cloned() else {
            return false;
        };
        let is_another = |now: &Option<HostLink>| now.as_ref().is_some_and(|now| !now.is(lost));
        let another = timeout(within, slot.wait_for(is_another))
            .await
            .is_ok_and(|found| found.is_ok());
        another || slot.borrow().is_some()
    }

    /// What looks at registries for plans.
    pub(super) fn eyes<'a>(&'a self, exports: &'a Exports) -> Eyes<'a> {
        Eyes {
            source: exports.source(),
            keychain: &self.pulls.keychain,
            publications: &self.pulls.publications,
        }
    }

    /// The exports of this console, made from the source engine when a push first needs one.
    pub(super) async fn exports(&self) -> Result<&Exports, StepError> {
        let away = || {
            StepError::passing(
                "the source engine does not answer",
                "Nothing was changed.",
                "start Docker here, or point DOCKER_HOST at the engine that has the image",
            )
        };
        let begin = || async {
            let mut slot = self.source.clone();
            let connected = timeout(LINK_WAIT, slot.wait_for(Option::is_some)).await;
            let source = connected
                .ok()
                .and_then(Result::ok)
                .and_then(|source| source.clone());
            Ok(Exports::new(source.ok_or_else(away)?, self.kept.layers.clone()))
        };
        self.exports.get_or_try_init(begin).await
    }
}
