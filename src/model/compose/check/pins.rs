//! Whether the pin reaches every service that shares the image, and whether what it names can be had.

use super::line::{CheckLine, Place};
use super::view::{ImageWord, ProjectView, ServiceView};
use super::{CheckRules, ImageFacts};
use crate::model::clean::clean;
use crate::model::compose::interpolate::interpolate;
use crate::model::compose::pinned_ref::{PinnedRef, is_bare_tag};

const PIN: &str = "pin";

/// Whether a service runs the image of the project: through the pin, by its name, or because it is built here.
pub(super) fn shares_image(view: &ProjectView, service: &ServiceView, rules: CheckRules<'_>) -> bool {
    let is_pinned = is_pinned(service, rules);
    let by_name = view
        .image_of(service)
        .is_some_and(|image| is_same_image(&image, rules));
    is_pinned || by_name
}

/// The value of the pin.
pub(super) fn check_env(view: &ProjectView, rules: CheckRules<'_>) -> Vec<CheckLine> {
    let Some((value, place)) = &view.pin else {
        return Vec::new();
    };
    let shown = clean(value);
    let line = if is_bare_tag(value) && value != rules.image.as_str() {
        let fix = match PinnedRef::expand(value, rules.image) {
            Ok(full) => format!("write {}={full}, or: tagboat compose pin {value}", rules.pin),
            Err(_) => format!("write {}={}:TAG", rules.pin, rules.image),
        };
        CheckLine::fail(
            PIN,
            format!("{shown} is a tag alone: Compose reads it as the image {shown}:latest"),
            fix,
        )
    } else if let Err(invalid) = PinnedRef::parse(value) {
        CheckLine::fail(
            PIN,
            format!("{shown} is no image reference with a tag: {}", invalid.rule),
            format!("write {}={}:TAG", rules.pin, rules.image),
        )
    } else {
        CheckLine::ok(PIN, format!("{} is {shown}", rules.pin))
    };
    vec![line.at(place)]
}

/// Where one service gets its image from.
pub(super) fn check_service(
    view: &ProjectView,
    service: &ServiceView,
    rules: CheckRules<'_>,
) -> Vec<CheckLine> {
    let mut found = match (&service.image, &service.build) {
        (None, None) => {
            vec![CheckLine::fail(PIN, "it has neither an image nor a build", fix(rules)).at(&service.place)]
        }
        (Some(_), Some(build)) => vec![
            CheckLine::fail(
                PIN,
                "it has both an image and a build: which of them it gets depends on what is there",
                "remove its build where it is pinned, and its image where it is built",
            )
            .at(build),
        ],
        (None, Some(build)) => {
            let named = view
                .image_of(service)
                .map(|image| format!(" as {}", clean(&image)))
                .unwrap_or_default();
            let why = format!("Compose builds its image{named}, whatever {} says", rules.pin);
            vec![CheckLine::warning(PIN, why, fix(rules)).at(build)]
        }
        (Some(image), None) => reach(view, service, image, rules),
    };
    if let Some(image) = service
        .image
        .as_ref()
        .filter(|_| shares_image(view, service, rules))
    {
        found.extend(pulled(service, image, rules));
    }
    found.into_iter().map(|line| line.of(&service.name)).collect()
}

/// Whether the pin reaches it.
fn reach(
    view: &ProjectView,
    service: &ServiceView,
    image: &ImageWord,
    rules: CheckRules<'_>,
) -> Vec<CheckLine> {
    let resolved = clean(&image.resolved);
    let line = if is_pinned(service, rules) {
        let from_env = view.pin.is_some();
        if is_bare_tag(&image.resolved) && !from_env {
            CheckLine::fail(
                PIN,
                format!(
                    "the default of its image, {resolved}, is a tag alone: Compose reads it as {resolved}:latest"
                ),
                format!("write `image: ${{{}:-{}:{resolved}}}`", rules.pin, rules.image),
            )
        } else {
            CheckLine::ok(PIN, format!("{} gives it {resolved}", rules.pin))
        }
    } else if !shares_image(view, service, rules) {
        return look_alike(view, image, rules);
    } else {
        let why = match variable(image) {
            Some(other) => format!("it takes its image from ${other} and not from {}", rules.pin),
            None => format!(
                "its image is written out as {resolved}: {} does not reach it",
                rules.pin
            ),
        };
        let fix = format!("write `image: ${{{}:-{resolved}}}`", rules.pin);
        CheckLine::fail(PIN, why, fix)
    };
    let mut found = vec![line.at(&image.place)];
    if !is_bare_tag(&image.resolved) && is_floating(&image.resolved) {
        found.push(
            CheckLine::warning(
                "floating",
                format!("{resolved} is another image tomorrow"),
                format!("name a version, such as {}:v1.2.3", rules.image),
            )
            .at(&image.place),
        );
    }
    found
}

/// An image of another name that may be the same one.
fn look_alike(view: &ProjectView, image: &ImageWord, rules: CheckRules<'_>) -> Vec<CheckLine> {
    let ids = |reference: &str| Some(&rules.images?.get(reference)?.id);
    let mine = ids(&image.resolved);
    let same = view.services.iter().find(|other| {
        let theirs = other.image.as_ref().filter(|_| is_pinned(other, rules));
        theirs.is_some_and(|theirs| mine.is_some() && mine == ids(&theirs.resolved))
    });
    let begins = format!("{}-", flat(rules.image.as_str()));
    let line = match same {
        Some(other) => CheckLine::fail(
            PIN,
            format!(
                "{} is the image of {} under another name, which {} does not reach",
                clean(&image.resolved),
                other.name,
                rules.pin
            ),
            fix(rules),
        ),
        None if flat(repository(&image.resolved)).starts_with(&begins) => CheckLine::warning(
            PIN,
            format!(
                "{} looks like {} under another name",
                clean(&image.resolved),
                rules.image
            ),
            format!("if it is the same image, {}", fix(rules)),
        ),
        None => return Vec::new(),
    };
    vec![line.at(&image.place)]
}

