//! From a key to what is done with single sessions: start, stop, remove, label, attach, and new ones.

use super::super::action::the_session;
use super::plan::{host_targets, session_targets, show};
use crate::model::attach::attach_line;
use crate::model::console::{
    Action, Choice, ChoiceOption, Chosen, ChosenFor, Effect, LineInput, Overlay, RowId, State,
};
use crate::model::failure::Refusal;
use crate::model::names::{HostName, SessionLabel, SessionName};
use crate::model::plan::{
    NewWish, Plan, RemoveIntent, RenameIntent, StartIntent, StopIntent, plan_remove, plan_rename, plan_start,
    plan_stop,
};
use crate::model::template::fresh_id;
use std::collections::BTreeMap;

/// Begins it.
pub(super) fn begin(state: &mut State, action: Action) -> Vec<Effect> {
    let targets = state.targets();
    let sessions = session_targets(&targets);
    match action {
        Action::Start => {
            let plan = plan_start(&StartIntent::Again(sessions), &state.fleet).map(Plan::Start);
            show(state, "start", plan);
        }
        Action::Stop => stop(state, sessions),
        Action::Remove => remove(state, sessions, false),
        Action::New => new(state, &targets),
        Action::Label => {
            if let Some((host, session)) = the_session(state) {
                let label = state.fleet.host(host).and_then(|host| host.label(session));
                let label = label.map(ToString::to_string).unwrap_or_default();
                let input = LineInput::holding(&format!("label {host}/{session} {label}"));
                state.overlays.push(Overlay::Palette { input, cursor: 0 });
            }
        }
        _ => return attach(state),
    }
    Vec::new()
}

/// Plans a stop and shows the plan.
pub(super) fn stop(state: &mut State, sessions: Vec<(HostName, SessionName)>) {
    let plan = plan_stop(&StopIntent { sessions }, &state.fleet).map(Plan::Stop);
    show(state, "stop", plan);
}

/// Plans a removal and shows the plan.
pub(super) fn remove(state: &mut State, sessions: Vec<(HostName, SessionName)>, with_volumes: bool) {
    let intent = RemoveIntent {
        sessions,
        with_volumes,
    };
    let plan = plan_remove(&intent, &state.fleet).map(Plan::Remove);
    show(state, "remove", plan);
}

/// Plans a label and shows the plan.
pub(super) fn label(state: &mut State, host: HostName, session: SessionName, label: Option<SessionLabel>) {
    let intent = RenameIntent { host, session, label };
    let plan = plan_rename(&intent, &state.fleet).map(Plan::Rename);
    show(state, "label", plan);
}

/// A new session on the host of what is chosen; where there are several templates, one is chosen first.
fn new(state: &mut State, targets: &[RowId]) {
    let host = match targets {
        [RowId::Session(host, _)] => Some(host.clone()),
        _ => match host_targets(targets).as_slice() {
            [host] => Some(host.clone()),
            _ => None,
        },
    };
    let Some(host) = host else { return };
    let templates = state
        .fleet
        .host(&host)
        .map(|host| host.settings.profile.templates.as_slice());
    let option = |template: &crate::model::template::SessionTemplate| ChoiceOption {
        value: Chosen::Template(template.name.clone()),
        label: template.name.clone(),
        note: template.session_name.as_str().to_owned(),
    };
    let options: Vec<_> = templates.unwrap_or_default().iter().map(option).collect();
    if options.len() > 1 {
        state.overlays.push(Overlay::Choice(Choice {
            purpose: ChosenFor::NewSession(host),
            options,
            cursor: 0,
        }));
    } else {
        make(state, host, Wishes::default());
    }
}

/// What an operator says of a new session, where they say something.
#[derive(Default)]
pub(super) struct Wishes {
    pub(super) template: Option<String>,
    pub(super) id: Option<String>,
    pub(super) onto: Option<crate::model::names::Tag>,
    pub(super) values: BTreeMap<String, String>,
}

/// Plans a new session and shows the plan.
pub(super) fn make(state: &mut State, host: HostName, wishes: Wishes) {
    state.clock.serial = state.clock.serial.wrapping_add(1);
    let salt = u64::from(state.clock.salt) << 32 | u64::from(state.clock.serial);
    let wish = NewWish {
        host,
        template: wishes.template,
        id: wishes.id.unwrap_or_else(|| fresh_id(state.clock.now, salt)),
        onto: wishes.onto,
        values: wishes.values,
    };
    let plan = plan_start(&StartIntent::New(wish), &state.fleet).map(Plan::Start);
    show(state, "start a new session", plan);
}

/// The operator's terminal for the session, or the choice of what runs there.
fn attach(state: &mut State) -> Vec<Effect> {
    let Some((host_name, name)) = the_session(state) else {
        return Vec::new();
    };
    let found = state
        .fleet
        .host(host_name)
        .and_then(|host| Some((host, host.session(name)?)));
    let Some((host, session)) = found else {
        let refusal = Refusal::of_host(
            host_name,
            format!("there is no session {name}"),
            "look at the list",
        );
        state.overlays.push(Overlay::Refused {
            what: "attach".to_owned(),
            refusal,
            push: None,
        });
        return Vec::new();
    };
    let (settings, container) = (&host.settings, &session.container().id);
    let line = |command: &[String]| {
        attach_line(
            settings,
            state.desk.ssh_config.as_deref(),
            name,
            container,
            command,
        )
    };
    let own = &settings.profile.attach;
    if own.is_empty() {
        return vec![Effect::Attach(line(&[]))];
    }
    let option = |label: &str, note: String, command: &[String]| ChoiceOption {
        value: Chosen::Attach(line(command)),
        label: label.to_owned(),
        note,
    };
    let options = vec![
        option("its own terminal", own.join(" "), own),
        option("a shell", "bash, or sh".to_owned(), &[]),
    ];
    let purpose = ChosenFor::Attach(host_name.clone(), name.clone());
    state.overlays.push(Overlay::Choice(Choice {
        purpose,
        options,
        cursor: 0,
    }));
    Vec::new()
}
