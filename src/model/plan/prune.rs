//! The prune planner: every image of every chosen host with the reason why it goes or stays (DESIGN section 7).

use super::pin::held_by;
use super::push::{unknown_host, usable};
use super::{Gate, PlanLine, count};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host, HostImage};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{HostName, ImageId, ImageRef, Tag};
use crate::model::profile::PruneRule;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Where the operator wants to prune, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneIntent {
    /// The hosts, in the order given.
    pub hosts: Vec<HostName>,
    /// Only these tags; empty for all that nobody needs.
    pub only: Vec<Tag>,
    /// Tags that a running job is about to stamp.
    pub in_flight: Vec<(HostName, ImageRef)>,
    /// The time at which ages are counted.
    pub now: Timestamp,
}

/// A prune, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrunePlan {
    /// The hosts in their order.
    pub hosts: Vec<PruneHost>,
    /// The hosts that are left out.
    pub refused: Vec<Refusal>,
}

/// One host with a verdict for each of its managed images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PruneHost {
    /// The host.
    pub host: HostName,
    /// What goes and what stays.
    pub verdicts: Vec<PruneVerdict>,
}

/// What becomes of one tag, or of one untagged leftover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PruneVerdict {
    /// The tag; none for a leftover that lost its tag.
    pub reference: Option<ImageRef>,
    /// The image that it names.
    pub image_id: ImageId,
    /// The size of the image in bytes; layers that it shares stay.
    pub size: u64,
    /// Whether it goes.
    pub decision: PruneDecision,
}

/// Whether an image goes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", content = "why", rename_all = "snake_case")]
pub enum PruneDecision {
    /// It goes.
    Remove(String),
    /// It stays.
    Keep(String),
}

impl PruneHost {
    fn has(&self, tag: &Tag) -> bool {
        self.verdicts.iter().any(|verdict| {
            verdict
                .reference
                .as_ref()
                .is_some_and(|reference| reference.tag == *tag)
        })
    }
}

impl PruneVerdict {
    /// The tag, or the short id of a leftover.
    pub fn subject(&self) -> String {
        self.reference.as_ref().map_or_else(
            || format!("<untagged> {}", self.image_id.short()),
            ToString::to_string,
        )
    }

    /// Whether it goes.
    pub fn is_removed(&self) -> bool {
        matches!(self.decision, PruneDecision::Remove(_))
    }
}

/// Plans a prune, or says why none is possible.
pub fn plan_prune(intent: &PruneIntent, fleet: &Fleet) -> Result<PrunePlan, Refusal> {
    let (mut hosts, mut refused) = (Vec::new(), Vec::new());
    for name in &intent.hosts {
        match fleet
            .host(name)
            .ok_or_else(|| unknown_host(name))
            .and_then(|host| verdicts(host, intent))
        {
            Ok(verdicts) => hosts.push(PruneHost {
                host: name.clone(),
                verdicts,
            }),
            Err(refusal) => refused.push(refusal),
        }
    }
    if hosts.is_empty() {
        return Err(Refusal::of_all(&refused, "host"));
    }
    if let Some(tag) = intent
        .only
        .iter()
        .find(|tag| !hosts.iter().any(|host| host.has(tag)))
    {
        return Err(Refusal::of_plan(
            format!("none of these hosts has the tag {tag}"),
            "see `tagboat status` for the tags that are there",
        ));
    }
    Ok(PrunePlan { hosts, refused })
}

/// The verdict on every managed image of one host. Nothing is removed where the list or the stamp cannot be trusted.
pub fn verdicts(host: &Host, intent: &PruneIntent) -> Result<Vec<PruneVerdict>, Refusal> {
    usable(host)?;
    if host.listed_at.is_none() {
        return Err(Refusal::of_host(
            &host.name,
            "its containers are not listed yet",
            "wait for the list",
        ));
    }
    if let Some(problem) = host.stamp.problem() {
        return Err(Refusal::of_host(
            &host.name,
            problem,
            "stamp the host with `tagboat activate` first: without an active tag nothing can be called unneeded",
        ));
    }
    let image_name = &host.settings.profile.image;
    let mut verdicts = Vec::new();
    for image in host.images() {
        let tags = image
            .references
            .iter()
            .filter(|reference| reference.image == *image_name);
        verdicts.extend(tags.map(|reference| PruneVerdict {
            reference: Some(reference.clone()),
            image_id: image.id.clone(),
            size: image.size,
            decision: decide(host, image, Some(reference), intent),
        }));
        if image.references.is_empty() && image.is_managed_leftover && intent.only.is_empty() {
            verdicts.push(PruneVerdict {
                reference: None,
                image_id: image.id.clone(),
                size: image.size,
                decision: decide(host, image, None, intent),
            });
        }
    }
    verdicts.sort_by(|a, b| (&a.reference, &a.image_id).cmp(&(&b.reference, &b.image_id)));
    Ok(verdicts)
}

