//! What a Dockerfile sets: user, entrypoint, working directory, variables, labels, volumes.

use super::dockerfile_check::DockerfileFacts;
use super::image_settings::{
    is_forbidden, is_root, is_started_as, label, value, wrong_entrypoint, wrong_workdir,
};
use super::report::Finding;
use super::requirement::{Rule, Starter, VolumeRules};
use crate::model::dockerfile::{Named, Setting};

const OF_BASE: &str = "the base image decides";
const UNCLEAR: &str = "only a build knows what this becomes";

/// What comes of a setting: what the text sets is compared, and what it does not set is not guessed.
fn told<T>(
    rule: &Rule,
    setting: &Setting<T>,
    unset: Option<String>,
    wrong: impl Fn(&T) -> Option<String>,
) -> Finding {
    match setting {
        Setting::Set { value, line } => Finding::of(rule, wrong(value)).on(Some(*line)),
        Setting::Unset => Finding::of(rule, unset),
        Setting::OfBase => Finding::unknown(rule, OF_BASE),
        Setting::Unclear { line } => Finding::unknown(rule, UNCLEAR).on(Some(*line)),
    }
}

pub(super) fn starter(rule: &Rule, facts: &DockerfileFacts<'_>, wanted: &Starter) -> Finding {
    let unset = is_started_as("root", wanted);
    told(rule, &facts.stage.user, unset, |user| {
        let name = user.split(':').next().unwrap_or_default();
        // The name of a number is in the image.
        let is_number = name.parse::<u64>().is_ok() && !is_root(name) && matches!(wanted, Starter::User(_));
        if is_number {
            return Some(format!(
                "they start as number {name}, which is not told by its name"
            ));
        }
        is_started_as(if is_root(name) { "root" } else { name }, wanted)
    })
}

pub(super) fn entrypoint(rule: &Rule, facts: &DockerfileFacts<'_>, wanted: &[String]) -> Finding {
    let unset = wrong_entrypoint(&[], wanted);
    told(rule, &facts.stage.entrypoint, unset, |command| {
        wrong_entrypoint(&command.words(), wanted)
    })
}

pub(super) fn workdir(rule: &Rule, facts: &DockerfileFacts<'_>, wanted: &str) -> Finding {
    let unset = wrong_workdir("/", wanted);
    told(rule, &facts.stage.workdir, unset, |path| {
        wrong_workdir(path, wanted)
    })
}

/// A variable or a label: what the text sets, else what the base may have.
fn named(
    rule: &Rule,
    facts: &DockerfileFacts<'_>,
    found: Option<&Named>,
    wrong: impl Fn(Option<&crate::model::secret::Hidden>) -> Option<String>,
) -> Finding {
    match found {
        Some(one) => match &one.value {
            Some(value) => Finding::of(rule, wrong(Some(value))).on(Some(one.line)),
            None => Finding::unknown(rule, UNCLEAR).on(Some(one.line)),
        },
        None if facts.stage.base.is_scratch() => Finding::of(rule, wrong(None)),
        None => Finding::unknown(rule, OF_BASE),
    }
}

pub(super) fn env(
    rule: &Rule,
    facts: &DockerfileFacts<'_>,
    name: &str,
    wanted: Option<&str>,
    includes: Option<&str>,
) -> Finding {
    let found = facts.stage.env_of(name);
    // A list that goes on from that of the base is known as far as it is written.
    let written = found
        .filter(|one| one.value.is_none())
        .and_then(|one| one.written.as_ref());
    let has_it = |part: &str| {
        written.is_some_and(|text| text.look().trim_matches('"').split(':').any(|one| one == part))
    };
    if includes.is_some_and(has_it) {
        return Finding::ok(rule);
    }
    named(rule, facts, found, |found| value(found, wanted, includes))
}

pub(super) fn labelled(rule: &Rule, facts: &DockerfileFacts<'_>, name: &str, is_version: bool) -> Finding {
    named(rule, facts, facts.stage.label_of(name), |found| {
        label(found, is_version)
    })
}

pub(super) fn volumes(rule: &Rule, facts: &DockerfileFacts<'_>, rules: &VolumeRules) -> Vec<Finding> {
    let places = &facts.stage.volumes;
    let wrong = places.iter().filter_map(|one| {
        let path = one.path.as_ref().filter(|path| is_forbidden(path, rules))?;
        Some(Finding::broken(rule, format!("{path} is a volume")).on(Some(one.line)))
    });
    let mut findings: Vec<Finding> = wrong.collect();
    let plain = |path: &str| path.trim_end_matches('/').to_owned();
    let is_declared = |wanted: &str| {
        places
            .iter()
            .filter_map(|one| one.path.as_ref())
            .any(|path| plain(path) == plain(wanted))
    };
    let missing: Vec<&String> = rules
        .required
        .iter()
        .filter(|wanted| !is_declared(wanted))
        .collect();
    let is_clear = facts.stage.base.is_scratch() && places.iter().all(|one| one.path.is_some());
    // Where the text declares some of them, those that it leaves out are left out by mistake.
    let has_some = missing.len() < rules.required.len();
    for wanted in missing {
        findings.push(if is_clear || has_some {
            Finding::broken(rule, format!("there is no volume {wanted}"))
        } else {
            Finding::unknown(rule, format!("{OF_BASE} of {wanted}"))
        });
    }
    if findings.is_empty() {
        vec![Finding::ok(rule)]
    } else {
        findings
    }
}
