//! Publications, and pushes through a registry: what is planned by what a look at the registry has told.

use crate::fleets::{OneHost, digest, host_name, reference};
use tagboat::model::failure::Refusal;
use tagboat::model::fleet::{Fleet, RegistryLook, There};
use tagboat::model::job::{Job, StepKind, Target, TrackResult};
use tagboat::model::names::{ImageId, JobId, Operator, RegistryTag};
use tagboat::model::plan::{
    Gate, Plan, PublishIntent, PublishPlan, PushIntent, PushOptions, PushPlan, Via, plan_publish,
    plan_push_via,
};
use tagboat::model::profile::Address;

fn to(text: &str) -> RegistryTag {
    RegistryTag::parse(text).unwrap()
}

const TO: &str = "ghcr.io/acme/convocate:v2";

/// A fleet of one host, the source with `v2`.
fn fleet() -> Fleet {
    let mut host = OneHost::new().image(1, &["v1"]).made_of("v2", &[1, 2], 1 << 20);
    host.settings.address = Address::Ssh("there".to_owned());
    host.fleet()
}

/// A look at a registry, beside that source.
fn look(name: &str, there: Result<There, Refusal>, name_here: Option<u8>) -> RegistryLook {
    let image = fleet().source().images.get(&reference("v2")).cloned();
    RegistryLook {
        reference: reference("v2"),
        image,
        to: to(name),
        name_here: name_here.map(|byte| ImageId(digest(byte))),
        there,
    }
}

fn publish(look: &RegistryLook, replace_tag: bool) -> Result<PublishPlan, Refusal> {
    let intent = PublishIntent {
        reference: reference("v2"),
        to: to(TO),
        replace_tag,
    };
    plan_publish(&intent, look)
}

fn push(look: &RegistryLook) -> Result<PushPlan, Refusal> {
    let intent = PushIntent {
        reference: reference("v2"),
        hosts: vec![host_name()],
        replace_tag: true,
        allow_failing: false,
        options: PushOptions::default(),
    };
    let publish = plan_publish(&Via::publication(&intent, look.to.clone()), look);
    plan_push_via(&intent, publish, &fleet())
}

fn kinds(plan: &Plan, target: &Target) -> Vec<StepKind> {
    plan.steps(target).into_iter().map(|step| step.kind).collect()
}

#[test]
fn what_is_not_there_is_published_and_what_is_there_is_not() {
    use StepKind::{Check, CleanUp, Compare, Confirm, Publish, Record};
    let plan = Plan::Publish(publish(&look(TO, Ok(There::Nothing), None), false).unwrap());
    assert_eq!(plan.targets(), [Target::source()]);
    let steps = kinds(&plan, &Target::source());
    assert_eq!(steps, [Check, Compare, Publish, Confirm, Record, CleanUp]);
    assert_eq!(plan.gate(), Gate::Plan);
    let there = Plan::Publish(publish(&look(TO, Ok(There::Same(digest(7))), None), false).unwrap());
    assert!(there.steps(&Target::source()).is_empty());
    assert!(
        there.lines()[0].note.ends_with(&format!("{TO}@{}", digest(7))),
        "{:?}",
        there.lines()
    );
}

#[test]
fn another_image_under_the_tag_is_moved_when_that_was_asked_for_and_typed() {
    let look = look(TO, Ok(There::Other(digest(9))), None);
    let refused = publish(&look, false).unwrap_err();
    assert!(refused.reason.contains(digest(9).as_str()), "{refused}");
    let plan = Plan::Publish(publish(&look, true).unwrap());
    assert_eq!(plan.gate(), Gate::Typed("v2".to_owned()));
    // Hosts that may lose a tag are no reason for everybody else to lose theirs.
    let refused = push(&look).unwrap_err();
    assert!(
        refused
            .advice
            .contains("tagboat publish convocate:v2 --replace-tag"),
        "{refused}"
    );
}

#[test]
fn what_could_not_be_looked_at_is_refused_with_the_reason() {
    let why = Refusal::of_plan("denied", "log in");
    assert_eq!(publish(&look(TO, Err(why.clone()), None), false), Err(why));
    let other = publish(&look(TO, Ok(There::Nothing), Some(201)), false).unwrap_err();
    assert!(
        other.reason.contains("names another image at the source"),
        "{other}"
    );
}

#[test]
fn a_push_through_a_registry_publishes_first_where_it_must_and_hosts_pull_the_digest() {
    use StepKind::{Check, CleanUp, Compare, Confirm, Pull, Stamp};
    let host = Target::host(host_name());
    let new = Plan::Push(push(&look(TO, Ok(There::Nothing), None)).unwrap());
    assert_eq!(new.targets(), [Target::source(), host.clone()]);
    assert!(kinds(&new, &Target::source()).contains(&StepKind::Publish));
    assert_eq!(
        kinds(&new, &host),
        [Check, Compare, Pull, Confirm, Stamp, CleanUp]
    );
    assert_eq!(new.title(), "push convocate:v2 to 1 host through ghcr.io");
    let there = Plan::Push(push(&look(TO, Ok(There::Same(digest(7))), None)).unwrap());
    assert_eq!(there.targets(), [host]);
    let note = &there.lines()[0].note;
    let pulls = format!("pulls ghcr.io/acme/convocate@{}", digest(7));
    assert!(note.ends_with(&pulls), "{note}");
}

#[test]
fn a_host_is_not_sent_to_a_registry_on_the_machine_of_the_operator() {
    let own = "localhost:5000/x:v2";
    let refused = push(&look(own, Ok(There::Nothing), None)).unwrap_err();
    assert!(
        refused.reason.contains("localhost:5000 is the host itself there"),
        "{refused}"
    );
}

#[test]
fn what_is_left_of_a_push_that_has_published_is_its_hosts() {
    let plan = Plan::Push(push(&look(TO, Ok(There::Nothing), None)).unwrap());
    let (id, operator) = (
        JobId::new(jiff::Timestamp::UNIX_EPOCH, 1),
        Operator::parse("me@desk").unwrap(),
    );
    let mut job = Job::new(id, plan, operator, jiff::Timestamp::UNIX_EPOCH);
    job.apply(tagboat::model::job::JobEvent::TargetEnded {
        target: Target::source(),
        result: TrackResult::Done(None),
        at: jiff::Timestamp::UNIX_EPOCH,
    });
    let rest = job.plan.rest(&[Target::host(host_name())]).unwrap();
    assert_eq!(rest.targets(), [Target::host(host_name())]);
    let all = job
        .plan
        .rest(&[Target::source(), Target::host(host_name())])
        .unwrap();
    assert_eq!(all.targets().len(), 2);
}
