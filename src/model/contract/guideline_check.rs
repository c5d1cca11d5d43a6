//! Checks how a Dockerfile is written.

use super::dockerfile_check::DockerfileFacts;
use super::guideline::Guideline;
use super::image_settings::is_root;
use super::packages::{Action, Manager, cleans_up, installs, packages};
use super::report::Finding;
use super::requirement::Rule;
use crate::model::dockerfile::{Command, RunFacts, Setting, ShellCommand, StageFacts};

/// What breaks a guideline: each place with what was found there.
pub(super) fn check(rule: &Rule, guideline: &Guideline, facts: &DockerfileFacts<'_>) -> Vec<Finding> {
    let stage = facts.stage;
    if let Guideline::BasePinned { allow } = guideline {
        return vec![base(rule, stage, allow)];
    }
    let found: Vec<(usize, String)> = match guideline {
        Guideline::RootInstalls => runs(stage, as_other),
        Guideline::NoRecommends => recommends(stage),
        Guideline::ListsRemoved => runs(stage, left_behind),
        Guideline::CombinedInstalls => combined(stage),
        Guideline::BakedIn => baked_in(stage),
        Guideline::NoSudo => runs(stage, |run| run.run.commands.iter().find_map(sudo)),
        Guideline::NoCommand => match &stage.cmd {
            Setting::Set { line, .. } => vec![(
                *line,
                "CMD is set, and what starts containers gives a command of its own".to_owned(),
            )],
            _ => Vec::new(),
        },
        Guideline::AbsoluteWorkdir => {
            let lines = stage.relative_workdirs.iter();
            lines
                .map(|line| (*line, "WORKDIR is relative to whatever was before it".to_owned()))
                .collect()
        }
        Guideline::NoMarks { marks } => left_marks(facts, marks),
        Guideline::BasePinned { .. } => Vec::new(),
    };
    if found.is_empty() {
        return vec![Finding::ok(rule)];
    }
    found
        .into_iter()
        .map(|(line, what)| Finding::broken(rule, what).on(Some(line)))
        .collect()
}

fn base(rule: &Rule, stage: &StageFacts, allow: &[String]) -> Finding {
    let Some(reference) = &stage.base.reference else {
        return Finding::unknown(rule, "only a build knows the base image").on(Some(stage.base.line));
    };
    let (name, digest) = reference
        .split_once('@')
        .map_or((reference.as_str(), None), |(name, digest)| (name, Some(digest)));
    let (plain, tag) = match name.rsplit_once(':') {
        Some((plain, tag)) if !tag.contains('/') => (plain, Some(tag)),
        _ => (name, None),
    };
    let is_allowed =
        stage.base.is_scratch() || digest.is_some() || allow.iter().any(|allowed| allowed == plain);
    let found = match tag {
        _ if is_allowed => return Finding::ok(rule),
        None => format!("{plain} has no tag: it is whatever latest is on the day of the build"),
        Some("latest") => format!("{plain}:latest is another image from day to day"),
        Some(_) => return Finding::ok(rule),
    };
    Finding::broken(rule, found).on(Some(stage.base.line))
}

/// What is found in each `RUN`.
fn runs(stage: &StageFacts, look: impl Fn(&RunFacts) -> Option<String>) -> Vec<(usize, String)> {
    stage
        .runs
        .iter()
        .filter_map(|run| Some((run.line, look(run)?)))
        .collect()
}

fn of_packages(run: &RunFacts) -> impl Iterator<Item = (&ShellCommand, Manager, Action)> {
    let commands = run.run.commands.iter();
    commands.filter_map(|command| packages(command).map(|(manager, action)| (command, manager, action)))
}

/// An installation as somebody who may not.
fn as_other(run: &RunFacts) -> Option<String> {
    let Setting::Set { value, .. } = &run.user else {
        return None;
    };
    let (command, ..) = of_packages(run).next().filter(|_| !is_root(value))?;
    Some(format!("{} runs as {value}", command.program()))
}

fn recommends(stage: &StageFacts) -> Vec<(usize, String)> {
    let turns_off = |text: &str| text.contains("Install-Recommends");
    let mut is_off = false;
    let mut found = Vec::new();
    for run in &stage.runs {
        is_off |= turns_off(run.run.text.look());
        let wrong = of_packages(run).find(|(command, manager, action)| {
            *manager == Manager::Apt
                && *action == Action::Install
                && command.has("install")
                && !command.has("--no-install-recommends")
        });
        if let Some((command, ..)) = wrong.filter(|_| !is_off) {
            found.push((
                run.line,
                format!("{} installs what is only recommended, too", command.program()),
            ));
        }
    }
    found
}

fn left_behind(run: &RunFacts) -> Option<String> {
    let (command, manager, _) = of_packages(run).next()?;
    let is_clean = cleans_up(manager, &run.run.commands, &run.run.mounts);
    (!is_clean).then(|| format!("what {} fetched stays in the layer", command.program()))
}

/// Two `RUN`s in a row that install packages of the system.
fn combined(stage: &StageFacts) -> Vec<(usize, String)> {
    let of_system = |run: &RunFacts| of_packages(run).next().is_some();
    let pairs = stage.runs.windows(2);
    pairs
        .filter(|pair| pair[1].follows_run && of_system(&pair[0]) && of_system(&pair[1]))
        .map(|pair| {
            (
                pair[1].line,
                format!("it goes on with what line {} began", pair[0].line),
            )
        })
        .collect()
}

fn baked_in(stage: &StageFacts) -> Vec<(usize, String)> {
    let at = |setting: &Setting<Command>| match setting {
        Setting::Set { value, line } => {
            let words = value.words().into_iter().map(str::to_owned).collect();
            let found = ShellCommand::of_words(words).into_iter().find(installs)?;
            Some((*line, format!("{} installs at each start", found.program())))
        }
        _ => None,
    };
    at(&stage.entrypoint).into_iter().chain(at(&stage.cmd)).collect()
}

fn sudo(command: &ShellCommand) -> Option<String> {
    let is_install = packages(command).is_some_and(|(_, action)| action == Action::Install);
    if is_install && command.has("sudo") {
        return Some("sudo is installed".to_owned());
    }
    if command.program() == "sudo" {
        return Some("it runs sudo".to_owned());
    }
    let gives = matches!(
        command.program(),
        "usermod" | "adduser" | "gpasswd" | "addgroup" | "useradd"
    ) && command.words.iter().any(|word| {
        word.split(',')
            .any(|group| matches!(group, "sudo" | "wheel" | "docker"))
    });
    if gives {
        return Some("it puts a user into a group that is as good as root".to_owned());
    }
    let looks_only = matches!(command.program(), "rm" | "visudo");
    let writes = command
        .words
        .iter()
        .any(|word| word.trim_start_matches('>').starts_with("/etc/sudoers"));
    (writes && !looks_only).then(|| "it writes rights of sudo".to_owned())
}

/// Marks wherever they stand; a secret beside one is not told.
fn left_marks(facts: &DockerfileFacts<'_>, marks: &[String]) -> Vec<(usize, String)> {
    let lines = facts.file.text.look().lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let mark = marks.iter().find(|mark| line.contains(mark.as_str()))?;
            Some((index + 1, format!("{mark} is left")))
        })
        .collect()
}
