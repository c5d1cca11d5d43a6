//! A new session in a start plan: its name, its values and its tag, from a template of the host's profile.

use super::count;
use super::push::usable;
use super::start::{StartFrom, StartTarget};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host};
use crate::model::names::{HostName, ImageId, ImageRef, SessionName, Tag};
use crate::model::template::{Answers, Bindings, Filled, IfMissing, SessionTemplate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// The target of a new session, or why there can be none.
pub(super) fn anew(fleet: &Fleet, wish: &NewWish) -> Result<StartTarget, Refusal> {
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
    Ok(super::start::target(
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

/// The values of the template, as they are set; each that has no default must be.
fn set_values(
    host: &Host,
    template: &SessionTemplate,
    wish: &NewWish,
) -> Result<BTreeMap<String, String>, Refusal> {
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
    Ok(values)
}

/// The name of the new session and its values.
fn bind(host: &Host, template: &SessionTemplate, wish: &NewWish) -> Result<Bindings, Refusal> {
    let refuse = |reason: String, advice: String| Refusal::of_host(&host.name, reason, advice);
    let values = set_values(host, template, wish)?;
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
    let name = pattern.fill(&bindings, &Answers::default());
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

/// What a new session is made of, in one line.
pub(super) fn shape_note(new: &NewSession) -> String {
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
