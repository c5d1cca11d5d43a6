//! The jobs that run in this process: what they may not do to each other, and how words reach each of them.

use super::rollout::STEERS;
use crate::model::failure::Refusal;
use crate::model::job::{BEING_CANCELLED, Target, Word};
use crate::model::names::{HostName, ImageRef, JobId, Operator};
use crate::model::plan::Plan;
use crate::model::rollout::{ONLY_ROLLOUTS, Steer};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// A job that runs.
struct Running {
    plan: Plan,
    cancel: CancellationToken,
    /// Tells it who cancels it; none when that was told.
    canceller: Option<oneshot::Sender<Operator>>,
    steer: mpsc::Sender<Spoken>,
}

/// A word to a rollout on its way to it.
pub(super) struct Spoken {
    pub(super) steer: Steer,
    /// Who says it.
    pub(super) operator: Operator,
    /// Hears none when it was taken, else the objection.
    pub(super) answer: oneshot::Sender<Option<String>>,
}

/// What became of a word at once.
pub(super) enum Heard {
    /// The job does not run here.
    NotHere,
    /// It was taken, or there is an objection.
    Answered(Option<String>),
    /// The rollout answers when it has looked.
    Asked(oneshot::Receiver<Option<String>>),
}

/// What a job that was admitted listens to.
pub(super) struct Admission {
    /// Ends it.
    pub(super) cancel: CancellationToken,
    /// Who cancelled it.
    pub(super) canceller: oneshot::Receiver<Operator>,
    /// What it is told meanwhile.
    pub(super) steers: mpsc::Receiver<Spoken>,
}

/// The jobs that run in this process.
#[derive(Default)]
pub(super) struct RunningJobs(Mutex<HashMap<JobId, Running>>);

impl RunningJobs {
    /// Admits a job, unless a running one works on the same thing.
    pub(super) fn admit(&self, id: &JobId, plan: &Plan) -> Result<Admission, Refusal> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (other, running) in jobs.iter() {
            if other == id {
                return Err(Refusal::of_plan(
                    format!("job {id} runs already"),
                    "watch it on the Jobs screen",
                ));
            }
            if let Some(target) = clash(&running.plan, plan) {
                let place = if target.is_source() {
                    "the source".to_owned()
                } else {
                    target.to_string()
                };
                return Err(Refusal {
                    host: target.host.unless_source(),
                    reason: format!("job {other} ({}) works on {place} now", running.plan.verb()),
                    advice: "wait until it has ended, or cancel it".to_owned(),
                });
            }
        }
        let cancel = CancellationToken::new();
        let (steer, steers) = mpsc::channel(STEERS);
        let (tell_canceller, canceller) = oneshot::channel();
        jobs.insert(
            id.clone(),
            Running {
                plan: plan.clone(),
                cancel: cancel.clone(),
                canceller: Some(tell_canceller),
                steer,
            },
        );
        Ok(Admission {
            cancel,
            canceller,
            steers,
        })
    }

    /// Forgets a job that ended.
    pub(super) fn ended(&self, id: &JobId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Whether no job runs here.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether a job runs here.
    pub(super) fn has(&self, id: &JobId) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(id)
    }

    /// Says something to a job. A cancellation takes effect before this returns.
    pub(super) fn say(&self, id: &JobId, word: Word, operator: Operator) -> Heard {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = jobs.get_mut(id) else {
            return Heard::NotHere;
        };
        let object = |why: &str| Heard::Answered(Some(why.to_owned()));
        match word {
            _ if running.cancel.is_cancelled() => object(BEING_CANCELLED),
            Word::Cancel => {
                running.cancel.cancel();
                if let Some(tell) = running.canceller.take() {
                    // A job that has just ended needs not know.
                    let _ = tell.send(operator);
                }
                Heard::Answered(None)
            }
            // Other jobs do not listen.
            Word::Steer(_) if running.plan.rollout().is_none() => object(ONLY_ROLLOUTS),
            Word::Steer(steer) => {
                let (answer, answered) = oneshot::channel();
                let spoken = Spoken {
                    steer,
                    operator,
                    answer,
                };
                match running.steer.try_send(spoken) {
                    Ok(()) => Heard::Asked(answered),
                    Err(_) => object("it has not taken what was said before; say it again"),
                }
            }
        }
    }

    /// The tags that running jobs are about to stamp or to start a session on: a prune keeps them.
    pub(super) fn in_flight(&self) -> Vec<(HostName, ImageRef)> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.values()
            .flat_map(|running| running.plan.needed_tags())
            .collect()
    }
}

