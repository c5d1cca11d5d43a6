//! The audit: what a job did, as entries that hold no secret. Both sides write the same: the host, and the operator's machine.

use crate::model::fleet::{Stamp, There};
use crate::model::job::{Job, StepKind, StepState, Target, Track, TrackResult};
use crate::model::names::{HostName, ImageId, ImageRef, JobId, Operator, SessionName};
use crate::model::plan::{BootstrapPlan, MigratePlan, Plan, PublishPlan, PushPlan, StartFrom};
use serde::Serialize;

/// One thing that was done, or tried. Every name in it was validated, and the format escapes what is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Who writes: a console here, the host itself in what it does alone.
    pub by: &'static str,
    /// The version of that.
    pub version: &'static str,
    /// Who, and from which machine.
    pub operator: Operator,
    /// With which job.
    pub job: JobId,
    /// The verb, as on the command line.
    pub verb: &'static str,
    /// Where.
    pub host: HostName,
    /// On which session.
    pub session: Option<SessionName>,
    /// The tag that it is about.
    pub reference: Option<String>,
    /// The image that was there before: of the session, or of the active or removed tag.
    pub before: Option<String>,
    /// The image that is there now; none where nothing is known to have come of it.
    pub after: Option<String>,
    /// How it ended.
    pub result: &'static str,
    /// The step that failed. What it said is in the journal, which is the operator's alone.
    pub step: Option<&'static str>,
}