/// Whether what it names can be had, and stays what it is.
fn pulled(service: &ServiceView, image: &ImageWord, rules: CheckRules<'_>) -> Vec<CheckLine> {
    let Some(images) = rules.images else {
        return Vec::new();
    };
    let policy = service.pull_policy.as_ref();
    let word = policy.map(|(policy, _)| policy.as_str());
    let place = policy.map_or(&image.place, |(_, place)| place);
    let resolved = clean(&image.resolved);
    let found = match (images.get(&image.resolved), word) {
        (None, Some("never")) => Some(CheckLine::warning(
            "pull",
            format!("{resolved} is not there, and `pull_policy: never` does not let it be pulled"),
            "push it there before the next `up`",
        )),
        // By a digest, engines look for what a registry gave them and for nothing else.
        (None, _) if image.resolved.contains('@') => loaded_under_tag(images, image).then(|| {
            CheckLine::fail(
                "pull",
                format!("{resolved} came without a registry: the engine does not know its digest and would ask the registry"),
                "pin it by its tag alone, with `pull_policy: never`",
            )
        }),
        (Some(facts), policy) if facts.repo_digests.is_empty() => Some(stays(&resolved, policy)),
        _ => None,
    };
    found.into_iter().map(|line| line.at(place)).collect()
}

/// Whether a loaded image stays what it is under this policy.
fn stays(resolved: &str, policy: Option<&str>) -> CheckLine {
    let fix = "write `pull_policy: never`";
    match policy {
        Some("never") => CheckLine::ok("pull", "nothing is pulled in its place"),
        None | Some("missing" | "if_not_present") => CheckLine::warning(
            "pull",
            format!("{resolved} came without a registry; once it is gone, `up` asks a registry for it"),
            fix,
        ),
        Some(policy) => CheckLine::fail(
            "pull",
            format!(
                "{resolved} came without a registry, and `pull_policy: {}` would replace it",
                clean(policy)
            ),
            fix,
        ),
    }
}

fn loaded_under_tag(images: &std::collections::BTreeMap<String, ImageFacts>, image: &ImageWord) -> bool {
    let tag = image.resolved.split('@').next().unwrap_or_default();
    images.get(tag).is_some_and(|facts| facts.repo_digests.is_empty())
}

/// How many names the one image has.
pub(super) fn check_names(view: &ProjectView, rules: CheckRules<'_>) -> Vec<CheckLine> {
    let shared = view.services.iter().filter(|one| shares_image(view, one, rules));
    let mut names: Vec<String> = shared.filter_map(|one| view.image_of(one)).collect();
    names.extend(view.pin.iter().map(|(value, _)| value.clone()));
    let mut names: Vec<String> = names
        .iter()
        .filter(|name| !is_bare_tag(name) || is_same_image(name, rules))
        .map(|name| clean(repository(name)))
        .collect();
    names.sort();
    names.dedup();
    if names.len() < 2 {
        return Vec::new();
    }
    let line = CheckLine::fail(
        "names",
        format!("one image has {} names: {}", names.len(), names.join(", ")),
        format!(
            "call it {} everywhere; `docker tag` gives it that name",
            rules.image
        ),
    );
    vec![match view.services.first() {
        Some(service) => line.at(&Place {
            line: 0,
            ..service.place.clone()
        }),
        None => line,
    }]
}

fn fix(rules: CheckRules<'_>) -> String {
    format!("write `image: ${{{}:-{}:TAG}}`", rules.pin, rules.image)
}

/// What Compose makes of another pin tells; where it was not asked, what is written.
fn is_pinned(service: &ServiceView, rules: CheckRules<'_>) -> bool {
    service.follows.unwrap_or_else(|| {
        let written = service.image.as_ref().map(names_in).unwrap_or_default();
        written.iter().any(|name| name == rules.pin.as_str())
    })
}

/// The variable that an image comes from.
fn variable(image: &ImageWord) -> Option<String> {
    names_in(image).into_iter().next()
}

fn names_in(image: &ImageWord) -> Vec<String> {
    interpolate(&image.written, &|_| None).names
}

/// The name without tag and digest.
fn repository(reference: &str) -> &str {
    let name = reference.split('@').next().unwrap_or_default();
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}

fn is_floating(reference: &str) -> bool {
    let name = reference.split('@').next().unwrap_or_default();
    let is_pinned = reference.contains('@');
    !is_pinned && (name.ends_with(":latest") || repository(name) == name)
}

/// One image goes by `ghcr.io/disinto/agents`, `disinto/agents` and `disinto-agents` (research/seeds.md 2.2).
fn is_same_image(reference: &str, rules: CheckRules<'_>) -> bool {
    flat(repository(reference)) == flat(rules.image.as_str())
}

fn flat(name: &str) -> String {
    let path = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => rest,
        _ => name,
    };
    path.replace('/', "-")
}
