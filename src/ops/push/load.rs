//! The steps `load`, `confirm` and `clean up`: into the engine under a staging tag, proven, and only then under its own.

use super::attempt::Attempt;
use super::compare::is_same;
use super::context::{Arrived, Push, patience};
use super::load_early::EarlyLoad;
use super::rebuild::rebuild;
use super::scripts::{DISCARD, LOAD};
use super::shipment::{Shipment, Way};
use crate::model::fleet::Privilege;
use crate::model::names::{ImageId, ImageRef};
use crate::model::plan::Mode;
use crate::ops::export::{Codec, Wrapping};
use crate::ops::ports::{ImageDetails, ScriptCall, ScriptOutput, ShellError};
use crate::ops::report::{Outcome, StepError};
use std::time::Duration;
use tokio::time::timeout;

/// Containerd stores of Engine 27 and later say so and still end with 0 (research/transfer.md section 4.2).
const UNPACK_TROUBLE: &str = "Error unpacking image";

/// How every engine tells a full disk.
const NO_SPACE: &str = "no space left";

/// How `push-load.sh` tells an archive that changed after it was verified.
const NOT_UNPACKED: &str = "could not unpack";

/// Unpacking writes every byte at least twice, on a busy host.
const LOAD_FACTOR: u64 = 8;

/// Why a load did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The engine misses a layer that was not sent: with more of them it may work.
    Layers,
    /// Anything else.
    Host,
}

/// What a message of `docker load` tells of a partial archive: a classic store opens the file of a layer that it lacks, a
/// containerd store does not find its blob (research/transfer.md section 4).
pub(super) fn trouble(why: &str) -> Trouble {
    let of_layers = [
        "no such file or directory",
        "not found",
        "does not exist",
        "failed to unpack",
        "layer tarfiles are missing",
        UNPACK_TROUBLE,
    ];
    if !why.contains(NO_SPACE) && of_layers.iter().any(|text| why.contains(text)) {
        Trouble::Layers
    } else {
        Trouble::Host
    }
}

/// The line in which an engine that ends with 0 says that it did not unpack what it loaded.
pub(super) fn unpack_trouble(said: &str) -> Option<&str> {
    said.lines().find(|line| line.contains(UNPACK_TROUBLE))
}

/// Loads what arrived under the staging tag. What a helper needs beside it is sent first, and counted in `sent`.
pub(super) async fn load(
    push: &Push<'_>,
    shipment: &Shipment,
    arrived: &Arrived,
    early: Option<EarlyLoad<'_>>,
    sent: &mut u64,
) -> Result<Outcome<Attempt<()>>, StepError> {
    let loaded = match (&shipment.way, shipment.parcel.wrapping()) {
        (Way::Delta(base), _) => rebuild(push, arrived, base, sent).await,
        (way, Wrapping::Archive(codec)) => {
            let begun = match early {
                Some(early) => early.finish(&arrived.file).await,
                None => None,
            };
            let ended = match begun {
                // A containerd store may have kept pieces of an earlier try that were wrong; it has done away with them by now.
                Some(Ok(output)) if output.code != 0 => load_staged(push, arrived, codec).await,
                Some(ended) => ended,
                None => load_staged(push, arrived, codec).await,
            };
            judge(push, arrived, ended, matches!(way, Way::Layers))
        }
        (_, Wrapping::Recipe) => Ok(Outcome::refused("a recipe needs a helper")),
    };
    let has_loaded = matches!(&loaded, Ok(outcome) if *outcome.value() == Attempt::Went(()));
    if !has_loaded {
        drop_staging_tag(push, &arrived.facts.contents.staging).await;
    }
    loaded
}

async fn load_staged(push: &Push<'_>, archive: &Arrived, codec: Codec) -> Result<ScriptOutput, ShellError> {
    let arguments = [
        push.link.profile().paths.docker_socket.clone(),
        archive.file.clone(),
        codec.word().to_owned(),
    ];
    let mut call = ScriptCall::question(LOAD, arguments)
        .within(load_patience(push))
        .until(push.reporter.cancel());
    call.as_root = push.link.privilege == Privilege::Sudo;
    push.link.shell.run(call).await
}

