//! The rename planner: the label of a session. Its name and the names of its containers stay as they are.
//!
//! The name is what journals, claims and predecessors of restarts hold, what the agents on the host address, and often what
//! makes a container a session at all; an engine cannot change the labels of a container. So the label is kept beside the
//! stamp, by the name of the session, which outlives its containers: no restart touches it and it touches no restart.

use super::push::usable;
use super::{Gate, PlanLine, strict_word, the_session};
use crate::model::failure::Refusal;
use crate::model::fleet::Fleet;
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::{HostName, SessionLabel, SessionName};
use crate::model::profile::Guard;
use serde::{Deserialize, Serialize};

/// Which session gets which label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameIntent {
    /// Where.
    pub host: HostName,
    /// Which.
    pub session: SessionName,
    /// The label; none to take the one that it has.
    pub label: Option<SessionLabel>,
}

/// A new label, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenamePlan {
    /// Where.
    pub host: HostName,
    /// Which.
    pub session: SessionName,
    /// The label when the plan was made: if it is another one now, it is not replaced.
    pub before: Option<SessionLabel>,
    /// The label that it gets.
    pub after: Option<SessionLabel>,
    /// Whether its host wants every change typed.
    pub guard: Guard,
    /// What is left out: nothing, as it is about one session.
    pub refused: Vec<Refusal>,
}

/// Plans a label, or says why it is not possible.
pub fn plan_rename(intent: &RenameIntent, fleet: &Fleet) -> Result<RenamePlan, Refusal> {
    let host = fleet
        .host(&intent.host)
        .ok_or_else(|| super::push::unknown_host(&intent.host))?;
    usable(host)?;
    let session = the_session(host, &intent.session)?;
    let before = session.label();
    let refuse = |why: String, advice: &str| Err(Refusal::of_host(&host.name, why, advice));
    if before == intent.label.as_ref() {
        return match before {
            Some(label) => refuse(
                format!("{} is labelled {label:?} already", intent.session),
                "choose another label",
            ),
            None => refuse(format!("{} has no label", intent.session), "give it one"),
        };
    }
    let taken = intent
        .label
        .as_ref()
        .and_then(|wanted| host.sessions().find(|other| other.label() == Some(wanted)));
    if let (Some(other), Some(label)) = (taken, &intent.label) {
        return refuse(
            format!("{} is labelled {label:?}", other.name()),
            "choose a label that no session of the host has",
        );
    }
    Ok(RenamePlan {
        host: host.name.clone(),
        session: intent.session.clone(),
        before: before.cloned(),
        after: intent.label.clone(),
        guard: host.settings.guard,
        refused: Vec::new(),
    })
}

impl RenamePlan {
    pub(super) fn title(&self) -> String {
        match &self.after {
            Some(label) => format!("label {} on {} as {label}", self.session, self.host),
            None => format!("take the label of {} on {}", self.session, self.host),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        vec![Target::session(self.host.clone(), self.session.clone())]
    }

    pub(super) fn steps(&self, _target: &Target) -> Vec<Step> {
        [StepKind::Check, StepKind::Rename].map(Step::of).into()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let word = |label: &Option<SessionLabel>| {
            label
                .as_ref()
                .map_or_else(|| "no label".to_owned(), ToString::to_string)
        };
        vec![PlanLine {
            target: Target::session(self.host.clone(), self.session.clone()),
            before: word(&self.before),
            after: word(&self.after),
            costs: Vec::new(),
            note: "what is shown beside its name; restarts keep it".to_owned(),
        }]
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        vec!["its name and its containers stay as they are".to_owned()]
    }

    pub(super) fn undo(&self) -> String {
        match &self.before {
            Some(label) => format!(
                "tagboat session rename {} {label:?} --host {}",
                self.session, self.host
            ),
            None => format!(
                "tagboat session rename {} --clear --host {}",
                self.session, self.host
            ),
        }
    }

    pub(super) fn gate(&self) -> Gate {
        strict_word(std::iter::once((&self.host, self.guard))).unwrap_or(Gate::Bar)
    }
}
