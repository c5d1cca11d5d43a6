//! The plan of a project that goes from `build:` to a pin. It is made from what was read of the project, not from the fleet.

use super::{Gate, PlanLine, count, strict_word};
use crate::model::compose::migrate::{MigratedService, Migration};
use crate::model::failure::Refusal;
use crate::model::job::{Step, StepKind, Target};
use crate::model::names::HostName;
use crate::model::profile::Guard;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A migration, ready to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigratePlan {
    /// Where.
    pub host: HostName,
    /// What.
    pub migration: Migration,
    /// How long its new containers must be stable.
    pub stable: Duration,
    /// Until when one with a health check must be healthy.
    pub deadline: Duration,
    /// Whether its host wants every change typed.
    pub guard: Guard,
    /// What is left out: nothing, as it is about one project.
    pub refused: Vec<Refusal>,
}

impl MigratePlan {
    pub(super) fn title(&self) -> String {
        let Migration { project, onto, .. } = &self.migration;
        format!("migrate {project} on {} from its build to {onto}", self.host)
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        vec![Target::host(self.host.clone())]
    }

    pub(super) fn steps(&self, _target: &Target) -> Vec<Step> {
        let copies = !self.migration.new_volumes().is_empty();
        [
            (StepKind::Check, true),
            (StepKind::Record, true),
            (StepKind::Hold, true),
            (StepKind::Stop, copies),
            (StepKind::WritePin, true),
            (StepKind::Up, true),
            (StepKind::Probe, true),
            (StepKind::Commit, true),
            (StepKind::CleanUp, true),
        ]
        .into_iter()
        .filter(|(_, is_done)| *is_done)
        .map(|(kind, _)| Step::of(kind))
        .collect()
    }

    pub(super) fn lines(&self) -> Vec<PlanLine> {
        let one = |service: &MigratedService| PlanLine {
            target: Target::host(self.host.clone()),
            before: match &service.from_id {
                Some(id) => format!("{}: built, {}", service.service, id.short()),
                None => format!("{}: built, no container", service.service),
            },
            after: format!("{}: {}", service.service, self.migration.onto),
            note: note(service),
            costs: Vec::new(),
        };
        self.migration.services.iter().map(one).collect()
    }

    pub(super) fn untouched(&self) -> Vec<String> {
        let copied = self.migration.new_volumes().len();
        let mut told = vec![
            "all other services of the project, and its networks".to_owned(),
            "every named volume: the new containers get the same ones".to_owned(),
            format!(
                "no other line of {} and {}",
                self.migration.file, self.migration.env_file
            ),
        ];
        if copied > 0 {
            let volumes = count(copied, "volume");
            told.push(format!("{volumes} without a name: copied, and left as they are"));
        }
        told
    }

    /// What was there has a name that the pin can be set to.
    pub(super) fn undo(&self) -> String {
        let Migration {
            pin,
            env_file,
            folder,
            file,
            ..
        } = &self.migration;
        let ways: Vec<String> = self
            .migration
            .ways_back()
            .iter()
            .map(|(_, way)| way.to_string())
            .collect();
        match ways.first() {
            Some(way) => format!(
                "write {pin}={way} into {env_file} on {}, then `docker compose up -d` in {folder}; {file}.before is the file as it was",
                self.host
            ),
            None => format!("{file}.before on {} is the file as it was", self.host),
        }
    }

    pub(super) fn gate(&self) -> Gate {
        strict_word(std::iter::once((&self.host, self.guard))).unwrap_or(Gate::Plan)
    }
}

fn note(service: &MigratedService) -> String {
    let mut words = Vec::new();
    match (&service.container, service.is_up) {
        (None, _) => words.push("it has no container; its next one gets the image".to_owned()),
        (Some(_), true) => words.push(format!("{} is made anew once", service.name)),
        (Some(_), false) => words.push(format!("{} is made anew, and stays stopped", service.name)),
    }
    for volume in &service.anonymous {
        let short = volume.volume.get(..12).unwrap_or(&volume.volume);
        words.push(match &volume.copied_into {
            Some(name) => format!("{} ({short}) is copied into the volume {name}", volume.path),
            None => format!(
                "{} ({short}) stays a volume without a name; --copy-volumes gives it one",
                volume.path
            ),
        });
    }
    words.join("; ")
}