/// What the engine made of an archive.
fn judge(
    push: &Push<'_>,
    archive: &Arrived,
    loaded: Result<ScriptOutput, ShellError>,
    is_partial: bool,
) -> Result<Outcome<Attempt<()>>, StepError> {
    let loaded = loaded.map_err(|error| push.shell_failed(&error, not_tagged(push, archive)))?;
    let why = match loaded.success() {
        Ok(said) => match unpack_trouble(&said) {
            None => return Ok(Outcome::done(Attempt::Went(()))),
            Some(line) => line.to_owned(),
        },
        Err(why) => why,
    };
    if is_partial && trouble(&why) == Trouble::Layers {
        Ok(Outcome::refused(why))
    } else {
        Err(load_failed(push, archive, &why))
    }
}

/// How long a load may take.
pub(super) fn load_patience(push: &Push<'_>) -> Duration {
    patience(push.plan.image.size.saturating_mul(LOAD_FACTOR))
}

pub(super) fn load_failed(push: &Push<'_>, archive: &Arrived, why: &str) -> StepError {
    let mend = if why.contains(NO_SPACE) {
        "prune old tags there or free space for the engine"
    } else if why.contains(NOT_UNPACKED) {
        "look at the disk of the staging directory there"
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
pub(super) fn not_tagged(push: &Push<'_>, archive: &Arrived) -> String {
    format!(
        "{} was not touched there; what was sent stays at {}; {}.",
        push.plan.reference,
        archive.file,
        push.still()
    )
}

/// A failed load can leave the staging tag on an image that cannot run. Only that tag is taken back, and a host that went
/// away keeps nobody waiting for it.
pub(super) async fn drop_staging_tag(push: &Push<'_>, staging: &ImageRef) {
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
pub(super) async fn confirm(
    push: &Push<'_>,
    mode: Mode,
    archive: &Arrived,
) -> Result<Outcome<Attempt<ImageId>>, StepError> {
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
    let is_complete = push.link.engine.is_complete(&staging.to_string()).await;
    if is_complete.map_err(failed)? == Some(false) && mode != Mode::Full {
        drop_staging_tag(push, staging).await;
        return Ok(Outcome::refused("the host's store has not got every layer whole"));
    }
    let outcome = give_tag(push, &loaded.id, staging.to_string(), state()).await;
    drop_staging_tag(push, staging).await;
    Ok(outcome?.map(Attempt::Went))
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
    // A console that slept longer than its lease is good for may come back when another one has pushed to the host.
    let there = engine.image(&reference.to_string()).await.map_err(failed)?;
    if let Some(there) = there.filter(|there| !is_same(there, &push.plan.image.content))
        && !push.plan.replace_tag
    {
        let cause = format!(
            "{reference} names another image there by now ({})",
            there.id.short()
        );
        let advice = format!(
            "push under a new tag, or move this one with {} --replace-tag",
            push.again()
        );
        return Err(StepError::trouble(cause, state, advice));
    }
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

/// Removes what was staged. The push has succeeded by then; a file that stays is told.
pub(super) async fn clean_up(push: &Push<'_>, archive: &Arrived) -> Result<Outcome<()>, StepError> {
    Ok(match discard(push, archive).await {
        None => Outcome::done(()),
        Some(why) => Outcome::noted((), format!("{} stays there: {why}", archive.file)),
    })
}

/// Removes what was staged; tells why it stays, if it does.
pub(super) async fn discard(push: &Push<'_>, archive: &Arrived) -> Option<String> {
    let call = ScriptCall::question(DISCARD, archive.files());
    match push.link.shell.run(call).await {
        Ok(output) => output.success().err(),
        Err(error) => Some(error.to_string()),
    }
}
