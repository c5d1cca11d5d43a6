//! Secrets in a Dockerfile: variables, arguments, labels, commands, and what a copy brings.

use super::command_words::secret_assignments;
use super::dockerfile_check::DockerfileFacts;
use super::image_secrets::kind_of;
use super::report::Finding;
use super::requirement::{Rule, SecretRules};
use crate::model::dockerfile::{CopyFacts, Named};
use crate::model::secret::{Kind, has_likely_password, has_password, secret_file, secret_name, sightings};

const FIX_ENV: &str = "set it when the container is started";
const FIX_ARG: &str = "a build argument is in the history of the image: use RUN --mount=type=secret,id=…";
const FIX_LABEL: &str = "leave it out";
const FIX_RUN: &str = "read it from a file of RUN --mount=type=secret,id=…";
const FIX_COPY: &str = "leave it out of the copy, and name it in .dockerignore";
const FIX_TEXT: &str = "take it out, and treat it as known to others";

/// A secret on a line.
struct Found {
    line: usize,
    id: &'static str,
    what: String,
    fix: &'static str,
}

/// All of them.
pub(super) fn secrets(rule: &Rule, facts: &DockerfileFacts<'_>, rules: &SecretRules) -> Vec<Finding> {
    let mut found = named(facts, rules);
    found.extend(given(facts, rules));
    for (line, kind) in shapes(facts) {
        // What was told of an instruction is not told again for one of its lines.
        if !found.iter().any(|one| one.line == line) {
            found.push(Found {
                line,
                id: "secret-text",
                what: format!("it holds {kind}"),
                fix: FIX_TEXT,
            });
        }
    }
    if found.is_empty() {
        return vec![Finding::ok(rule)];
    }
    found.sort_by_key(|one| one.line);
    let finding = |one: Found| {
        Finding::broken(rule, one.what)
            .named(one.id, one.fix)
            .on(Some(one.line))
    };
    found.into_iter().map(finding).collect()
}

/// Those with a name: arguments, variables, labels.
fn named(facts: &DockerfileFacts<'_>, rules: &SecretRules) -> Vec<Found> {
    let stage = facts.stage;
    let is_asked = |one: &&Named| !rules.allows_name(&one.name);
    let args = stage.args.iter().filter(is_asked);
    let args = args.filter(|one| secret_name(&one.name) || shape(one).is_some());
    let args = args.map(|one| Found {
        line: one.line,
        id: "secret-arg",
        what: format!("the build argument {} is for a secret", one.name),
        fix: FIX_ARG,
    });
    let env = stage.env.iter().filter(is_asked).filter_map(|one| {
        let kind = kind_of_named(one)?;
        Some(Found {
            line: one.line,
            id: "secret-env",
            what: format!("the variable {} holds {kind}", one.name),
            fix: FIX_ENV,
        })
    });
    let labels = stage.labels.iter().filter(is_asked).filter_map(|one| {
        let kind = kind_of_named(one)?;
        Some(Found {
            line: one.line,
            id: "secret-label",
            what: format!("the label {} holds {kind}", one.name),
            fix: FIX_LABEL,
        })
    });
    args.chain(env).chain(labels).collect()
}

/// Those that commands and copies bring.
fn given(facts: &DockerfileFacts<'_>, rules: &SecretRules) -> Vec<Found> {
    let stage = facts.stage;
    let runs = stage.runs.iter().flat_map(|run| {
        let names = secret_assignments(&run.run.text).into_iter();
        let names = names.filter(|name| !rules.allows_name(name));
        names.map(|name| Found {
            line: run.line,
            id: "secret-run",
            what: format!("it has the value of {name}"),
            fix: FIX_RUN,
        })
    });
    let copies = stage.copies.iter().filter_map(|copy| {
        Some(Found {
            line: copy.line,
            id: "secret-copy",
            what: copied(copy, facts, rules)?,
            fix: FIX_COPY,
        })
    });
    runs.chain(copies).collect()
}

fn shape(one: &Named) -> Option<Kind> {
    let text = one.value.as_ref().or(one.written.as_ref())?;
    sightings(text.look().as_bytes()).first().map(|one| one.kind)
}

/// What a variable or a label holds; one whose value comes from the build holds whatever the build is given.
fn kind_of_named(one: &Named) -> Option<Kind> {
    match &one.value {
        Some(value) => kind_of(&one.name, value),
        None => shape(one).or_else(|| secret_name(&one.name).then_some("a secret by its name")),
    }
}

/// What a copy brings that holds secrets: by the name that it gives, or by what is in the folder of the build.
fn copied(copy: &CopyFacts, facts: &DockerfileFacts<'_>, rules: &SecretRules) -> Option<String> {
    for source in &copy.sources {
        let source = source.look();
        if source.contains("://") {
            if has_password(source) {
                return Some("the URL has a password in it".to_owned());
            }
            continue;
        }
        if rules.allows_path(source) {
            continue;
        }
        if let Some(file) = secret_file(source.trim_end_matches('/')) {
            return Some(format!("{source} is {}", file.kind));
        }
        if is_folder_of_secrets(source) {
            return Some(format!("{source} is a folder of secrets"));
        }
        if let Some(path) = facts
            .context
            .secret_in(source)
            .filter(|path| !rules.allows_path(path))
        {
            return Some(format!("it brings {path} from the folder of the build"));
        }
    }
    None
}

fn is_folder_of_secrets(source: &str) -> bool {
    let last = source
        .trim_end_matches(['/', '*'])
        .trim_end_matches('.')
        .trim_end_matches('/');
    let name = last.rsplit('/').next().unwrap_or_default();
    matches!(
        name,
        ".ssh" | ".aws" | ".gnupg" | ".kube" | "secrets" | "credentials" | ".credentials"
    )
}

/// Secrets that are known by their shape, anywhere in the text, by the first line of their instruction.
fn shapes(facts: &DockerfileFacts<'_>) -> Vec<(usize, Kind)> {
    let text = facts.file.text.look();
    let begins = facts.file.begins();
    let first_line = |line: usize| {
        let begin = begins.iter().copied().filter(|begin| *begin <= line).max();
        begin.unwrap_or(line)
    };
    let in_text = sightings(text.as_bytes())
        .into_iter()
        .map(|one| (one.line, one.kind));
    let urls = text.lines().enumerate().filter(|(_, line)| {
        let is_comment = line.trim_start().starts_with('#');
        if is_comment {
            has_likely_password(line)
        } else {
            has_password(line)
        }
    });
    let mut found: Vec<(usize, Kind)> = in_text
        .chain(urls.map(|(index, _)| (index + 1, "a URL with a password")))
        .map(|(line, kind)| {
            let is_comment = text
                .lines()
                .nth(line - 1)
                .is_some_and(|line| line.trim_start().starts_with('#'));
            (if is_comment { line } else { first_line(line) }, kind)
        })
        .collect();
    found.sort_by_key(|(line, _)| *line);
    found.dedup_by_key(|(line, _)| *line);
    found
}
