//! Secrets in an image: variables, labels, history, and files of every layer.

use super::command_words::secret_assignments;
use super::image_facts::ImageFacts;
use super::report::{Finding, Place};
use super::requirement::{Rule, SecretRules};
use crate::model::secret::{Hidden, Kind, has_password, secret_name, sightings};

const FIX_ENV: &str = "set it when the container is started, and treat the value as known to others";
const FIX_LABEL: &str = "remove the label, and treat the value as known to others";
const FIX_HISTORY: &str = "build with RUN --mount=type=secret, and treat the value as known to others";
const FIX_FILE: &str =
    "keep it out of the build, by .dockerignore or RUN --mount=type=secret, and treat it as known to others";

/// What a named value is taken for: by its name, or by its shape.
pub(super) fn kind_of(name: &str, value: &Hidden) -> Option<Kind> {
    if value.is_empty() {
        return None;
    }
    let seen = sightings(value.look().as_bytes()).first().map(|one| one.kind);
    let by_url = || has_password(value.look()).then_some("a URL with a password");
    seen.or_else(by_url)
        .or_else(|| secret_name(name).then_some("a secret by its name"))
}

/// All of them.
pub(super) fn secrets(rule: &Rule, image: &ImageFacts, rules: &SecretRules) -> Vec<Finding> {
    let settings = &image.settings;
    let mut findings = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    let env = settings
        .env
        .iter()
        .map(|one| (one, "variable", "secret-env", FIX_ENV));
    let labels = settings
        .labels
        .iter()
        .map(|one| (one, "label", "secret-label", FIX_LABEL));
    for ((name, value), what, id, fix) in env.chain(labels) {
        if let Some(kind) = kind_of(name, value).filter(|_| !rules.allows_name(name)) {
            told.push(name);
            findings.push(Finding::broken(rule, format!("the {what} {name} holds {kind}")).named(id, fix));
        }
    }
    findings.extend(command(rule, image));
    findings.extend(history(rule, image, rules, &told));
    findings.extend(files(rule, image, rules));
    if findings.is_empty() {
        vec![Finding::ok(rule)]
    } else {
        findings
    }
}

/// An argument of what a container starts with.
fn command(rule: &Rule, image: &ImageFacts) -> Option<Finding> {
    let words = image.settings.entrypoint.iter().chain(&image.settings.cmd);
    let kind = words.into_iter().find_map(|word| {
        let seen = sightings(word.look().as_bytes()).first().map(|one| one.kind);
        seen.or_else(|| has_password(word.look()).then_some("a URL with a password"))
    })?;
    let found = format!("an argument of the entrypoint or command holds {kind}");
    Some(Finding::broken(rule, found).named("secret-command", FIX_ENV))
}

/// What was done to make the image, with what it was given; what is a variable or a label of it was told already.
fn history(rule: &Rule, image: &ImageFacts, rules: &SecretRules, told: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, step) in image.settings.history.iter().enumerate() {
        let names = secret_assignments(&step.text);
        let is_new = |name: &&String| !rules.allows_name(name) && !told.contains(&name.as_str());
        let found = match names.iter().find(is_new) {
            Some(name) => Some(format!("it has the value of {name}")),
            // The value of what was told is in there too.
            None if told.iter().any(|name| sets(step.text.look(), name)) => None,
            None => {
                let seen = sightings(step.text.look().as_bytes()).first().map(|one| one.kind);
                let url = || has_password(step.text.look()).then_some("a URL with a password");
                seen.or_else(url).map(|kind| format!("it holds {kind}"))
            }
        };
        if let Some(found) = found {
            let place = step
                .layer
                .map_or(Place::Step(number + 1), |layer| Place::Layer(layer + 1));
            let finding = Finding::broken(rule, format!("the history of the image: {found}"));
            findings.push(finding.at(Some(place)).named("secret-history", FIX_HISTORY));
        }
    }
    findings
}

fn sets(text: &str, name: &str) -> bool {
    text.match_indices(name)
        .any(|(at, _)| text[at + name.len()..].starts_with(['=', ' ', '"']))
}

fn files(rule: &Rule, image: &ImageFacts, rules: &SecretRules) -> Vec<Finding> {
    let found = image
        .files
        .secrets()
        .iter()
        .filter(|one| !rules.allows_path(&one.path));
    let finding = |one: &crate::model::image_files::LayerSecret| {
        let gone = match one.gone_in {
            Some(layer) => format!(
                "; layer {} deletes or overwrites it, and it is still in the image",
                layer + 1
            ),
            None => String::new(),
        };
        let line = if one.sighting.line > 1 {
            format!(" line {}", one.sighting.line)
        } else {
            String::new()
        };
        Finding::broken(
            rule,
            format!("/{}{line} is or holds {}{gone}", one.path, one.sighting.kind),
        )
        .at(Some(Place::Layer(one.layer + 1)))
        .named("secret-file", FIX_FILE)
    };
    found.map(finding).collect()
}
