//! From a key to a change of the source: what is wanted is typed, the engine looks at what it needs, and its plan is shown.

use super::super::action::one_image;
use super::plan::open;
use crate::model::command::Command;
use crate::model::console::{Action, Dirty, Effect, LineInput, Overlay, PlanDialog, RowId, Screen, State};
use crate::model::failure::Refusal;
use crate::model::names::{ImageName, ImageRef, RegistryRepository, RegistryTag};
use crate::model::plan::{
    BuildWish, ContextFrom, Drafted, Made, Plan, PublishIntent, ReleaseWish, SourceWish,
};

/// Begins it: a publication needs no word, the others get the palette with what is known put in.
pub(super) fn begin(state: &mut State, action: Action) -> Vec<Effect> {
    let targets = state.targets();
    let reference = match targets.as_slice() {
        [RowId::Image(reference)] if state.screen_of_targets() == Screen::Images => Some(reference.clone()),
        _ => None,
    };
    let word = match action {
        Action::Publish => {
            let chosen = one_image(&targets, "publish").ok().cloned();
            return chosen.map_or_else(Vec::new, |reference| publish(state, reference, None));
        }
        Action::Release => "release",
        _ => "build",
    };
    let image = reference
        .as_ref()
        .map(|reference| reference.image.clone())
        .or_else(|| {
            state
                .fleet
                .hosts()
                .next()
                .map(|host| host.settings.profile.image.clone())
        });
    // The operator changes the tag of what is pointed at: the next version is like the last one.
    let tag = reference.map_or_else(String::new, |reference| reference.tag.to_string());
    let image = image.unwrap_or_else(ImageName::convocate);
    let folder = last_folder(state, &image).unwrap_or_default();
    let mut input = LineInput::holding(&format!("{word} {image}:{tag}"));
    if !folder.is_empty() {
        // The cursor stays at the tag.
        let back = folder.chars().count() + 1;
        input = LineInput::holding(&format!("{word} {image}:{tag} {folder}"));
        for _ in 0..back {
            input.edit(crate::model::console::Edit::Left);
        }
    }
    state.overlays.push(Overlay::Palette { input, cursor: 0 });
    Vec::new()
}

/// The directory that an image was built from last.
fn last_folder(state: &State, image: &ImageName) -> Option<String> {
    state.jobs.values().rev().find_map(|job| {
        let build = match &job.plan {
            Plan::Build(build) => build,
            Plan::Release(release) => match &release.made {
                Made::Built(build) => build,
                Made::There(_) => return None,
            },
            _ => return None,
        };
        match &build.context.origin {
            ContextFrom::Directory(path) if build.reference.image == *image => Some(path.clone()),
            _ => None,
        }
    })
}

/// Does what the palette was told: `build`, `release` or `publish`, of this, with these words.
pub(super) fn obey(
    state: &mut State,
    word: &str,
    reference: ImageRef,
    rest: &[String],
) -> Result<Vec<Effect>, String> {
    let more = match rest {
        [] => None,
        [one] => Some(one.clone()),
        _ => return Err("after the tag only one word can be said".to_owned()),
    };
    if word == "publish" {
        let repository = more.map(|text| RegistryRepository::parse(&text).map_err(|e| e.to_string()));
        return Ok(publish(state, reference, repository.transpose()?));
    }
    let build = BuildWish::usual(
        reference,
        more.map_or(ContextFrom::Embedded, ContextFrom::Directory),
    );
    if word == "build" {
        let replace_tag = false;
        return Ok(ask(state, SourceWish::Build { build, replace_tag }));
    }
    Ok(release(state, build))
}

/// A release as the config says what is to be of the image.
fn release(state: &mut State, build: BuildWish) -> Vec<Effect> {
    let reference = build.reference.clone();
    let contract = state.fleet.contracts_of(&reference.image).into_iter().next();
    let contract = contract.map(str::to_owned);
    let to = repository(state, &reference).map(|repository| repository.with_tag(reference.tag.clone()));
    let wish = ReleaseWish {
        build,
        version_from: None,
        allow_dirty: false,
        contract,
        allow_failing: false,
        to,
    };
    ask(state, SourceWish::Release(Box::new(wish)))
}

fn publish(state: &mut State, reference: ImageRef, named: Option<RegistryRepository>) -> Vec<Effect> {
    let Some(repository) = named.or_else(|| repository(state, &reference)) else {
        let refusal = Refusal::of_plan(
            format!("where {} is published is not known", reference.image),
            format!(
                "write `publish {reference} REPOSITORY` into the palette, or `publish` in [[images]] of the config"
            ),
        );
        refuse(state, format!("publish {reference}"), refusal);
        return Vec::new();
    };
    let to: RegistryTag = repository.with_tag(reference.tag.clone());
    let replace_tag = false;
    ask(
        state,
        SourceWish::Publish(PublishIntent {
            reference,
            to,
            replace_tag,
        }),
    )
}

/// Where an image is published, as the config says it, or as its own name does.
fn repository(state: &State, reference: &ImageRef) -> Option<RegistryRepository> {
    let mut profiles = state.fleet.hosts().map(|host| &host.settings.profile);
    profiles
        .find(|profile| profile.image == reference.image)
        .and_then(|profile| profile.registry.clone())
        .or_else(|| RegistryRepository::of_image(&reference.image))
}

fn refuse(state: &mut State, what: String, refusal: Refusal) {
    state.overlays.push(Overlay::Refused {
        what,
        refusal,
        push: None,
    });
}

/// Has the engine plan it, and shows that it does.
fn ask(state: &mut State, wish: SourceWish) -> Vec<Effect> {
    state.overlays.push(Overlay::Drafting(Box::new(wish.clone())));
    vec![Effect::Engine(Command::Draft(Box::new(wish)))]
}

/// Shows the plan where its wish was shown. Who closed that does not want it any more.
pub(super) fn drafted(state: &mut State, drafted: Drafted) {
    let is_it = |overlay: &Overlay| matches!(overlay, Overlay::Drafting(wish) if **wish == drafted.wish);
    if !state.overlays.last().is_some_and(is_it) {
        return;
    }
    state.overlays.pop();
    state.touch(Dirty::Normal);
    match drafted.plan {
        Ok(plan) => {
            // What is asked of hosts belongs to restarts; none of these is one.
            let _ = open(state, PlanDialog::new(plan, state.clock.now));
            // It was named, not marked: what is marked stays so.
            if let Some(Overlay::Plan(dialog)) = state.overlays.last_mut() {
                dialog.marks.clear();
            }
        }
        Err(refusal) => refuse(state, drafted.wish.to_string(), refusal),
    }
}