fn decide(
    host: &Host,
    image: &HostImage,
    reference: Option<&ImageRef>,
    intent: &PruneIntent,
) -> PruneDecision {
    match reason_to_keep(host, image, reference, intent) {
        Some(why) => PruneDecision::Keep(why),
        None if reference.is_none() => PruneDecision::Remove("lost its tag, used by nobody".to_owned()),
        None => PruneDecision::Remove("used by nobody".to_owned()),
    }
}

fn reason_to_keep(
    host: &Host,
    image: &HostImage,
    reference: Option<&ImageRef>,
    intent: &PruneIntent,
) -> Option<String> {
    let rules = &host.settings.profile.prune;
    if let Some(user) = users(host, image, reference, rules.rule) {
        return Some(user);
    }
    if let Some(reference) = reference {
        if host.stamp.active() == Some(reference) {
            return Some("the active tag".to_owned());
        }
        if host
            .previous_tags()
            .iter()
            .take(rules.keep)
            .any(|kept| *kept == reference)
        {
            return Some("the previous active tag".to_owned());
        }
        if intent.in_flight.contains(&(host.name.clone(), reference.clone())) {
            return Some("a running job needs it".to_owned());
        }
        if !intent.only.is_empty() && !intent.only.contains(&reference.tag) {
            return Some("not among the tags that were named".to_owned());
        }
    }
    if let Some(holder) = held_by(image) {
        return Some(holder);
    }
    let min_age = SignedDuration::try_from(rules.min_age).unwrap_or(SignedDuration::MAX);
    // By the host's clock, as its own prune counts: how far the one of this machine is off changes no verdict.
    let clock_off = SignedDuration::from_secs(host.moment.clock_off);
    let now = intent.now.checked_add(clock_off).unwrap_or(intent.now);
    let is_young = |created: Timestamp| now.duration_since(created) < min_age;
    if min_age > SignedDuration::ZERO && image.created_at.is_none_or(is_young) {
        return Some(format!(
            "younger than {} h",
            rules.min_age.as_secs().div_ceil(3600)
        ));
    }
    None
}

/// Who uses an image: by its id, or by the reference even after that moved. Both count (research/reliability.md 0.2).
fn users(host: &Host, image: &HostImage, reference: Option<&ImageRef>, rule: PruneRule) -> Option<String> {
    let uses = |container: &&crate::model::fleet::Container| {
        let counts = rule == PruneRule::AnyContainer || container.state.is_up();
        let by_reference = reference.is_some() && container.runs_on.reference() == reference;
        counts && (container.image_id == image.id || by_reference)
    };
    let names: Vec<_> = host
        .containers()
        .filter(uses)
        .map(|container| container.name.as_str())
        .collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("used by {one}")),
        many => Some(format!("used by {} containers", many.len())),
    }
}

impl PrunePlan {
    /// Everything that goes, host by host.
    pub fn removals(&self) -> impl Iterator<Item = (&HostName, &PruneVerdict)> {
        self.hosts.iter().flat_map(|host| {
            host.verdicts
                .iter()
                .filter(|v| v.is_removed())
                .map(move |verdict| (&host.host, verdict))
        })
    }

    pub(super) fn title(&self) -> String {
        let hosts = count(self.hosts.len(), "host");
        format!("prune {} on {hosts}", count(self.removals().count(), "image tag"))
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        self.hosts
            .iter()
            .map(|host| Target::host(host.host.clone()))
            .collect()
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        let removals = self.removals().filter(|(host, _)| **host == target.host);
        std::iter::once(Step::of(StepKind::Check))
            .chain(removals.map(|(_, verdict)| Step::about(StepKind::Remove, verdict.subject())))
            .collect()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |(host, verdict): (&HostName, &PruneVerdict)| {
            let (after, why) = match &verdict.decision {
                PruneDecision::Remove(why) => ("remove", why),
                PruneDecision::Keep(why) => ("keep", why),
            };
            PlanLine {
                costs: Vec::new(),
                target: Target::host(host.clone()),
                before: verdict.subject(),
                after: after.to_owned(),
                note: format!("{why}, {} MB", verdict.size.div_ceil(1_000_000)),
            }
        };
        let all = self
            .hosts
            .iter()
            .flat_map(|host| host.verdicts.iter().map(move |v| (&host.host, v)));
        all.map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let kept = self
            .hosts
            .iter()
            .flat_map(|host| &host.verdicts)
            .filter(|verdict| !verdict.is_removed())
            .count();
        vec![count(kept, "needed tag"), "images of every other name".to_owned()]
    }

    pub(super) fn undo(&self) -> String {
        "push the tag again".to_owned()
    }

    pub(super) fn gate(&self) -> Gate {
        match self.hosts.as_slice() {
            [one] => Gate::Typed(one.host.to_string()),
            _ => Gate::Typed(self.removals().count().to_string()),
        }
    }
}