/// The target that two plans must not work on at the same time: the same session whatever is done with it, or, for plans about hosts, the same
/// host with the same verb or two that both stamp it.
fn clash(running: &Plan, wanted: &Plan) -> Option<Target> {
    let stamps = |plan: &Plan| matches!(plan, Plan::Push(_) | Plan::Activate(_));
    let is_like = std::mem::discriminant(running) == std::mem::discriminant(wanted);
    // What is set up or mended is what everything else on a host works with.
    let sets_up = |plan: &Plan| matches!(plan, Plan::Setup(_));
    let compete = is_like || (stamps(running) && stamps(wanted));
    let hosts = |plan: &Plan| {
        plan.targets()
            .into_iter()
            .map(|target| target.host)
            .collect::<Vec<_>>()
    };
    if sets_up(running) || sets_up(wanted) {
        let busy = hosts(running);
        return wanted
            .targets()
            .into_iter()
            .find(|target| busy.contains(&target.host));
    }
    let busy = running.targets();
    wanted
        .targets()
        .into_iter()
        .find(|target| (compete || target.session.is_some()) && busy.contains(target))
}

#[cfg(test)]
mod tests {
    use super::{Heard, RunningJobs};
    use crate::model::fleet::Stamp;
    use crate::model::job::Word;
    use crate::model::names::{Digest, HostName, ImageId, ImageRef, JobId, Operator};
    use crate::model::plan::{ActivatePlan, ActivateTarget, Plan, PruneHost, PrunePlan};
    use crate::model::rollout::Steer;
    use jiff::Timestamp;

    fn activate(host: &str) -> Plan {
        let image_id = ImageId(Digest::from_bytes(&[1; 32]));
        let host = HostName::parse(host).unwrap();
        Plan::Activate(ActivatePlan {
            reference: ImageRef::parse("convocate:v1").unwrap(),
            hosts: vec![ActivateTarget {
                guard: crate::model::profile::Guard::Normal,
                host,
                before: Stamp::Missing,
                before_id: None,
                image_id,
            }],
            refused: Vec::new(),
        })
    }

    fn id(salt: u16) -> JobId {
        JobId::new(Timestamp::UNIX_EPOCH, salt)
    }

    #[test]
    fn two_jobs_may_not_stamp_the_same_host_at_the_same_time() {
        let jobs = RunningJobs::default();
        jobs.admit(&id(1), &activate("eu-1")).unwrap();
        assert!(jobs.admit(&id(2), &activate("eu-1")).is_err());
        assert!(jobs.admit(&id(3), &activate("eu-2")).is_ok());
        jobs.ended(&id(1));
        assert!(jobs.admit(&id(4), &activate("eu-1")).is_ok());
    }

    #[test]
    fn what_a_running_job_is_about_to_stamp_is_told_to_a_prune() {
        let jobs = RunningJobs::default();
        jobs.admit(&id(1), &activate("eu-1")).unwrap();
        let host = HostName::parse("eu-1").unwrap();
        let prune = PrunePlan {
            hosts: vec![PruneHost {
                host: host.clone(),
                verdicts: vec![],
            }],
            refused: vec![],
        };
        jobs.admit(&id(2), &Plan::Prune(prune)).unwrap();
        assert_eq!(
            jobs.in_flight(),
            [(host, ImageRef::parse("convocate:v1").unwrap())]
        );
    }

    fn said(jobs: &RunningJobs, word: Word) -> Option<String> {
        let operator = Operator::parse("me@desk").unwrap();
        match jobs.say(&id(1), word, operator) {
            Heard::Answered(answer) => answer,
            Heard::NotHere => Some("not here".to_owned()),
            Heard::Asked(_) => Some("asked".to_owned()),
        }
    }

    #[test]
    fn a_job_that_is_no_rollout_takes_a_cancellation_once_and_nothing_else() {
        let jobs = RunningJobs::default();
        assert_eq!(said(&jobs, Word::Cancel).as_deref(), Some("not here"));
        let mut admission = jobs.admit(&id(1), &activate("eu-1")).unwrap();
        let pause = || said(&jobs, Word::Steer(Steer::Pause));
        assert_eq!(
            pause().as_deref(),
            Some("only restarts of sessions can be steered")
        );
        assert_eq!(said(&jobs, Word::Cancel), None);
        assert!(admission.cancel.is_cancelled());
        assert_eq!(admission.canceller.try_recv().unwrap().as_str(), "me@desk");
        assert_eq!(
            said(&jobs, Word::Cancel).as_deref(),
            Some("it is being cancelled")
        );
        assert_eq!(pause().as_deref(), Some("it is being cancelled"));
    }
}
