//! Puts a project on a host that has nothing of it: the console brings the image, checks and records, and from there on the host goes
//! on alone, with the journal, the engine and the probe of every restart (`assets/host/compose/bootstrap`).

mod image;
mod record;

use super::OF_PROJECT;
use crate::model::compose::bootstrap::{Bootstrap, HostProject};
use crate::model::compose::{ComposeService, digest, with_pinned};
use crate::model::job::{Step, StepKind, TrackResult};
use crate::model::names::{ContainerId, Digest, ImageId, JobId, Operator, SessionName};
use crate::model::plan::{BootstrapPlan, Ground, Replacement, RestartTarget, env_before, ground};
use crate::model::probe::{ProbeRules, Settled};
use crate::ops::compose::{Place, look_at_project};
use crate::ops::host_link::HostLink;
use crate::ops::report::{Outcome, StepError, TrackReporter};
use crate::ops::restart::{Restart, Restarted, told};

/// One bootstrap and what it works with.
pub struct Bootstrapping<'a> {
    plan: &'a BootstrapPlan,
    job: &'a JobId,
    operator: &'a Operator,
    link: &'a HostLink,
    reporter: &'a TrackReporter,
    target: RestartTarget,
}

/// A bootstrap whose preconditions hold.
struct Ready {
    /// What the host has of it.
    seen: HostProject,
    /// The env file as it is to be.
    env_after: String,
}

impl<'a> Bootstrapping<'a> {
    /// None for a plan that puts nothing.
    pub fn of(
        plan: &'a BootstrapPlan,
        job: &'a JobId,
        operator: &'a Operator,
        link: &'a HostLink,
        reporter: &'a TrackReporter,
    ) -> Option<Self> {
        Some(Self {
            plan,
            job,
            operator,
            link,
            reporter,
            target: as_restart(plan)?,
        })
    }

    /// What came of it that the host has in its journal; none where it has none, or has put back what was: then it begins anew.
    pub async fn follow(&self) -> Option<TrackResult> {
        match Box::pin(self.restart().follow_recorded()).await {
            Ok(Some(Restarted::PutBack(_)) | None) => None,
            Ok(Some(restarted)) | Err(restarted) => Some(restarted.result()),
        }
    }

    /// Whether the host is still as the plan saw it.
    pub async fn check(&self) -> Result<(), TrackResult> {
        let check = async {
            let ready = self.look().await?;
            let (_, version) = ready.seen.compose.unwrap_or_default();
            Ok(Outcome::noted((), format!("Compose {version}")))
        };
        self.reporter.step(BootstrapPlan::check_step(), check).await
    }

    /// Records it on the host, lets that go on alone, and follows it to its end.
    pub async fn begin(&self) -> TrackResult {
        match self.record_and_follow().await {
            Ok(restarted) | Err(restarted) => restarted.result(),
        }
    }

    async fn record_and_follow(&self) -> Result<Restarted, Restarted> {
        let restart = self.restart();
        let record = Step::of(StepKind::Record);
        let recorded = self.reporter.step(record, self.record(&restart)).await;
        let recorded = match recorded {
            Ok(()) if self.reporter.cancel().is_cancelled() => {
                Err(TrackResult::Cancelled(restart.told.untouched.to_owned()))
            }
            other => other,
        };
        if let Err(result) = recorded {
            return Err(restart.back_out(result).await.into());
        }
        restart
            .hand_over(vec![format!("project={}", self.bootstrap().project)])
            .await?;
        Box::pin(restart.follow()).await
    }

    /// Looks again: nothing of the project is there, and the files are those of the plan.
    async fn look(&self) -> Result<Ready, StepError> {
        let one = self.bootstrap();
        let seen = look_at_project(&Place::of(self.link), one).await;
        let seen = seen.map_err(|error| self.refuse(error.to_string()))?;
        match ground(&self.plan.host, one, &seen) {
            Ok(Ground::Bare) => {}
            Ok(Ground::Running) => {
                let see = format!("tagboat compose check {} --host {}", one.folder, self.plan.host);
                return Err(self
                    .restart()
                    .refuse("it runs there by now, just as it would be put there", see));
            }
            Err(refusal) => {
                return Err(self.restart().refuse(refusal.reason, refusal.advice));
            }
        }
        let of = |text: &Option<String>| text.as_deref().map(digest);
        if of(&seen.file) != one.before.file || of(&seen.env) != one.before.env {
            return Err(self.refuse("the files of the project were changed since this was planned"));
        }
        if seen.env.is_none() && self.plan.env.as_ref().is_some_and(|given| given.look().is_none()) {
            return Err(self.refuse("what --env-file gave is in no journal, so it must be given again"));
        }
        let before = env_before(&self.plan.host, one, &seen, self.plan.env.as_ref());
        let before = before.map_err(|refusal| self.restart().refuse(refusal.reason, refusal.advice))?;
        let env = with_pinned(&before, &one.pin, &one.pinned);
        let env_after = env.map_err(|wrong| self.refuse(wrong.to_string()))?.text;
        Ok(Ready { seen, env_after })
    }

    fn bootstrap(&self) -> &Bootstrap {
        &self.plan.bootstrap
    }

    fn restart(&self) -> Restart<'_> {
        Restart {
            target: &self.target,
            job: self.job,
            operator: self.operator,
            link: self.link,
            reporter: self.reporter,
            again: Some(self.again()),
            told: &told::BOOTSTRAP,
        }
    }

    /// The command that does it again.
    fn again(&self) -> String {
        self.plan.again()
    }

    fn refuse(&self, cause: impl AsRef<str>) -> StepError {
        self.restart().refuse(cause, self.again())
    }
}

/// What the journal of every restart is about; that of a project is called after it. There is no container before it and perhaps no
/// image yet: nothing of the journal of a project asks for those two.
fn as_restart(plan: &BootstrapPlan) -> Option<RestartTarget> {
    let one = &plan.bootstrap;
    let none = Digest::from_bytes(&[0; 32]);
    let first = one.services.first()?;
    Some(RestartTarget {
        host: plan.host.clone(),
        session: SessionName::parse(&format!("{OF_PROJECT}{}", one.project)).ok()?,
        container: ContainerId::parse(none.hex()).ok()?,
        from: first.to_string(),
        from_id: ImageId(none.clone()),
        onto: one.pinned.reference.clone(),
        onto_id: ImageId(none),
        was_up: false,
        probe: ProbeRules {
            settled: Settled::Stable(plan.stable),
            sign: None,
            deadline: plan.deadline,
            keep_predecessors: 0,
        },
        guard: plan.guard,
        by: Replacement::Compose {
            service: ComposeService {
                project: one.project.clone(),
                service: first.clone(),
                working_dir: one.folder.clone(),
                config_files: vec![one.file().ok()?],
                env_files: Vec::new(),
            },
            pin: one.pin.clone(),
        },
        cost: None,
    })
}
