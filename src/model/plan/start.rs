//! The start planner: sessions that are stopped, and new ones from a template of the host's profile.

use super::push::usable;
use super::{Gate, PlanLine, count, strict_word};
use crate::model::failure::Refusal;
use crate::model::fleet::{ContainerState, Fleet, Host, RunsOn, Session};
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{ContainerId, HostName, ImageId, ImageRef, SessionName, Tag};
use crate::model::probe::ProbeRules;
use crate::model::profile::Guard;
use crate::model::template::{Bindings, Filled, IfMissing, SessionTemplate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the operator wants to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartIntent {
    /// Sessions that are there and stopped, in the order given.
    Again(Vec<(HostName, SessionName)>),
    /// A new one.
    New(NewWish),
}

/// A new session, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWish {
    /// Where.
    pub host: HostName,
    /// The template; none for the first of the profile.
    pub template: Option<String>,
    /// Its name or what is its own in it.
    pub id: String,
    /// The tag; none for the active one.
    pub onto: Option<Tag>,
    /// Values of the template.
    pub values: BTreeMap<String, String>,
}

/// Starts, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartPlan {
    /// The sessions in their order.
    pub sessions: Vec<StartTarget>,
    /// What is left out.
    pub refused: Vec<Refusal>,
}

/// One session of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartTarget {
    /// Where.
    pub host: HostName,
    /// Which.
    pub session: SessionName,
    /// From what.
    pub from: StartFrom,
    /// How it is decided that it runs.
    pub probe: ProbeRules,
    /// Whether its host wants every change typed.
    pub guard: Guard,
}

/// What a session is started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum StartFrom {
    /// The container that it has.
    Container {
        /// Its id when the plan was made: another one is not started.
        container: ContainerId,
        /// What it was created from.
        pinned: String,
    },
    /// A template.
    Template(Box<NewSession>),
}

/// A new session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSession {
    /// Its shape.
    pub template: SessionTemplate,
    /// What is its own.
    pub bindings: Bindings,
    /// The tag that it is pinned to.
    pub onto: ImageRef,
    /// The image that this tag named when the plan was made.
    pub onto_id: ImageId,
}

impl NewSession {
    /// The template with what is the session's own in it.
    pub fn filled(&self) -> Filled<'_> {
        Filled {
            template: &self.template,
            bindings: &self.bindings,
        }
    }
}

/// Plans starts, or says why none is possible.
pub fn plan_start(intent: &StartIntent, fleet: &Fleet) -> Result<StartPlan, Refusal> {
    let (mut sessions, mut refused) = (Vec::new(), Vec::new());
    let targets: Vec<_> = match intent {
        StartIntent::Again(wanted) => wanted
            .iter()
            .map(|(host, name)| again(fleet, host, name))
            .collect(),
        StartIntent::New(wish) => vec![anew(fleet, wish)],
    };
    for target in targets {
        match target {
            Ok(target) => sessions.push(target),
            Err(refusal) => refused.push(refusal),
        }
    }
    if sessions.is_empty() {
        return Err(Refusal::of_all(&refused, "session"));
    }
    Ok(StartPlan { sessions, refused })
}

fn again(fleet: &Fleet, host: &HostName, name: &SessionName) -> Result<StartTarget, Refusal> {
    let host = fleet.host(host).ok_or_else(|| super::push::unknown_host(host))?;
    usable(host)?;
    let session = super::the_session(host, name)?;
    startable(&host.name, &session)?;
    let container = session.container();
    let pinned = match &container.runs_on {
        RunsOn::Reference(reference) => reference.to_string(),
        RunsOn::Other(text) => text.clone(),
    };
    let from = StartFrom::Container {
        container: container.id.clone(),
        pinned,
    };
    Ok(target(host, name.clone(), from))
}

fn target(host: &Host, session: SessionName, from: StartFrom) -> StartTarget {
    StartTarget {
        host: host.name.clone(),
        session,
        from,
        probe: host.settings.profile.probe.clone(),
        guard: host.settings.guard,
    }
}

fn startable(host: &HostName, session: &Session<'_>) -> Result<(), Refusal> {
    let name = session.name();
    let (reason, advice) = match session.container().state {
        ContainerState::Created | ContainerState::Exited => return Ok(()),
        ContainerState::Running | ContainerState::Restarting => (
            format!("{name} runs already"),
            format!("tagboat session restart {name} --host {host} replaces its container"),
        ),
        ContainerState::Paused => (
            format!("{name} is paused"),
            format!("`docker unpause {name}` on the host"),
        ),
        ContainerState::Removing | ContainerState::Dead => (
            format!("{name} is {}", session.container().state.word()),
            "wait until the engine has removed it, then start it anew from a template".to_owned(),
        ),
    };
    Err(Refusal::of_host(host, reason, advice))
}

