//! The steps `check` and `compare`: the image here is still the planned one, and what the host needs of it.

use super::context::Push;
use super::contract_gate;
use super::inventory::inventory;
use super::load;
use super::scripts::ROOM;
use super::send::export_failed;
use super::ways::Lack;
use crate::model::amount::bytes;
use crate::model::fleet::ContentId;
use crate::model::names::ImageId;
use crate::model::plan::{HeldLayers, Presence, missing};
use crate::ops::activate;
use crate::ops::export::{Codec, staging_reference};
use crate::ops::helper::Helper;
use crate::ops::ports::{ImageDetails, ScriptCall};
use crate::ops::report::{Outcome, StepError};
use crate::ops::stamp;
use std::collections::BTreeSet;

/// What a host needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Need {
    /// The image, of which it lacks this.
    Image(Lack),
    /// Only the tag: it has the image under this id.
    Tag(ImageId),
    /// Nothing: the tag names the image already.
    Nothing(ImageId),
}

/// Bytes that a host needs free beyond what arrives, as in the plan (`model::plan::push`).
pub(super) const HEADROOM: u64 = 64 << 20;

/// The image at the source is what it was when the plan was made, and what the host asks for.
pub(super) async fn check(push: &Push<'_>) -> Result<Outcome<()>, StepError> {
    let (plan, source) = (push.plan, push.exports.source());
    let now = source.image(&plan.reference.to_string()).await;
    let now = now.map_err(|error| push.engine_failed(&error, push.nothing_sent()))?;
    match now {
        Some(image) if image.id == plan.image.id && is_same(&image, &plan.image.content) => {
            let mut note = format!("{} here, {}", image.id.short(), bytes(image.size));
            let said = contract_gate::pass(push).await?;
            note.extend(said.map(|said| format!("; {said}")));
            Ok(Outcome::noted((), note))
        }
        Some(image) => Err(push.refuse(
            format!(
                "{} changed here since the plan was made: it was {} and is {}",
                plan.reference,
                plan.image.id.short(),
                image.id.short()
            ),
            "look at the image",
        )),
        None => Err(push.refuse(
            format!("{} is not here any more", plan.reference),
            "build or tag it again",
        )),
    }
}

/// What the host has now; and that it can take, load and stamp the image, before a byte is sent.
pub(super) async fn compare(push: &Push<'_>) -> Result<Outcome<Need>, StepError> {
    if let Some(found) = names(push).await? {
        return Ok(found);
    }
    let lack = lack(push).await?;
    let note = lack.told();
    Ok(Outcome::noted(Need::Image(lack), note))
}

/// The same for a host that pulls: none where it lacks the image, whatever it has of it.
pub(super) async fn compare_names(push: &Push<'_>) -> Result<Outcome<Option<Need>>, StepError> {
    match names(push).await? {
        Some(found) => Ok(found.map(Some)),
        None => Ok(Outcome::noted(None, "the host lacks it")),
    }
}

/// Whether the host has the image, under its tag or another one; and that its stamp is what it was.
async fn names(push: &Push<'_>) -> Result<Option<Outcome<Need>>, StepError> {
    let unsent =
        |error: &_| activate::failed(error, &push.nothing_sent(), &push.nothing_sent(), &push.again());
    stamp::look_unchanged(push.link, &push.target.before, &push.plan.reference)
        .await
        .map_err(|error| unsent(&error))?;
    let engine = &push.link.engine;
    let failed = |error| push.engine_failed(&error, push.nothing_sent());
    let (reference, content) = (&push.plan.reference, &push.plan.image.content);
    match engine.image(&reference.to_string()).await.map_err(failed)? {
        Some(there) if is_same(&there, content) => {
            return Ok(Some(Outcome::noted(
                Need::Nothing(there.id),
                "the host has it under this tag",
            )));
        }
        Some(there) if !push.plan.replace_tag => {
            return Err(push.refuse(
                format!("{reference} names another image there ({})", there.id.short()),
                "push under a new tag, or allow to move this one with --replace-tag",
            ));
        }
        _ => {}
    }
    // What was loaded and never confirmed, because its push or the engine was killed, may be half an image.
    if let Some(staging) = staging_reference(&push.plan.image) {
        load::drop_staging_tag(push, &staging).await;
    }
    if let Some(id) = elsewhere(push).await? {
        let found = Outcome::noted(Need::Tag(id), "the host has it under another tag");
        return Ok(Some(found));
    }
    Ok(None)
}

