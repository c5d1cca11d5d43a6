//! The push planner: which hosts get the image, which have it, and which are left out before any traffic.

use super::room::enough_space;
use super::route::Look;
use super::{ByteRate, Gate, HeldTo, Mode, ModeChoice, PlanLine, Route, Via, count};
use crate::model::amount::bytes;
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host, HostFacts, SourceImage, Stamp, Stock};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{HostName, ImageId, ImageRef};
use crate::model::profile::Guard;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;

/// What the operator wants pushed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushIntent {
    /// The tag at the source.
    pub reference: ImageRef,
    /// The hosts, in the order given.
    pub hosts: Vec<HostName>,
    /// Whether a tag that names another content on a host may be moved.
    pub replace_tag: bool,
    /// Whether an image may go to hosts that fails their contract.
    pub allow_failing: bool,
    /// How it is sent.
    pub options: PushOptions,
}

/// How a push is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PushOptions {
    /// What of the image is sent.
    pub mode: ModeChoice,
    /// The most bytes per second that all hosts together get; none when there is no limit.
    pub limit: Option<ByteRate>,
    /// The most hosts that are worked on at the same time; none for the usual number.
    pub at_once: Option<NonZeroUsize>,
}

/// A push, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushPlan {
    /// What is pushed and stamped.
    pub reference: ImageRef,
    /// The image at the source, as it was when the plan was made.
    pub image: SourceImage,
    /// Whether a tag that names another content on a host may be moved.
    pub replace_tag: bool,
    /// Whether an image may go to hosts that fails their contract.
    #[serde(default)]
    pub allow_failing: bool,
    /// How it is sent.
    #[serde(default)]
    pub options: PushOptions,
    /// The command of what it is a part of, which stamps when all of it is done; none for a push that stamps by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    /// The registry that hosts pull it from; none where it is sent to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// The hosts that get it.
    pub hosts: Vec<PushTarget>,
    /// The hosts that are left out.
    pub refused: Vec<Refusal>,
}

/// One host of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushTarget {
    /// The host.
    pub host: HostName,
    /// Its stamp before.
    pub before: Stamp,
    /// The image that this named when the plan was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_id: Option<ImageId>,
    /// What it has of the image.
    pub presence: Presence,
    /// The way in which the image is expected to go there; none when nothing is sent.
    #[serde(default)]
    pub route: Option<Route>,
    /// The contract that the image must meet to go there; none where nothing is asked of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_to: Option<HeldTo>,
    /// Whether it wants every change typed.
    pub guard: Guard,
}

/// What a host has of the image that is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Nothing under this tag.
    Absent,
    /// The same content under this tag: nothing is sent.
    Same,
    /// The same content under another tag: it gets the tag, nothing is sent.
    SameUntagged,
    /// Another content under this tag, which `--replace-tag` allows to move.
    Other,
}

/// Plans a push, or says why there is nothing that could be pushed.
pub fn plan_push(intent: &PushIntent, fleet: &Fleet) -> Result<PushPlan, Refusal> {
    plan_on_way(intent, fleet, None)
}