fn anew(fleet: &Fleet, wish: &NewWish) -> Result<StartTarget, Refusal> {
    let host = fleet
        .host(&wish.host)
        .ok_or_else(|| super::push::unknown_host(&wish.host))?;
    usable(host)?;
    let refuse = |reason: String, advice: String| Refusal::of_host(&host.name, reason, advice);
    let template = find_template(host, wish.template.as_deref())?;
    let bindings = bind(host, template, wish)?;
    let name = &bindings.name;
    if let Some(other) = host
        .containers()
        .find(|container| container.name == name.as_str())
    {
        return Err(refuse(
            format!(
                "there is a container {name} already, it is {}",
                other.state.word()
            ),
            "choose another name, or --new for one that nobody has".into(),
        ));
    }
    let onto = match (&wish.onto, host.stamp.active()) {
        (Some(tag), _) => host.settings.profile.image.with_tag(tag.clone()),
        (None, Some(active)) => active.clone(),
        (None, None) => {
            let why = host.stamp.problem().unwrap_or_default();
            return Err(refuse(
                why,
                "name the tag with --tag, or stamp the host with `tagboat activate`".into(),
            ));
        }
    };
    let image = host.image(&onto).ok_or_else(|| {
        refuse(
            format!("{onto} is not there, and a start never pulls"),
            format!("tagboat push {onto} --host {}", host.name),
        )
    })?;
    let new = NewSession {
        template: template.clone(),
        onto_id: image.id.clone(),
        onto,
        bindings,
    };
    let shape = new.filled();
    let flaw = shape.paths().err().or_else(|| shape.network().err());
    if let Some(flaw) = flaw {
        return Err(refuse(
            format!("the template {} does not fit: {flaw}", new.template.name),
            "mend it in the config, or set another value with --set".into(),
        ));
    }
    Ok(target(
        host,
        new.bindings.name.clone(),
        StartFrom::Template(Box::new(new)),
    ))
}

fn find_template<'a>(host: &'a Host, wanted: Option<&str>) -> Result<&'a SessionTemplate, Refusal> {
    let profile = &host.settings.profile;
    let found = match wanted {
        Some(wanted) => profile.templates.iter().find(|template| template.name == wanted),
        None => profile.templates.first(),
    };
    found.ok_or_else(|| {
        let names: Vec<_> = profile
            .templates
            .iter()
            .map(|template| template.name.as_str())
            .collect();
        let reason = match (wanted, names.as_slice()) {
            (_, []) => format!("its profile {} has no template for new sessions", profile.name),
            (wanted, _) => format!(
                "its profile {} has no template {}",
                profile.name,
                wanted.unwrap_or_default()
            ),
        };
        let advice = match names.as_slice() {
            [] => "write one into the config: [[templates]]".to_owned(),
            names => format!("the templates are {}", names.join(", ")),
        };
        Refusal::of_host(&host.name, reason, advice)
    })
}

/// The name of the new session and its values.
fn bind(host: &Host, template: &SessionTemplate, wish: &NewWish) -> Result<Bindings, Refusal> {
    let refuse = |reason: String, advice: String| Refusal::of_host(&host.name, reason, advice);
    let mut values = template.values.clone();
    for (key, value) in &wish.values {
        let Some(place) = values.get_mut(key) else {
            let known: Vec<_> = template.values.keys().map(String::as_str).collect();
            let advice = match known.as_slice() {
                [] => "it has no values that can be set".to_owned(),
                keys => format!("its values are {}", keys.join(", ")),
            };
            return Err(refuse(
                format!("the template {} has no value {key}", template.name),
                advice,
            ));
        };
        if value.chars().any(char::is_control) || value.len() > 500 {
            return Err(refuse(
                format!("the value of {key} holds a control character or is longer than 500 bytes"),
                "set another one".into(),
            ));
        }
        place.clone_from(value);
    }
    if let Some((key, _)) = values.iter().find(|(_, value)| value.is_empty()) {
        return Err(refuse(
            format!("the template {} needs a value for {key}", template.name),
            format!("--set {key}=..."),
        ));
    }
    // A whole name is read back: its own part stands where the template has `{id}`.
    let pattern = &template.session_name;
    let own = wish.id.strip_prefix(pattern.beginning()).unwrap_or(&wish.id);
    let own = own.strip_suffix(pattern.ending()).unwrap_or(own);
    let placeholder = || SessionName::parse("00");
    let mut bindings = Bindings {
        id: own.to_owned(),
        name: placeholder().map_err(|invalid| refuse(invalid.to_string(), String::new()))?,
        host: host.name.clone(),
        values,
    };
    let name = pattern.fill(&bindings, &crate::model::template::Answers::default());
    let name = name.map_err(|unknown| {
        refuse(
            format!("nothing is known for {unknown}"),
            "mend the template in the config".into(),
        )
    })?;
    bindings.name = SessionName::parse(&name)
        .ok()
        .filter(|name| !name.as_str().contains(".tagboat-") && !own.is_empty())
        .ok_or_else(|| {
            refuse(
                format!("{name:?} cannot be the name of a session"),
                "use letters, digits, '_', '.' and '-'".into(),
            )
        })?;
    let labels = template
        .labels
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    if host
        .settings
        .profile
        .select(bindings.name.as_str(), labels, true)
        .is_none()
    {
        return Err(refuse(
            format!(
                "a container {name} would be no session for the profile {}",
                host.settings.profile.name
            ),
            "mend session_name or labels of the template".into(),
        ));
    }
    Ok(bindings)
}

