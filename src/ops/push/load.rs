//! The steps `load`, `confirm` and `clean up`: into the engine under a staging tag, proven, and only then under its own.

use super::compare::is_same;
use super::context::{Arrived, Push, patience};
use super::scripts::{DISCARD, LOAD};
use crate::model::fleet::Privilege;
use crate::model::names::{ImageId, ImageRef};
use crate::ops::ports::{ImageDetails, ScriptCall};
use crate::ops::report::{Outcome, StepError};
use tokio::time::timeout;

/// Containerd stores of Engine 27 and later say so and still end with 0 (research/transfer.md section 4.2).
const UNPACK_TROUBLE: &str = "Error unpacking image";

/// Unpacking writes every byte at least twice, on a busy host.
const LOAD_FACTOR: u64 = 8;

/// Loads the staged archive under the staging tag.
pub(super) async fn load(push: &Push<'_>, archive: &Arrived) -> Result<Outcome<()>, StepError> {
    let arguments = [
        push.link.profile().paths.docker_socket.clone(),
        archive.file.clone(),
        archive.codec.word().to_owned(),
    ];
    let mut call = ScriptCall::question(LOAD, arguments)
        .within(patience(push.plan.image.size.saturating_mul(LOAD_FACTOR)))
        .until(push.reporter.cancel());
    call.as_root = push.link.privilege == Privilege::Sudo;
    let loaded = push.link.shell.run(call).await;
    let error = match loaded {
        Err(error) => push.shell_failed(&error, not_tagged(push, archive)),
        Ok(output) => match output.success() {
            Ok(said) => match said.lines().find(|line| line.contains(UNPACK_TROUBLE)) {
                None => return Ok(Outcome::done(())),
                Some(line) => load_failed(push, archive, line),
            },
            Err(why) => load_failed(push, archive, &why),
        },
    };
    drop_staging_tag(push, &archive.facts.contents.staging).await;
    Err(error)
}

fn load_failed(push: &Push<'_>, archive: &Arrived, why: &str) -> StepError {
    let mend = if why.contains("no space left") {
        "prune old tags there or free space for the engine"
    } else {
        "look at the engine there"
    };
    StepError::trouble(
        why,
        not_tagged(push, archive),
        format!("{mend}, then {}", push.again()),
    )
}

/// The state after a load that cannot be used.
fn not_tagged(push: &Push<'_>, archive: &Arrived) -> String {
    format!(
        "{} was not touched there; the archive stays at {}; {}.",
        push.plan.reference,
        archive.file,
        push.still()
    )
}

/// A failed load can leave the staging tag on an image that cannot run. Only that tag is taken back, and a host that went
/// away keeps nobody waiting for it.
async fn drop_staging_tag(push: &Push<'_>, staging: &ImageRef) {
    let name = staging.to_string();
    let removal = push.link.engine.remove_image(&name);
    let trouble = match timeout(ScriptCall::QUESTION, removal).await {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer".to_owned(),
    };
    push.reporter
        .log(format!("the tag {staging} could not be removed: {trouble}"))
        .await;
}

/// What was loaded is the image that was sent; then it gets its tag. Gives the id that the host's engine has for it.
pub(super) async fn confirm(push: &Push<'_>, archive: &Arrived) -> Result<Outcome<ImageId>, StepError> {
    let staging = &archive.facts.contents.staging;
    let state = || not_tagged(push, archive);
    let failed = |error| push.engine_failed(&error, state());
    let loaded = push
        .link
        .engine
        .image(&staging.to_string())
        .await
        .map_err(failed)?;
    let Some(loaded) = loaded else {
        let cause = format!("the engine loaded the archive, but has no {staging}");
        return Err(StepError::passing(cause, state(), push.again()));
    };
    if let Err(difference) = compare(push, archive, &loaded) {
        drop_staging_tag(push, staging).await;
        let advice = format!(
            "look at the image here and at the engine there, then {}",
            push.again()
        );
        return Err(StepError::trouble(difference, state(), advice));
    }
    let outcome = give_tag(push, &loaded.id, staging.to_string(), state()).await?;
    drop_staging_tag(push, staging).await;
    Ok(outcome)
}

fn compare(push: &Push<'_>, archive: &Arrived, loaded: &ImageDetails) -> Result<(), String> {
    let contents = &archive.facts.contents;
    if loaded.layers != push.plan.image.layers {
        return Err("the loaded image has other layers than the one that was sent".to_owned());
    }
    if ![&contents.config, &contents.manifest].contains(&&loaded.id.0) {
        return Err(format!(
            "the loaded image is {}, expected {} or {}",
            loaded.id, contents.config, contents.manifest
        ));
    }
    if !is_same(loaded, &push.plan.image.content) {
        return Err("the loaded image has another config than the one that was sent".to_owned());
    }
    Ok(())
}

/// Gives an image that the host has its tag, and looks whether the tag names it.
pub(super) async fn give_tag(
    push: &Push<'_>,
    id: &ImageId,
    source: String,
    state: String,
) -> Result<Outcome<ImageId>, StepError> {
    let (engine, reference) = (&push.link.engine, &push.plan.reference);
    let failed = |error| push.engine_failed(&error, state.clone());
    engine.tag(&source, reference).await.map_err(failed)?;
    let tagged = engine.image(&reference.to_string()).await.map_err(failed)?;
    match tagged {
        Some(tagged) if tagged.id == *id => Ok(Outcome::noted(
            tagged.id,
            format!("{} is {}", reference, id.short()),
        )),
        Some(other) => Err(StepError::trouble(
            format!(
                "{reference} names {} right after it was given to {}",
                other.id.short(),
                id.short()
            ),
            state,
            format!("see who else pushes to this host, then {}", push.again()),
        )),
        None => Err(StepError::trouble(
            format!("{reference} was removed right after it was given"),
            state,
            format!("see who prunes this host, then {}", push.again()),
        )),
    }
}

/// Removes the staged archive. The push has succeeded by then; a file that stays is told.
pub(super) async fn clean_up(push: &Push<'_>, archive: &Arrived) -> Result<Outcome<()>, StepError> {
    let call = ScriptCall::question(DISCARD, [archive.part.clone(), archive.file.clone()]);
    let outcome = push.link.shell.run(call).await;
    let trouble = match outcome {
        Ok(output) => output.success().err(),
        Err(error) => Some(error.to_string()),
    };
    Ok(match trouble {
        None => Outcome::done(()),
        Some(why) => Outcome::noted((), format!("{} stays there: {why}", archive.file)),
    })
}
