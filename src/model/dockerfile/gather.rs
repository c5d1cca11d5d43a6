//! Goes through the stages that end in the one that is built, and gathers what is known of the image.

use super::facts::{Base, CopyFacts, Named, RunFacts, Setting, StageFacts, VolumePlace};
use super::instruction::{Command, Copy, Instruction, Stage, Step};
use super::read::Dockerfile;
use super::variables::Variables;
use crate::model::container_path::normal_path;
use crate::model::secret::Hidden;
use std::collections::BTreeMap;

/// There is no stage of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no stage {wanted:?}")]
pub struct NoSuchStage {
    /// What was asked for.
    pub wanted: String,
    /// The names that there are.
    pub known: Vec<String>,
}

/// What is known of the image that a target makes, the last stage when none is named.
pub fn stage_facts(
    file: &Dockerfile,
    target: Option<&str>,
    given: &BTreeMap<String, String>,
) -> Result<StageFacts, NoSuchStage> {
    let number = match target {
        None => file.stages.len() - 1,
        Some(wanted) => find(&file.stages, wanted).ok_or_else(|| NoSuchStage {
            wanted: wanted.to_owned(),
            known: file
                .stages
                .iter()
                .filter_map(|stage| stage.name.clone())
                .collect(),
        })?,
    };
    let mut globals = Variables::new(file.escape, given);
    let mut named = Vec::new();
    for (name, written, line) in &file.globals {
        let value = globals.declare(name, written.as_ref().map(Hidden::look), &BTreeMap::new());
        named.push(Named {
            name: name.clone(),
            written: written.clone(),
            value: value.map(Hidden::new),
            line: *line,
        });
    }
    let (mut facts, _) = gather(file, number, &globals);
    facts.args.splice(0..0, named);
    Ok(facts)
}

/// A stage by its name, whatever the case of its letters, or by its number.
fn find(stages: &[Stage], wanted: &str) -> Option<usize> {
    let is_it = |stage: &Stage| {
        stage
            .name
            .as_ref()
            .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
    };
    let by_name = stages.iter().rposition(is_it);
    by_name.or_else(|| wanted.parse().ok().filter(|number| *number < stages.len()))
}

/// What is known at the end of a stage, and its variables there.
fn gather<'a>(file: &Dockerfile, number: usize, globals: &Variables<'a>) -> (StageFacts, Variables<'a>) {
    let stage = &file.stages[number];
    let reference = globals
        .expand(&stage.from)
        .filter(|reference| !reference.is_empty());
    let earlier = reference.as_deref().and_then(|name| {
        let is_it = |stage: &Stage| {
            stage
                .name
                .as_ref()
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        file.stages[..number].iter().rposition(is_it)
    });
    let (facts, variables) = match earlier {
        Some(earlier) => {
            let (facts, variables) = gather(file, earlier, globals);
            (facts, variables.inherited())
        }
        None => {
            let base = Base {
                reference,
                line: stage.line,
            };
            let mut variables = globals.inherited();
            variables.has_base = !base.is_scratch();
            (StageFacts::on(base), variables)
        }
    };
    let mut walk = Walk {
        facts,
        variables,
        globals: globals.arguments(),
        last_run: false,
    };
    for step in &stage.steps {
        walk.take(step);
    }
    (walk.facts, walk.variables)
}

/// The state between two instructions.
struct Walk<'a, 'g> {
    facts: StageFacts,
    variables: Variables<'a>,
    globals: &'g BTreeMap<String, Option<String>>,
    last_run: bool,
}

impl Walk<'_, '_> {
    fn take(&mut self, step: &Step) {
        let line = step.line;
        match &step.instruction {
            Instruction::Arg(args) => {
                for (name, written) in args {
                    let value =
                        self.variables
                            .declare(name, written.as_ref().map(Hidden::look), self.globals);
                    self.facts.args.push(Named {
                        name: name.clone(),
                        written: written.clone(),
                        value: value.map(Hidden::new),
                        line,
                    });
                }
            }
            Instruction::Env(pairs) => {
                let named = self.named(pairs, line);
                // All of one instruction see what was before it.
                for one in &named {
                    let value = one.value.as_ref().map(|value| value.look().to_owned());
                    self.variables.set(&one.name, value);
                }
                self.facts.env.extend(named);
            }
            Instruction::Label(pairs) => {
                let named = self.named(pairs, line);
                self.facts.labels.extend(named);
            }
            Instruction::User(user) => self.facts.user = self.setting(user, line),
            Instruction::Workdir(folder) => self.workdir(folder, line),
            Instruction::Volume(paths) => {
                let places = paths.iter().map(|path| VolumePlace {
                    path: self.variables.expand(path),
                    line,
                });
                let places: Vec<_> = places.collect();
                self.facts.volumes.extend(places);
            }
            Instruction::Entrypoint(command) => self.facts.entrypoint = command_at(command, line),
            Instruction::Cmd(command) => self.facts.cmd = command_at(command, line),
            Instruction::Run(run) => self.facts.runs.push(RunFacts {
                line,
                user: self.facts.user.clone(),
                run: run.clone(),
                follows_run: self.last_run,
            }),
            Instruction::Copy(copy) => self.copy(copy, line),
            Instruction::Other => {}
        }
        self.last_run = matches!(step.instruction, Instruction::Run(_));
    }

    fn named(&self, pairs: &[(String, Hidden)], line: usize) -> Vec<Named> {
        let named = |(name, written): &(String, Hidden)| Named {
            name: self.variables.expand(name).unwrap_or_else(|| name.clone()),
            value: self.variables.expand(written.look()).map(Hidden::new),
            written: Some(written.clone()),
            line,
        };
        pairs.iter().map(named).collect()
    }

    fn setting(&self, text: &str, line: usize) -> Setting<String> {
        match self.variables.expand(text) {
            Some(value) => Setting::Set { value, line },
            None => Setting::Unclear { line },
        }
    }

    /// A relative path goes on from the folder before it.
    fn workdir(&mut self, folder: &str, line: usize) {
        let value = self.variables.expand(folder);
        let is_relative = value.as_ref().is_some_and(|folder| !folder.starts_with('/'));
        if is_relative {
            self.facts.relative_workdirs.push(line);
        }
        let before = match &self.facts.workdir {
            Setting::Set { value, .. } => Some(value.as_str()),
            Setting::Unset => Some("/"),
            Setting::OfBase | Setting::Unclear { .. } => None,
        };
        let path = match (value, before) {
            (Some(folder), _) if !is_relative => Some(folder),
            (Some(folder), Some(before)) => Some(format!("{}/{folder}", before.trim_end_matches('/'))),
            _ => None,
        };
        self.facts.workdir = match path {
            Some(path) => Setting::Set {
                value: normal_path(&path),
                line,
            },
            None => Setting::Unclear { line },
        };
    }

    fn copy(&mut self, copy: &Copy, line: usize) {
        let sources = copy.sources.iter().filter(|_| copy.from.is_none()).map(|source| {
            let expanded = self.variables.expand(source.look());
            expanded.map_or_else(|| source.clone(), Hidden::new)
        });
        let copied = CopyFacts {
            line,
            sources: sources.collect(),
            target: copy.target.clone(),
            texts: copy.texts.clone(),
        };
        self.facts.copies.push(copied);
    }
}

/// A command is not expanded: the shell of the container does that.
fn command_at(command: &Command, line: usize) -> Setting<Command> {
    Setting::Set {
        value: command.clone(),
        line,
    }
}