impl StartPlan {
    pub(super) fn title(&self) -> String {
        match self.sessions.as_slice() {
            [one] => match &one.from {
                StartFrom::Container { .. } => format!("start {} on {}", one.session, one.host),
                StartFrom::Template(new) => {
                    format!("start {} on {}, new from {}", one.session, one.host, new.onto)
                }
            },
            many => format!("start {}", count(many.len(), "session")),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        let target = |one: &StartTarget| Target::session(one.host.clone(), one.session.clone());
        self.sessions.iter().map(target).collect()
    }

    /// The tags that new sessions are about to be created from: a prune keeps them.
    pub(super) fn needed_tags(&self) -> Vec<(HostName, ImageRef)> {
        let needed = |one: &StartTarget| match &one.from {
            StartFrom::Container { .. } => None,
            StartFrom::Template(new) => Some((one.host.clone(), new.onto.clone())),
        };
        self.sessions.iter().filter_map(needed).collect()
    }

    pub(super) fn steps(&self, target: &Target) -> Vec<Step> {
        use StepKind::{Check, Create, Probe, Start};
        let found = self
            .sessions
            .iter()
            .find(|one| one.host == target.host && Some(&one.session) == target.session.as_ref());
        match found.map(|one| &one.from) {
            None => Vec::new(),
            Some(StartFrom::Container { .. }) => [Check, Start, Probe].map(Step::of).into(),
            Some(StartFrom::Template(_)) => [Check, Create, Start, Probe].map(Step::of).into(),
        }
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let line = |one: &StartTarget| {
            let (before, after, note) = match &one.from {
                StartFrom::Container { pinned, .. } => (
                    "stopped",
                    "running".to_owned(),
                    format!("its own container, on {pinned}"),
                ),
                StartFrom::Template(new) => ("-", new.onto.tag.to_string(), shape_note(new)),
            };
            PlanLine {
                target: Target::session(one.host.clone(), one.session.clone()),
                before: before.to_owned(),
                after,
                costs: Vec::new(),
                note,
            }
        };
        self.sessions.iter().map(line).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        vec!["nothing is pulled, and every other session keeps running as it is".to_owned()]
    }

    pub(super) fn undo(&self) -> String {
        if self
            .sessions
            .iter()
            .all(|one| matches!(one.from, StartFrom::Container { .. }))
        {
            "tagboat session stop".to_owned()
        } else {
            "tagboat session remove".to_owned()
        }
    }

    pub(super) fn gate(&self) -> Gate {
        let strict = strict_word(self.sessions.iter().map(|one| (&one.host, one.guard)));
        strict.unwrap_or(match self.sessions.as_slice() {
            [one] if matches!(one.from, StartFrom::Container { .. }) => Gate::Bar,
            _ => Gate::Plan,
        })
    }
}

/// What a new session is made of, in one line.
fn shape_note(new: &NewSession) -> String {
    let template = &new.template;
    let mut parts = vec![format!("template {}", template.name)];
    parts.extend((!template.mounts.is_empty()).then(|| count(template.mounts.len(), "mount")));
    let made = new.filled().paths().unwrap_or_default();
    let made = made
        .into_iter()
        .filter(|(_, if_missing)| *if_missing == IfMissing::Make);
    parts.extend(made.map(|(path, _)| format!("{path} is made if it is not there")));
    parts.extend(
        template
            .removes_itself
            .then(|| "--rm: gone when it ends".to_owned()),
    );
    parts.join(", ")
}