/// Plans a push that goes to hosts directly, or through a registry.
pub(super) fn plan_on_way(intent: &PushIntent, fleet: &Fleet, via: Option<Via>) -> Result<PushPlan, Refusal> {
    let reference = &intent.reference;
    let source = fleet.source();
    if let Some(problem) = &source.problem {
        return Err(Refusal::of_plan(
            format!("the source engine cannot be asked: {problem}"),
            "start Docker here, or point DOCKER_HOST at the engine that has the image",
        ));
    }
    let Some(image) = source.images.get(reference) else {
        let near: Vec<_> = source
            .images
            .keys()
            .filter(|known| known.image == reference.image)
            .map(|known| known.tag.as_str())
            .collect();
        let (have, else_do) = if near.is_empty() {
            ("no tag of it".to_owned(), "")
        } else {
            (near.join(", "), ", or push one of these tags")
        };
        return Err(Refusal::of_plan(
            format!("{reference} is not at the source, which has {have}"),
            format!("build or tag {reference} first{else_do}"),
        ));
    };
    let (mut hosts, mut refused) = (Vec::new(), Vec::new());
    for name in &intent.hosts {
        match fleet
            .host(name)
            .ok_or_else(|| unknown_host(name))
            .and_then(|host| target(host, image, &source.stock, intent, via.as_ref()))
        {
            Ok(target) => hosts.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if hosts.is_empty() {
        return Err(Refusal::of_all(&refused, "host"));
    }
    Ok(PushPlan {
        reference: reference.clone(),
        image: image.clone(),
        replace_tag: intent.replace_tag,
        allow_failing: intent.allow_failing,
        options: intent.options,
        part_of: None,
        via,
        hosts,
        refused,
    })
}

/// The refusal for a host that is not configured.
pub(super) fn unknown_host(name: &HostName) -> Refusal {
    Refusal::of_host(
        name,
        "there is no such host",
        "see `tagboat status` for the configured hosts",
    )
}

/// The facts of a host that can be worked on now.
pub(super) fn usable(host: &Host) -> Result<&HostFacts, Refusal> {
    match (&host.facts, host.connection.is_usable()) {
        (Some(facts), true) => Ok(facts),
        _ => {
            let reason = host
                .connection
                .reason()
                .unwrap_or_else(|| "it has not answered yet".to_owned());
            Err(Refusal::of_host(
                &host.name,
                reason,
                "mend the connection and run it again; the other hosts go on",
            ))
        }
    }
}

fn target(
    host: &Host,
    image: &SourceImage,
    stock: &Stock,
    intent: &PushIntent,
    via: Option<&Via>,
) -> Result<PushTarget, Refusal> {
    let facts = usable(host)?;
    if facts.platform != image.platform {
        return Err(Refusal::of_host(
            &host.name,
            format!(
                "it runs {}, the image is built for {}",
                facts.platform, image.platform
            ),
            "build the image for this platform",
        ));
    }
    let presence = presence(host, image, intent)?;
    let is_active = presence == Presence::Same && host.stamp.active() == Some(&intent.reference);
    let held_to = if is_active {
        // Nothing of it comes there, nor does any session get it that would not without this.
        None
    } else {
        HeldTo::of(
            &host.settings,
            (&intent.reference, &image.id),
            stock,
            intent.allow_failing,
        )?
    };
    let route = match (presence, via) {
        (Presence::Absent | Presence::Other, Some(via)) => {
            via.can_be_reached_from(host)?;
            enough_space(host, facts, 0, image.size)?;
            None
        }
        (Presence::Absent | Presence::Other, None) => {
            let look = Look {
                image,
                host,
                facts,
                stock,
            };
            Some(route(&look, intent.options.mode)?)
        }
        (Presence::Same | Presence::SameUntagged, _) => None,
    };
    Ok(PushTarget {
        host: host.name.clone(),
        before: host.stamp.clone(),
        before_id: host.active_image().map(|image| image.id.clone()),
        presence,
        route,
        held_to,
        guard: host.settings.guard,
    })
}

fn presence(host: &Host, image: &SourceImage, intent: &PushIntent) -> Result<Presence, Refusal> {
    let is_same = |content: &Option<_>| content.as_ref() == Some(&image.content);
    match host.image(&intent.reference) {
        Some(there) if is_same(&there.content) => Ok(Presence::Same),
        Some(there) if !intent.replace_tag => Err(Refusal::of_host(
            &host.name,
            format!(
                "{} names another image there ({}, here {})",
                intent.reference,
                there.id.short(),
                image.id.short()
            ),
            "push under a new tag, or move this one with --replace-tag",
        )),
        Some(_) => Ok(Presence::Other),
        None if host
            .images()
            .any(|there| is_same(&there.content) && !there.is_unconfirmed()) =>
        {
            Ok(Presence::SameUntagged)
        }
        None => Ok(Presence::Absent),
    }
}

/// The way to a host that has the room for it.
fn route(look: &Look<'_>, choice: ModeChoice) -> Result<Route, Refusal> {
    let lacked = look.missing();
    let route = look.route(choice, &lacked).map_err(|why| {
        Refusal::of_host(
            &look.host.name,
            why,
            "push with --mode best, or switch the helper on for this host",
        )
    })?;
    let (image, stock) = (look.image, look.stock);
    let sends_all = lacked.len() == look.all().len() || route.mode == Mode::Full;
    let (sent, unpacked) = if sends_all {
        (image.size, image.size)
    } else {
        (
            route.bytes.most().unwrap_or(image.size),
            stock.size(&lacked).unwrap_or(image.size),
        )
    };
    enough_space(look.host, look.facts, sent, unpacked)?;
    Ok(route)
}

impl PushPlan {
    /// Whether a host gets it.
    pub fn targets_host(&self, host: &HostName) -> bool {
        self.hosts.iter().any(|one| one.host == *host)
    }

    pub(super) fn title(&self) -> String {
        let via = self.via.as_ref().map(Via::words).unwrap_or_default();
        format!(
            "push {} to {}{via}",
            self.reference,
            count(self.hosts.len(), "host")
        )
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        let hosts = self.hosts.iter().map(|host| Target::host(host.host.clone()));
        let first = self.via.as_ref().and_then(Via::target);
        first.into_iter().chain(hosts).collect()
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        use StepKind::{Check, CleanUp, Compare, Confirm, Export, Load, Send, Stamp, Verify};
        if let Some(via) = &self.via {
            return via.steps(target);
        }
        let stamp = self.part_of.is_none().then_some(Stamp);
        let first = [Check, Compare, Export, Send, Verify, Load, Confirm].into_iter();
        first.chain(stamp).chain([CleanUp]).map(Step::of).collect()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |host: &PushTarget| PlanLine {
            costs: Vec::new(),
            target: Target::host(host.host.clone()),
            before: host
                .before
                .active()
                .map_or_else(|| "no stamp".to_owned(), |tag| tag.tag.to_string()),
            after: self.reference.tag.to_string(),
            note: self.note(host),
        };
        let first = self.via.iter().flat_map(Via::lines);
        first.chain(self.hosts.iter().map(line)).collect()
    }

    /// What is done for a host, and what its contract says.
    fn note(&self, host: &PushTarget) -> String {
        let note = match host.presence {
            Presence::Absent => self.way(host),
            Presence::Same => "the host has it: stamp only".to_owned(),
            Presence::SameUntagged => "the host has it under another tag: tag and stamp".to_owned(),
            Presence::Other => {
                let way = self.way(host);
                format!("moves the tag from another image (--replace-tag); {way}")
            }
        };
        let said = host
            .held_to
            .as_ref()
            .and_then(|held| held.note(self.allow_failing));
        said.map(|said| format!("{said}; {note}")).unwrap_or(note)
    }

    /// How the image goes to a host. A plan in the journal of an earlier version does not say it.
    fn way(&self, host: &PushTarget) -> String {
        match (&host.route, &self.via) {
            (_, Some(via)) => via.way(),
            (Some(route), None) => route.words(),
            (None, None) => format!("at most {}", bytes(self.image.size)),
        }
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let mut untouched = vec!["no session is restarted; each keeps its pinned tag".to_owned()];
        if self.via.is_some() {
            untouched.push("the login goes along with each pull and stays on no host".to_owned());
        }
        untouched
    }

    pub(super) fn undo(&self) -> String {
        "tagboat activate the tag that a host had before; it stays there until it is pruned".to_owned()
    }

    pub(super) fn gate(&self) -> Gate {
        let may_fail = |host: &PushTarget| {
            let held_to = host.held_to.as_ref().filter(|_| self.allow_failing);
            held_to.is_some_and(|held| !held.is_met())
        };
        let must_type = |host: &PushTarget| {
            host.presence == Presence::Other || host.guard == Guard::Strict || may_fail(host)
        };
        if self.hosts.iter().any(must_type) {
            Gate::Typed(self.reference.tag.to_string())
        } else {
            Gate::Plan
        }
    }
}
