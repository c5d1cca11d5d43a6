//! What a build plan answers: its steps and its lines.

use super::{BuildPlan, Builder};
use crate::model::job::{Step, StepKind, Target};
use crate::model::plan::{Gate, PlanLine};

impl BuildPlan {
    pub(in crate::model::plan) fn title(&self) -> String {
        format!("build {} from {}", self.reference, self.context.origin)
    }

    pub(in crate::model::plan) fn targets(&self) -> Vec<Target> {
        vec![Target::source()]
    }

    pub(in crate::model::plan) fn steps(&self, _target: &Target) -> Vec<Step> {
        use StepKind::{Build, Check, Confirm, Index, Pack, Tag};
        [Check, Pack, Build, Confirm, Tag, Index].map(Step::of).into()
    }

    pub(in crate::model::plan) fn lines(&self) -> Vec<PlanLine> {
        vec![PlanLine {
            target: Target::source(),
            before: self.there.as_ref().map_or_else(
                || "no such tag".to_owned(),
                |there| format!("{} {}", self.reference.tag, there.image_id.short()),
            ),
            after: self.reference.tag.to_string(),
            note: self.note(),
            costs: self.details(),
        }]
    }

    fn note(&self) -> String {
        let builder = match self.settings.builder {
            Builder::Buildkit => "by BuildKit",
            Builder::Classic => "by the classic builder",
        };
        let stage = self
            .settings
            .target
            .as_ref()
            .map(|stage| format!(", up to the stage {stage}"));
        let cache = if self.settings.no_cache {
            ", nothing of earlier builds is used"
        } else {
            ""
        };
        let moved = if self.there.is_some() {
            "moves the tag (--replace-tag); "
        } else {
            ""
        };
        format!(
            "{moved}{} for {}, {builder}{}{cache}",
            self.context.dockerfile,
            self.platform,
            stage.unwrap_or_default()
        )
    }

    /// What is given to the engine, line by line.
    fn details(&self) -> Vec<String> {
        let context = &self.context;
        let left_out = match context.ignored {
            0 => String::new(),
            ignored => format!(", {ignored} left out by .dockerignore"),
        };
        let mut lines = vec![format!("context: {}{left_out}", context.amount())];
        let arguments = self
            .settings
            .args
            .iter()
            .map(|(key, value)| format!("argument {key}={value}"));
        lines.extend(arguments);
        lines.extend(
            self.settings
                .network
                .iter()
                .map(|network| format!("network {network}")),
        );
        lines.extend(
            self.labels
                .iter()
                .map(|(key, value)| format!("label {key}={value}")),
        );
        if let Some(there) = self.there.as_ref() {
            lines.push(format!(
                "the tag is there: {}; that image stays, without this tag",
                there.words()
            ));
        }
        lines
    }

    pub(in crate::model::plan) fn untouched(&self) -> Vec<String> {
        vec!["no host and no session: they get it by a push".to_owned()]
    }

    pub(in crate::model::plan) fn undo(&self) -> String {
        match &self.there {
            None => format!("docker rmi {}", self.reference),
            Some(there) => format!("docker tag {} {}", there.image_id, self.reference),
        }
    }

    pub(in crate::model::plan) fn gate(&self) -> Gate {
        match self.there {
            Some(_) => Gate::Typed(self.reference.tag.to_string()),
            None => Gate::Plan,
        }
    }
}