/// The images of one target.
#[derive(Default)]
struct Images {
    reference: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

/// What is to be written of a target that ended. `there_now` is what its host has under the tag of a push.
pub fn entries(
    job: &Job,
    target: &Target,
    result: &TrackResult,
    there_now: Option<&ImageId>,
) -> Vec<AuditEntry> {
    let step = match result {
        TrackResult::Failed(failure) => Some(failure.step.word()),
        _ => None,
    };
    let entry = |images: Images, result| AuditEntry {
        by: "tagboat",
        version: env!("CARGO_PKG_VERSION"),
        operator: job.operator.clone(),
        job: job.id.clone(),
        verb: job.plan.verb(),
        host: target.host.clone(),
        session: target.session.clone(),
        reference: images.reference,
        before: images.before,
        after: images.after,
        result,
        step,
    };
    let removed = removals(job, target);
    if !removed.is_empty() {
        return removed
            .into_iter()
            .map(|(images, word)| entry(images, word))
            .collect();
    }
    let mut images = images(&job.plan, target, there_now);
    if !matches!(result, TrackResult::Done(_)) {
        images.after = None;
    }
    vec![entry(images, result.word())]
}

/// Whether a target got past what only looks: then its host gets entries of it, too.
pub fn has_touched(track: &Track) -> bool {
    use StepKind::{Check, Compare, Export, Quiet};
    track.steps.iter().any(|record| {
        !matches!(record.step.kind, Quiet | Check | Compare | Export)
            && !matches!(record.state, StepState::Waiting | StepState::Skipped(_))
    })
}

fn images(plan: &Plan, target: &Target, there_now: Option<&ImageId>) -> Images {
    let text = |reference: &ImageRef| Some(reference.to_string());
    let id = |id: &ImageId| Some(id.to_string());
    let found = match plan {
        Plan::Push(plan) if target.is_source() => plan.via.as_ref().map(|via| published(&via.publish)),
        Plan::Push(plan) => pushed(plan, target, there_now),
        Plan::Setup(plan) => plan
            .push
            .as_ref()
            .and_then(|push| pushed(push, target, there_now)),
        Plan::Activate(plan) => plan
            .hosts
            .iter()
            .find(|one| one.host == target.host)
            .map(|one| Images {
                reference: text(&plan.reference),
                before: before(one.before_id.as_ref(), &one.before),
                after: id(&one.image_id),
            }),
        Plan::Restart(plan) => plan
            .sessions
            .iter()
            .find(|one| one.target() == *target)
            .map(|one| Images {
                reference: text(&one.onto),
                before: id(&one.from_id),
                after: id(&one.onto_id),
            }),
        Plan::Start(plan) => plan
            .sessions
            .iter()
            .find(|one| one.host == target.host && Some(&one.session) == target.session.as_ref())
            .map(|one| match &one.from {
                StartFrom::Container { pinned, .. } => Images {
                    reference: Some(pinned.clone()),
                    ..Images::default()
                },
                StartFrom::Template(new) => Images {
                    reference: text(&new.onto),
                    before: None,
                    after: id(&new.onto_id),
                },
            }),
        Plan::Build(plan) => Some(built(
            &plan.reference,
            plan.there.as_ref().map(|there| &there.image_id),
            there_now,
        )),
        Plan::Publish(plan) => Some(published(plan)),
        Plan::Release(plan) => Some(built(&plan.reference, None, there_now)),
        Plan::Migrate(plan) => Some(migrated(plan)),
        Plan::Bootstrap(plan) => Some(put(plan, there_now)),
        Plan::Prune(_) | Plan::Stop(_) | Plan::Remove(_) | Plan::Rename(_) => None,
    };
    found.unwrap_or_default()
}

/// What the services of a project ran, and what they are pinned to.
fn migrated(plan: &MigratePlan) -> Images {
    let migration = &plan.migration;
    let before = migration.services.iter().find_map(|one| one.from_id.as_ref());
    Images {
        reference: Some(migration.onto.to_string()),
        before: before.map(ToString::to_string),
        after: Some(migration.onto_id.to_string()),
    }
}

/// What a build or a release puts under a tag of the source.
fn built(reference: &ImageRef, before: Option<&ImageId>, there_now: Option<&ImageId>) -> Images {
    Images {
        reference: Some(reference.to_string()),
        before: before.map(ToString::to_string),
        after: there_now.map(ToString::to_string),
    }
}

/// What a project is pinned to where there was none.
fn put(plan: &BootstrapPlan, there_now: Option<&ImageId>) -> Images {
    Images {
        reference: Some(plan.bootstrap.pinned.to_string()),
        before: None,
        after: there_now.map(ToString::to_string),
    }
}

/// What a publication puts under a tag of a registry: before, the digest there; after, the image here.
fn published(plan: &PublishPlan) -> Images {
    Images {
        reference: Some(plan.to.to_string()),
        before: match &plan.there {
            There::Other(digest) => Some(digest.to_string()),
            There::Nothing | There::Same(_) | There::Untold => None,
        },
        after: Some(plan.image.id.to_string()),
    }
}

/// What a push stamps on a host.
fn pushed(plan: &PushPlan, target: &Target, there_now: Option<&ImageId>) -> Option<Images> {
    let host = plan.hosts.iter().find(|one| one.host == target.host)?;
    Some(Images {
        reference: Some(plan.reference.to_string()),
        before: before(host.before_id.as_ref(), &host.before),
        after: there_now.map(ToString::to_string),
    })
}

/// The image of the stamp before; its tag, where the image is not known.
fn before(id: Option<&ImageId>, stamp: &Stamp) -> Option<String> {
    id.map(ToString::to_string)
        .or_else(|| stamp.active().map(ToString::to_string))
}

/// Each image that a prune removed, or tried to.
fn removals(job: &Job, target: &Target) -> Vec<(Images, &'static str)> {
    let (Plan::Prune(plan), Some(track)) = (&job.plan, job.track(target)) else {
        return Vec::new();
    };
    let of_host = plan.hosts.iter().filter(|one| one.host == target.host);
    let verdicts = of_host.flat_map(|one| &one.verdicts);
    verdicts
        .filter(|verdict| verdict.is_removed())
        .filter_map(|verdict| {
            let subject = verdict.subject();
            let record = track
                .steps
                .iter()
                .find(|record| record.step.subject.as_ref() == Some(&subject))?;
            let word = match record.state {
                StepState::Done(_) => "removed",
                StepState::Skipped(_) => "kept",
                StepState::Failed(_) => "failed",
                StepState::Waiting | StepState::Running => return None,
            };
            let images = Images {
                reference: Some(subject),
                before: Some(verdict.image_id.to_string()),
                after: None,
            };
            Some((images, word))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{entries, has_touched};
    use crate::model::failure::Failure;
    use crate::model::fleet::Stamp;
    use crate::model::job::{Job, JobEvent, Step, StepKind, StepState, Target, TrackResult};
    use crate::model::names::{Digest, HostName, ImageId, ImageRef, JobId, Operator};
    use crate::model::plan::{
        ActivatePlan, ActivateTarget, Plan, PruneDecision, PruneHost, PrunePlan, PruneVerdict,
    };
    use jiff::Timestamp;

    fn host() -> HostName {
        HostName::parse("eu-1").unwrap()
    }

    fn id(byte: u8) -> ImageId {
        ImageId(Digest::from_bytes(&[byte; 32]))
    }

    fn job(plan: Plan) -> Job {
        let at = Timestamp::UNIX_EPOCH;
        Job::new(JobId::new(at, 1), plan, Operator::parse("kim@desk").unwrap(), at)
    }

    fn activate() -> Job {
        job(Plan::Activate(ActivatePlan {
            reference: ImageRef::parse("convocate:v2").unwrap(),
            hosts: vec![ActivateTarget {
                guard: crate::model::profile::Guard::Normal,
                host: host(),
                before: Stamp::Active(ImageRef::parse("convocate:v1").unwrap()),
                before_id: Some(id(1)),
                image_id: id(2),
            }],
            refused: Vec::new(),
        }))
    }

    fn stepped(mut job: Job, step: Step, state: StepState) -> Job {
        job.apply(JobEvent::Step {
            target: Target::host(host()),
            step,
            state,
            at: Timestamp::UNIX_EPOCH,
        });
        job
    }

    #[test]
    fn an_entry_says_who_did_what_to_which_image_with_which_result() {
        let entries = entries(&activate(), &Target::host(host()), &TrackResult::Done(None), None);
        insta::assert_snapshot!(serde_json::to_string_pretty(&entries).unwrap());
    }

    #[test]
    fn what_failed_has_its_step_and_no_word_of_what_it_said() {
        let failure = Failure {
            host: Some(host()),
            step: StepKind::Stamp,
            cause: "TOKEN=secret".to_owned(),
            state: String::new(),
            advice: String::new(),
            retryable: false,
        };
        let entries = entries(
            &activate(),
            &Target::host(host()),
            &TrackResult::Failed(failure),
            None,
        );
        assert_eq!(
            (entries[0].result, entries[0].step, &entries[0].after),
            ("failed", Some("stamp"), &None)
        );
        assert!(!serde_json::to_string(&entries).unwrap().contains("secret"));
    }

    #[test]
    fn a_prune_has_an_entry_for_each_tag_that_it_came_to() {
        let verdict = |tag: &str, byte| PruneVerdict {
            reference: Some(ImageRef::parse(tag).unwrap()),
            image_id: id(byte),
            size: 1,
            decision: PruneDecision::Remove("used by nobody".to_owned()),
        };
        let tags = ["convocate:a", "convocate:b", "convocate:c"];
        let plan = Plan::Prune(PrunePlan {
            hosts: vec![PruneHost {
                host: host(),
                verdicts: tags
                    .iter()
                    .zip(1..)
                    .map(|(tag, byte)| verdict(tag, byte))
                    .collect(),
            }],
            refused: Vec::new(),
        });
        let of = |tag: &str| Step::about(StepKind::Remove, tag);
        let job = stepped(job(plan), of(tags[0]), StepState::Done(None));
        let job = stepped(job, of(tags[1]), StepState::Skipped("kept".to_owned()));
        let cancelled = TrackResult::Cancelled(String::new());
        let entries = entries(&job, &Target::host(host()), &cancelled, None);
        let told: Vec<_> = entries
            .iter()
            .map(|one| (one.reference.as_deref().unwrap(), one.result))
            .collect();
        assert_eq!(told, [("convocate:a", "removed"), ("convocate:b", "kept")]);
        assert_eq!(entries[0].before, Some(id(1).to_string()));
    }

    #[test]
    fn a_target_that_was_only_looked_at_was_not_touched() {
        let target = Target::host(host());
        let looked = stepped(activate(), Step::of(StepKind::Check), StepState::Done(None));
        assert!(!has_touched(looked.track(&target).unwrap()));
        let stamped = stepped(looked, Step::of(StepKind::Stamp), StepState::Running);
        assert!(has_touched(stamped.track(&target).unwrap()));
    }
}
