//! What a plan of restarts says of itself: its title, its steps, its lines, and how it is taken back.

use super::{Aim, Replacement, RestartPlan, RestartTarget, of_these};
use crate::model::failure::Refusal;
use crate::model::job::{Step, StepKind, Target};
use crate::model::plan::{Conditions, Gate, PlanLine, count};
use crate::model::profile::Guard;
use crate::model::rollout::RolloutOrder;

impl RestartPlan {
    pub(in crate::model::plan) fn new(
        sessions: Vec<RestartTarget>,
        refused: Vec<Refusal>,
        order: RolloutOrder,
        aim: Aim,
    ) -> Self {
        Self {
            sessions,
            order,
            there_already: 0,
            aim,
            refused,
            conditions: Conditions::default(),
        }
    }

    pub(in crate::model::plan) fn verb(&self) -> &'static str {
        match self.aim {
            Aim::Onto => "restart",
            Aim::Back => "roll back",
        }
    }

    pub(in crate::model::plan) fn title(&self) -> String {
        match (self.aim, self.sessions.as_slice()) {
            (Aim::Back, [one]) => format!("roll back {} on {} to {}", one.session, one.host, one.onto),
            (Aim::Back, many) => format!("roll back {}", count(many.len(), "session")),
            (Aim::Onto, [one]) => format!("restart {} on {} onto {}", one.session, one.host, one.onto),
            (Aim::Onto, many) => {
                let first = &many[0].onto;
                let onto = if many.iter().all(|one| one.onto == *first) {
                    format!(" onto {first}")
                } else {
                    String::new()
                };
                format!("restart {}{onto}", count(many.len(), "session"))
            }
        }
    }

    /// How its sessions follow each other, where there is more than one.
    pub(in crate::model::plan) fn sequence(&self) -> Option<String> {
        (self.sessions.len() > 1).then(|| self.order.words())
    }

    pub(in crate::model::plan) fn targets(&self) -> Vec<Target> {
        self.sessions.iter().map(RestartTarget::target).collect()
    }

    pub(in crate::model::plan) fn steps(&self, target: &Target) -> Vec<Step> {
        use StepKind::{
            Check, CleanUp, Commit, Create, Hold, Probe, Quiet, Record, Rename, Start, Stop, Up, WritePin,
        };
        let is_it = |one: &&RestartTarget| one.target() == *target;
        let restart: &[StepKind] = match self.sessions.iter().find(is_it).map(|one| &one.by) {
            Some(Replacement::Compose { .. }) => &[Check, Record, Hold, WritePin, Up, Probe, Commit, CleanUp],
            Some(Replacement::Restart | Replacement::Predecessor(_)) | None => &[
                Check, Record, Create, Hold, Stop, Rename, Start, Probe, Commit, CleanUp,
            ],
        };
        let wait = self.conditions.when_idle.map(|_| Quiet);
        wait.into_iter()
            .chain(restart.iter().copied())
            .map(Step::of)
            .collect()
    }

    pub(in crate::model::plan) fn lines(&self) -> Vec<PlanLine> {
        let line = |one: &RestartTarget| PlanLine {
            target: one.target(),
            before: one.from_tag().to_owned(),
            after: one.onto.tag.to_string(),
            note: one.note(self.aim),
            costs: self.conditions.lines().chain(one.told()).collect(),
        };
        self.sessions.iter().map(line).collect()
    }

    pub(in crate::model::plan) fn untouched(&self) -> Vec<String> {
        let there =
            (self.there_already > 0).then(|| format!("{} there already", of_these(self.there_already)));
        let mut all = vec![
            "its volumes, network, environment and name stay".to_owned(),
            "every other session keeps running as it is".to_owned(),
        ];
        let is_composed = |one: &RestartTarget| matches!(one.by, Replacement::Compose { .. });
        if self.sessions.iter().any(is_composed) {
            all.push("every other byte of a Compose project's .env stays".to_owned());
            all.push(
                "other services of the same pin run on, and get the image at their next `up`".to_owned(),
            );
        }
        all.extend(there);
        all
    }

    pub(in crate::model::plan) fn undo(&self) -> String {
        let is_gone =
            |one: &&RestartTarget| one.keeps() == 0 || one.cost.as_ref().is_some_and(|cost| cost.vanishes);
        let gone: Vec<_> = self.sessions.iter().filter(is_gone).collect();
        let why = match gone.first() {
            Some(one) if matches!(one.by, Replacement::Compose { .. }) => {
                "as Compose keeps none, but its image is held"
            }
            Some(one) if one.keeps() == 0 => "as the config keeps no predecessor",
            _ => "as it runs with --rm",
        };
        let (container, kept, way) = match self.aim {
            Aim::Onto => (
                "the old container",
                "kept, stopped, beside the new one",
                "restart onto the old tag to go back",
            ),
            Aim::Back => (
                "the container of now",
                "kept, stopped",
                "restart onto the tag of now to return to it",
            ),
        };
        match (gone.len(), self.aim) {
            (0, Aim::Onto) => format!("{container} is {kept}"),
            (0, Aim::Back) => format!("{container} is {kept}: roll back again to return to it"),
            (n, _) if n == self.sessions.len() => format!("{container} is not kept, {why}: {way}"),
            (n, _) => format!(
                "{container} is {kept}; not that of {}, {why}: {way}",
                count(n, "session")
            ),
        }
    }

    pub(in crate::model::plan) fn gate(&self) -> Gate {
        let word = || match self.sessions.as_slice() {
            [one] => one.host.to_string(),
            many => many.len().to_string(),
        };
        let base = match self.sessions.as_slice() {
            many if many.iter().any(|one| one.guard == Guard::Strict) => Gate::Typed(word()),
            [one] if one.from_id == one.onto_id => Gate::Bar,
            _ => Gate::Plan,
        };
        match base {
            Gate::Bar | Gate::Plan if self.loses_something() => Gate::Typed(word()),
            Gate::Bar if self.is_felt() => Gate::Plan,
            base => base,
        }
    }
}
