//! What a release plan answers: its steps, and a line for each with how it is taken back.

use super::{Made, ReleasePlan};
use crate::model::amount::bytes;
use crate::model::fleet::There;
use crate::model::job::{Step, StepKind, Target};
use crate::model::plan::{Gate, PlanLine, count};

impl ReleasePlan {
    /// The step in which the project is looked at again.
    pub fn project_step() -> Step {
        Step::about(StepKind::Check, "project")
    }

    /// The step in which the image is held against its contract.
    pub fn contract_step() -> Step {
        Step::about(StepKind::Check, "contract")
    }

    /// A step of the publication, with the name of its registry: a build has steps of the same kinds.
    pub fn registry_step(kind: StepKind, registry: impl std::fmt::Display) -> Step {
        Step::about(kind, registry.to_string())
    }

    pub(in crate::model::plan) fn title(&self) -> String {
        match &self.publish {
            Some(publish) => format!("release {} as {}", self.reference, publish.to),
            None => format!("release {}", self.reference),
        }
    }

    pub(in crate::model::plan) fn targets(&self) -> Vec<Target> {
        vec![Target::source()]
    }

    /// None where it was released before: there is nothing to do then.
    pub(in crate::model::plan) fn steps(&self, _target: &Target) -> Vec<Step> {
        use StepKind::{Build, Check, CleanUp, Compare, Confirm, Index, Pack, Publish, Record, Tag};
        if self.is_released() {
            return Vec::new();
        }
        let mut steps = vec![Self::project_step()];
        match &self.made {
            Made::Built(_) => steps.extend([Check, Pack, Build, Confirm].map(Step::of)),
            Made::There(_) => steps.push(Step::of(Confirm)),
        }
        if self.contract.is_some() {
            steps.push(Self::contract_step());
        }
        if matches!(self.made, Made::Built(_)) {
            steps.push(Step::of(Tag));
        }
        if let Some(publish) = &self.publish {
            let registry = publish.to.repository.registry();
            let own = |kind| Self::registry_step(kind, registry);
            steps.extend([Check, Compare, Publish, Confirm, Record, CleanUp].map(own));
        }
        if matches!(self.made, Made::Built(_)) {
            steps.push(Step::of(Index));
        }
        steps
    }

    pub(in crate::model::plan) fn lines(&self) -> Vec<PlanLine> {
        let (before, note) = match &self.made {
            Made::Built(_) => ("no such tag".to_owned(), "built, checked, tagged, published"),
            Made::There(image) => (
                format!("{} {}", self.reference.tag, image.id.short()),
                "built before from the same commit; checked, published",
            ),
        };
        let note = match &self.publish {
            Some(_) => note.to_owned(),
            None => note.replace(", published", ""),
        };
        vec![PlanLine {
            target: Target::source(),
            before,
            after: self.reference.tag.to_string(),
            note: format!("{note}, in this order: no tag is given before the image is good"),
            costs: self.stages(),
        }]
    }

    /// What happens one after the other, each with its undo.
    fn stages(&self) -> Vec<String> {
        let mut stages = vec![format!("check    {}", self.project.words())];
        match &self.made {
            Made::Built(build) => {
                let (context, dockerfile) = (&build.context, &build.context.dockerfile);
                stages.push(format!(
                    "build    {dockerfile} of {}, {}, for {}; undo: the image goes again with its tag",
                    context.origin,
                    context.amount(),
                    build.platform
                ));
            }
            Made::There(image) => {
                stages.push(format!(
                    "build    not needed: {}, {}",
                    image.id.short(),
                    bytes(image.size)
                ));
            }
        }
        stages.push(self.contract_stage());
        if matches!(self.made, Made::Built(_)) {
            stages.push(format!("tag      {}; undo: docker rmi {0}", self.reference));
        }
        stages.push(self.publish_stage());
        stages
    }

    fn contract_stage(&self) -> String {
        match &self.contract {
            Some(wanted) => {
                let rules = count(wanted.contract.rules.len(), "requirement");
                let all_the_same = if wanted.allow_failing {
                    "; what fails is told, and released all the same (--allow-failing)"
                } else {
                    "; what fails ends the release, and nothing has a tag then"
                };
                format!(
                    "check    against the contract {}, {rules}{all_the_same}",
                    wanted.contract.name
                )
            }
            None => format!(
                "check    none: no contract is known for {} (--contract NAME)",
                self.reference.image
            ),
        }
    }

    fn publish_stage(&self) -> String {
        let Some(publish) = &self.publish else {
            return "publish  nowhere: no repository is known (--to REPO); hosts get it by a push".to_owned();
        };
        let to = &publish.to;
        match &publish.there {
            There::Same(digest) => format!("publish  not needed: {to} is {digest}"),
            There::Untold => format!(
                "publish  {to}, of which the registry does not tell whether it is there; undo: by the registry's own means"
            ),
            There::Nothing | There::Other(_) => format!(
                "publish  {to}, then its digest is read back and recorded; undo: by the registry's own means"
            ),
        }
    }

    pub(in crate::model::plan) fn untouched(&self) -> Vec<String> {
        vec!["no host and no session: they get it by a push; no git tag is made".to_owned()]
    }

    pub(in crate::model::plan) fn undo(&self) -> String {
        let here = match &self.made {
            Made::Built(_) => format!("docker rmi {}", self.reference),
            Made::There(_) => "nothing here changes".to_owned(),
        };
        match &self.publish {
            Some(_) => format!("{here}; registries remove tags by their own means"),
            None => here,
        }
    }

    pub(in crate::model::plan) fn gate(&self) -> Gate {
        let is_forced = self.contract.as_ref().is_some_and(|one| one.allow_failing);
        if is_forced {
            Gate::Typed(self.reference.tag.to_string())
        } else {
            Gate::Plan
        }
    }
}
