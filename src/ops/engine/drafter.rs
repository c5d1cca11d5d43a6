//! Looks at what a change of the source needs, beside the actor, and plans it: contexts, builders, the source engine, registries.

use super::workshop::Workshop;
use crate::model::contract::Contract;
use crate::model::event::Event;
use crate::model::failure::Refusal;
use crate::model::fleet::RegistryLook;
use crate::model::names::{ImageRef, RegistryTag, Tag};
use crate::model::plan::{
    BuildIntent, BuildWish, ContextFrom, Drafted, Plan, ProjectState, ReleaseContract, ReleaseIntent,
    ReleaseWish, SourceWish, plan_build, plan_publish, plan_release,
};
use crate::ops::build::{BadProject, built_image, draft_build, project_state, tag_there};
use crate::ops::export::Exports;
use crate::ops::ports::EngineError;
use crate::ops::report::StepError;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How long a front end waits for a plan: a context of many gigabytes is read once for it.
const IN_ALL: Duration = Duration::from_mins(10);

/// How long it waits for a registry: that may want to be left alone for a moment.
const OF_REGISTRY: Duration = Duration::from_secs(90);

/// Plans what is wanted, and tells the plan, or why there is none.
pub(super) async fn tell_draft(workshop: Arc<Workshop>, events: mpsc::Sender<Event>, wish: SourceWish) {
    let plan = match timeout(IN_ALL, planned(&workshop, wish.clone())).await {
        Ok(plan) => plan,
        Err(_) => Err(Refusal::of_plan(
            format!(
                "what it needs was not looked at within {} minutes",
                IN_ALL.as_secs() / 60
            ),
            "look at the disk and the source engine, then try again",
        )),
    };
    let told = Event::Drafted(Box::new(Drafted { wish, plan }));
    if events.send(told).await.is_err() {
        tracing::debug!("nobody wants the plan any more");
    }
}

async fn planned(workshop: &Workshop, wish: SourceWish) -> Result<Plan, Refusal> {
    let exports = workshop.exports().await.map_err(|error| match error {
        StepError::Trouble(trouble) => Refusal::of_plan(trouble.cause, trouble.advice),
        StepError::Cancelled(state) => Refusal::of_plan(state, "try again"),
    })?;
    match wish {
        SourceWish::Build { build, replace_tag } => {
            let intent = build_intent(workshop, exports, build, replace_tag).await?;
            plan_build(&intent).map(Plan::Build)
        }
        SourceWish::Release(wish) => release(workshop, exports, *wish).await,
        SourceWish::Publish(intent) => {
            let look = look(workshop, exports, &intent.reference, &intent.to).await;
            plan_publish(&intent, &look).map(Plan::Publish)
        }
    }
}

async fn build_intent(
    workshop: &Workshop,
    exports: &Exports,
    wish: BuildWish,
    replace_tag: bool,
) -> Result<BuildIntent, Refusal> {
    let draft = draft_build(wish, workshop.clock.now()).await;
    let draft = draft.map_err(|error| Refusal::of_plan(error.to_string(), error.advice()))?;
    let engine = exports.source();
    let facts = engine.facts().await.map_err(|error| away(&error))?;
    let there = tag_there(engine, &draft.reference)
        .await
        .map_err(|error| away(&error))?;
    Ok(draft.intent(replace_tag, (facts.platform, there)))
}

async fn release(workshop: &Workshop, exports: &Exports, wish: ReleaseWish) -> Result<Plan, Refusal> {
    let reference = wish.build.reference.clone();
    let build = build_intent(workshop, exports, wish.build, false).await?;
    let project = project(
        build.context.origin.clone(),
        wish.version_from,
        reference.tag.clone(),
    )
    .await?;
    let before = built_image(exports.source(), &reference).await;
    let look = match &wish.to {
        Some(to) => Some(look(workshop, exports, &reference, to).await),
        None => None,
    };
    let contract = match wish.contract {
        Some(name) => Some(ReleaseContract {
            contract: contract(workshop, name).await?,
            allow_failing: wish.allow_failing,
        }),
        None => None,
    };
    let intent = ReleaseIntent {
        build,
        built: before.map_err(|error| away(&error))?,
        project,
        allow_dirty: wish.allow_dirty,
        contract,
        to: wish.to,
    };
    plan_release(&intent, look.as_ref()).map(Plan::Release)
}

async fn project(origin: ContextFrom, file: Option<String>, version: Tag) -> Result<ProjectState, Refusal> {
    let file = file.map(PathBuf::from);
    let looked = spawn_blocking(move || project_state(&origin, file.as_deref(), &version)).await;
    let looked = looked.map_err(|error| Refusal::of_plan(error.to_string(), "try again"))?;
    looked.map_err(|error| {
        let next = match &error {
            BadProject::NoFile(_) => {
                "write the version into a VERSION file there, or name the file that says it with --version-from"
            }
            BadProject::NoVersion { .. } => "write the version there, or name another file with --version-from",
        };
        Refusal::of_plan(error.to_string(), next)
    })
}

async fn contract(workshop: &Workshop, name: String) -> Result<Contract, Refusal> {
    let checker = workshop.kept.checker.clone();
    let used = spawn_blocking(move || checker.contract(&name)).await;
    let used = used.map_err(|error| Refusal::of_plan(error.to_string(), "try again"))?;
    used.map(|used| used.contract)
        .map_err(|error| Refusal::of_plan(error.to_string(), error.advice))
}

async fn look(
    workshop: &Workshop,
    exports: &Exports,
    reference: &ImageRef,
    to: &RegistryTag,
) -> RegistryLook {
    let eyes = workshop.eyes(exports);
    timeout(OF_REGISTRY, eyes.look(reference, to))
        .await
        .unwrap_or_else(|_| RegistryLook {
            reference: reference.clone(),
            image: None,
            to: to.clone(),
            name_here: None,
            there: Err(Refusal::of_plan(
                format!(
                    "{} did not answer within {} s",
                    to.repository.registry(),
                    OF_REGISTRY.as_secs()
                ),
                "run it again when it does",
            )),
        })
}

fn away(error: &EngineError) -> Refusal {
    Refusal::of_plan(
        format!("the source engine cannot be asked: {error}"),
        "start Docker here, or point DOCKER_HOST at the engine that is to build",
    )
}
