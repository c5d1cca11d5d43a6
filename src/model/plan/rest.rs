//! The rest of a plan: the same for some of its targets, as it is shown before a job is taken up.

use super::Plan;
use crate::model::job::Target;
use crate::model::names::{HostName, SessionName};

impl Plan {
    /// The same plan for these of its targets alone, with costs that nobody was asked for yet; none where none of them is in it.
    ///
    /// What was left out when it was made is not told again: it is not in the job.
    pub fn rest(&self, left: &[Target]) -> Option<Self> {
        let session = |host: &HostName, name: &SessionName| {
            left.iter()
                .any(|one| one.host == *host && one.session.as_ref() == Some(name))
        };
        let host = |name: &HostName| left.contains(&Target::host(name.clone()));
        let mut rest = self.clone();
        let refused = match &mut rest {
            Self::Push(plan) => {
                plan.hosts.retain(|one| host(&one.host));
                if let Some(via) = plan.via.as_mut().filter(|_| !left.contains(&Target::source())) {
                    via.is_published = true;
                }
                &mut plan.refused
            }
            Self::Activate(plan) => {
                plan.hosts.retain(|one| host(&one.host));
                &mut plan.refused
            }
            Self::Prune(plan) => {
                plan.hosts.retain(|one| host(&one.host));
                &mut plan.refused
            }
            Self::Restart(plan) => {
                plan.sessions.retain(|one| session(&one.host, &one.session));
                for one in &mut plan.sessions {
                    one.cost = None;
                }
                plan.there_already = 0;
                &mut plan.refused
            }
            Self::Start(plan) => {
                plan.sessions.retain(|one| session(&one.host, &one.session));
                &mut plan.refused
            }
            Self::Stop(plan) => {
                plan.sessions.retain(|one| session(&one.host, &one.session));
                &mut plan.refused
            }
            Self::Remove(plan) => {
                plan.sessions.retain(|one| session(&one.host, &one.session));
                &mut plan.refused
            }
            Self::Setup(plan) => {
                plan.hosts.retain(|one| host(&one.host));
                if let Some(push) = &mut plan.push {
                    push.hosts.retain(|one| host(&one.host));
                }
                &mut plan.refused
            }
            // It is about one session: all of it is left, or nothing.
            Self::Rename(plan) => &mut plan.refused,
            // And these about the source alone.
            Self::Build(plan) => &mut plan.refused,
            Self::Publish(plan) => &mut plan.refused,
            Self::Release(plan) => &mut plan.refused,
            // The same of one project.
            Self::Migrate(plan) => &mut plan.refused,
            Self::Bootstrap(plan) => &mut plan.refused,
        };
        refused.clear();
        let targets = rest.targets();
        let is_left = !targets.is_empty() && targets.iter().all(|target| left.contains(target));
        is_left.then_some(rest)
    }
}