/// What the host lacks of the image, and what it has that can be built on.
async fn lack(push: &Push<'_>) -> Result<Lack, StepError> {
    let image = &push.plan.image;
    let facts = push.link.engine.facts().await;
    let facts = facts.map_err(|error| push.engine_failed(&error, push.nothing_sent()))?;
    if facts.platform != image.platform {
        let cause = format!(
            "the host runs {}, the image is built for {}",
            facts.platform, image.platform
        );
        return Err(push.refuse(cause, "build the image for this platform"));
    }
    let held = inventory(push).await?;
    let plain = push.exports.plain_manifests().await;
    let plain = plain.map_err(|error| export_failed(push, &error, push.nothing_sent()))?;
    let layers_held = held.iter().map(|held| HeldLayers {
        layers: &held.layers,
        is_plain: plain.contains(&held.id.0),
    });
    let layers = missing(facts.store, &image.layers, layers_held);
    // The same layer may stand in an image twice.
    let of = image.layers.iter().collect::<BTreeSet<_>>().len();
    let codec = room(push, &facts.data_root, layers.len() == of).await?;
    let takes_helper = push.link.settings.helper
        && facts.platform.os == "linux"
        && facts.platform.architecture == Helper::embedded().architecture;
    Ok(Lack {
        layers,
        of,
        bases: if takes_helper { held } else { Vec::new() },
        codec,
    })
}

/// Whether an image is the content that is pushed. It covers the layers too (`ops::docker::content`).
pub(super) fn is_same(image: &ImageDetails, content: &ContentId) -> bool {
    image.content == *content
}

/// The same content on the host under another tag, or under none.
async fn elsewhere(push: &Push<'_>) -> Result<Option<ImageId>, StepError> {
    let engine = &push.link.engine;
    let failed = |error| push.engine_failed(&error, push.nothing_sent());
    let content = &push.plan.image.content;
    // Stores of the same kind give the same id, and that is one question.
    let by_id = engine.image(push.plan.image.id.as_str()).await.map_err(failed)?;
    if let Some(there) = by_id.filter(|there| is_same(there, content)) {
        return Ok(Some(there.id));
    }
    if push.target.presence != Presence::SameUntagged {
        return Ok(None);
    }
    for listed in engine.images().await.map_err(failed)? {
        let there = engine.image(listed.id.as_str()).await.map_err(failed)?;
        if let Some(there) = there.filter(|there| is_same(there, content)) {
            return Ok(Some(there.id));
        }
    }
    Ok(None)
}

/// Whether the host has the room and the programs; tells which compression it can undo.
///
/// How much will be staged is known once it is made, and asked again then; where nothing of the image is there, it is not less
/// than its layers compressed, and at most all of it.
async fn room(push: &Push<'_>, root: &str, is_all: bool) -> Result<Codec, StepError> {
    let staging = push.link.profile().paths.staging.clone();
    let call = ScriptCall::question(
        ROOM,
        [
            staging.clone(),
            push.plan.reference.image.staged_prefix(),
            root.to_owned(),
        ],
    );
    let output = push.link.shell.run(call).await;
    let output = output.map_err(|error| push.shell_failed(&error, push.nothing_sent()))?;
    let answer = output
        .success()
        .map_err(|why| push.refuse(why, "look at the host"))?;
    let value = |key: &str| {
        let line = answer
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim()
    };
    let number = |key: &str| value(key).parse::<u64>().ok();
    check_staging(push, &staging, value("staging_mode"))?;
    for program in ["docker", "sha256sum"] {
        if value(program) != "yes" {
            return Err(push.refuse(format!("the host has no `{program}` program"), "install it there"));
        }
    }
    let size = push.plan.image.size;
    let free = number("staging_free").map(|free| free.saturating_add(number("staged").unwrap_or_default()));
    if is_all {
        enough(push, &staging, free, size)?;
        enough(push, root, number("engine_free"), size.saturating_mul(2))?;
    }
    match (value("zstd"), value("gzip")) {
        ("yes", _) => Ok(Codec::Zstd),
        (_, "yes") => Ok(Codec::Gzip),
        _ => Err(push.refuse("the host has neither `zstd` nor `gzip`", "install one there")),
    }
}

/// In a directory that all may write to, without the sticky bit, anybody could swap a verified archive before it is loaded.
fn check_staging(push: &Push<'_>, staging: &str, mode: &str) -> Result<(), StepError> {
    let bits = u32::from_str_radix(mode, 8).ok();
    match bits {
        None => Err(push.refuse(
            format!("the staging directory {staging} is not there"),
            "create it on the host",
        )),
        Some(bits) if bits & 0o002 != 0 && bits & 0o1000 == 0 => Err(push.refuse(
            format!("everybody may replace files in the staging directory {staging} (mode {mode})"),
            &format!("chmod +t {staging} on the host"),
        )),
        Some(_) => Ok(()),
    }
}

/// Room that the host does not tell cannot be checked; the send or the load then fails where it ends.
fn enough(push: &Push<'_>, place: &str, free: Option<u64>, need: u64) -> Result<(), StepError> {
    let need = need.saturating_add(HEADROOM);
    match free {
        Some(free) if free < need => Err(push.refuse(
            format!("{place} has {} free and needs {}", bytes(free), bytes(need)),
            "prune old tags there or free space",
        )),
        _ => Ok(()),
    }
}
