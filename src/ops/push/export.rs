//! The step `export`: what goes to the host is made here, or found made.

use super::attempt::Attempt;
use super::context::Push;
use super::inventory::Held;
use super::send::export_failed;
use super::shipment::{Shipment, Way};
use super::ways::Lack;
use crate::model::amount::bytes;
use crate::model::names::Digest;
use crate::model::plan::{LEAST_BASE, MOST_OF_LAYERS, Mode, ModeChoice, WORTH_A_HELPER};
use crate::ops::export::{ExportError, Origin, Parcel};
use crate::ops::report::{Outcome, StepError};
use std::collections::BTreeSet;
use std::sync::Arc;

type Made = Outcome<Attempt<Shipment>>;

/// Begins to make what goes to the host in this mode, or takes what is there. Ends when its first bytes can be sent.
pub(super) async fn export(push: &Push<'_>, mode: Mode, lack: &Lack) -> Result<Made, StepError> {
    match mode {
        Mode::Full => {
            let all = push.plan.image.layers.iter().cloned().collect();
            archive(push, &all, lack, Way::Full).await
        }
        Mode::Layers => archive(push, &lack.layers, lack, Way::Layers).await,
        Mode::Delta => delta(push, lack).await,
    }
}

async fn archive(
    push: &Push<'_>,
    layers: &BTreeSet<Digest>,
    lack: &Lack,
    way: Way,
) -> Result<Made, StepError> {
    let (plan, codec) = (push.plan, lack.codec);
    let counter = push.reporter.byte_counter(Some(plan.image.size));
    let progress = |done| counter.set(done);
    let cancel = push.reporter.cancel();
    let exported = push
        .exports
        .archive(&plan.image, &plan.reference, layers, codec, progress, cancel)
        .await;
    let (parcel, origin) = exported.map_err(|error| failed(push, &error))?;
    let note = match (parcel.size(), origin) {
        (None, _) => "streams while it is exported".to_owned(),
        (Some(size), Origin::Made) => format!("{} of {}", bytes(size), codec.word()),
        (Some(size), Origin::Reused) => format!("{} of {}, made before", bytes(size), codec.word()),
    };
    Ok(Outcome::noted(
        Attempt::Went(shipment(push, parcel, way).await?),
        note,
    ))
}

/// The recipe against the image of the host that has most of what is new.
async fn delta(push: &Push<'_>, lack: &Lack) -> Result<Made, StepError> {
    let (plan, cancel) = (push.plan, push.reporter.cancel());
    let is_forced = plan.options.mode != ModeChoice::Best;
    if !is_forced && !has_promising_base(push, lack).await? {
        return Ok(Outcome::refused(
            "no image of the host that is known here has much in common with it",
        ));
    }
    let counter = push.reporter.byte_counter(Some(plan.image.size));
    let taken_in = push
        .exports
        .ingest_for_delta(&plan.image, &plan.reference, |done| counter.set(done), cancel)
        .await;
    taken_in.map_err(|error| failed(push, &error))?;
    let packed = push.exports.packed_size(&lack.layers).await;
    let packed = packed.map_err(|error| failed(push, &error))?;
    if !is_forced && packed.is_some_and(|packed| packed < WORTH_A_HELPER) {
        return Ok(Outcome::refused("its layers are small"));
    }
    let Some(base) = base(push, lack).await? else {
        return Ok(Outcome::refused("no image of the host is known here"));
    };
    let recipe = push
        .exports
        .recipe(&plan.image, &lack.layers, &base.layers, cancel)
        .await;
    let Some(parcel) = recipe.map_err(|error| failed(push, &error))? else {
        return Ok(Outcome::refused("a layer of it is not kept here any more"));
    };
    let size = parcel.size().unwrap_or_default();
    if !is_forced && packed.is_some_and(|packed| size > packed / 10 * MOST_OF_LAYERS) {
        let name = base.name();
        return Ok(Outcome::refused(format!(
            "against {name} it would not be smaller than the layers"
        )));
    }
    let note = format!("{} against {}", bytes(size), base.name());
    let shipment = shipment(push, parcel, Way::Delta(base)).await?;
    Ok(Outcome::noted(Attempt::Went(shipment), note))
}

/// Whether it is worth to wait for the whole export: without a base of some size all of it is sent, and that can begin at once.
async fn has_promising_base(push: &Push<'_>, lack: &Lack) -> Result<bool, StepError> {
    let sizes = push.exports.image_sizes().await;
    let sizes = sizes.map_err(|error| failed(push, &error))?;
    let least = push.plan.image.size / LEAST_BASE;
    Ok(lack
        .bases
        .iter()
        .any(|held| sizes.get(&held.layers).is_some_and(|size| *size >= least)))
}

async fn base(push: &Push<'_>, lack: &Lack) -> Result<Option<Held>, StepError> {
    let bases = lack.bases.iter().map(|held| held.layers.clone()).collect();
    let best = push
        .exports
        .best_base(&push.plan.image, &lack.layers, bases)
        .await;
    let best = best.map_err(|error| failed(push, &error))?;
    Ok(best.and_then(|(number, _)| lack.bases.get(number).cloned()))
}

async fn shipment(push: &Push<'_>, parcel: Arc<Parcel>, way: Way) -> Result<Shipment, StepError> {
    let all = push.plan.image.layers.iter().cloned().collect();
    let whole = push.exports.packed_size(&all).await;
    let whole = whole.map_err(|error| failed(push, &error))?;
    Ok(Shipment {
        parcel,
        way,
        whole: whole.unwrap_or(push.plan.image.size),
    })
}

fn failed(push: &Push<'_>, error: &ExportError) -> StepError {
    export_failed(push, error, push.nothing_sent())
}
