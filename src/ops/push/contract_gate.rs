//! The contract of a host: an image that fails it is held back here, before anything goes to the host, unless that was allowed.

use super::context::Push;
use super::send::export_failed;
use crate::model::contract::Verdict;
use crate::model::plan::{HeldTo, PushPlan};
use crate::ops::check::{CheckError, Checker};
use crate::ops::export::Exports;
use crate::ops::report::{StepError, TrackReporter};

/// Why an image is held back.
pub enum HeldBack {
    /// It fails, or nobody can tell whether it does: the reason, and what mends it.
    Why(String, String),
    /// It could not be checked.
    Unchecked(CheckError),
}

/// Whether the image meets a contract of the plan, as both are now; gives what is to be said of it. It is read where the verdict is
/// not known, once for all hosts.
pub async fn meets(
    plan: &PushPlan,
    held_to: &HeldTo,
    (checker, exports): (&Checker, &Exports),
    reporter: &TrackReporter,
) -> Result<Option<String>, HeldBack> {
    let (reference, name) = (&plan.reference, &held_to.contract);
    if plan.allow_failing && held_to.verdict.is_none() {
        return Ok(Some(format!("not checked against {name}")));
    }
    let used = checker.contract(name).map_err(|error| {
        HeldBack::Why(
            format!("the contract {name} cannot be used: {error}"),
            HeldTo::allow("mend the contract"),
        )
    })?;
    if held_to
        .digest
        .as_ref()
        .is_some_and(|planned| *planned != used.digest)
    {
        return Err(HeldBack::Why(
            format!("the contract {name} changed since the plan was made"),
            format!("see `tagboat check {reference}`"),
        ));
    }
    let counter = reporter.byte_counter(Some(plan.image.size));
    let image = (reference, &plan.image);
    let verdict = checker
        .verdict(exports, &used, image, |done| counter.set(done), reporter.cancel())
        .await
        .map_err(HeldBack::Unchecked)?;
    judge(plan, name, &verdict)
}

fn judge(plan: &PushPlan, name: &str, verdict: &Verdict) -> Result<Option<String>, HeldBack> {
    let reference = &plan.reference;
    match (verdict.is_met(), verdict.warnings) {
        (true, 0) => Ok(None),
        (true, _) => Ok(Some(format!("{name}: {}", verdict.words()))),
        (false, _) if plan.allow_failing => Ok(Some(format!("{name}: {}, allowed", verdict.words()))),
        (false, _) => Err(HeldBack::Why(
            format!(
                "{reference} fails the contract {name}: {} ({})",
                verdict.words(),
                verdict.first_words()
            ),
            HeldTo::allow(&format!("mend what `tagboat check {reference}` tells")),
        )),
    }
}

/// Lets the image of a push through to its host, or ends the step.
pub(super) async fn pass(push: &Push<'_>) -> Result<Option<String>, StepError> {
    let Some(held_to) = &push.target.held_to else {
        return Ok(None);
    };
    let passed = meets(push.plan, held_to, (push.checker, push.exports), push.reporter).await;
    passed.map_err(|held_back| match held_back {
        HeldBack::Why(why, mend) => push.refuse(why, &mend),
        HeldBack::Unchecked(CheckError::Cancelled) => StepError::Cancelled(push.nothing_sent()),
        HeldBack::Unchecked(CheckError::Export(error)) => export_failed(push, &error, push.nothing_sent()),
        HeldBack::Unchecked(error) => push.refuse(
            format!(
                "{} cannot be checked against {}: {error}",
                push.plan.reference, held_to.contract
            ),
            &HeldTo::allow("run it again"),
        ),
    })
}
