//! The contract of a host: an image that fails it is held back here, before anything goes to the host, unless that was allowed.

use super::context::Push;
use super::send::export_failed;
use crate::model::contract::Verdict;
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageRef};
use crate::model::plan::{HeldTo, PushPlan};
use crate::ops::check::{CheckError, Checker, UsedContract};
use crate::ops::export::Exports;
use crate::ops::report::{StepError, TrackReporter};

/// Why an image is held back.
pub enum HeldBack {
    /// It fails, or nobody can tell whether it does: the reason, and what mends it.
    Why(String, String),
    /// It could not be checked.
    Unchecked(CheckError),
}

/// An image that is held to a contract.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// What it is called at the source.
    pub reference: &'a ImageRef,
    /// The image there.
    pub image: &'a SourceImage,
    /// Whether it may fail.
    pub allow_failing: bool,
}

impl<'a> From<&'a PushPlan> for Candidate<'a> {
    fn from(plan: &'a PushPlan) -> Self {
        Self {
            reference: &plan.reference,
            image: &plan.image,
            allow_failing: plan.allow_failing,
        }
    }
}

/// Whether the image meets a contract of the plan, as both are now; gives what is to be said of it. It is read where the verdict is
/// not known, once for all hosts.
pub async fn meets(
    candidate: Candidate<'_>,
    held_to: &HeldTo,
    (checker, exports): (&Checker, &Exports),
    reporter: &TrackReporter,
) -> Result<Option<String>, HeldBack> {
    let Candidate { reference, image, .. } = candidate;
    let name = &held_to.contract;
    if candidate.allow_failing && held_to.verdict.is_none() {
        return Ok(Some(format!("not checked against {name}")));
    }
    let used = of_plan(checker, held_to, reference)?;
    let counter = reporter.byte_counter(Some(image.size));
    let verdict = checker
        .verdict(
            exports,
            &used,
            (reference, image),
            |done| counter.set(done),
            reporter.cancel(),
        )
        .await
        .map_err(HeldBack::Unchecked)?;
    judge((reference, candidate.allow_failing), name, &verdict)
}

/// The same where the verdict was known to the plan: it stands, as long as the contract is what it was.
pub fn stands(
    (reference, allow_failing): (&ImageRef, bool),
    held_to: &HeldTo,
    verdict: &Verdict,
    checker: &Checker,
) -> Result<Option<String>, HeldBack> {
    of_plan(checker, held_to, reference)?;
    judge((reference, allow_failing), &held_to.contract, verdict)
}

/// The contract, if it is still that of the plan.
fn of_plan(checker: &Checker, held_to: &HeldTo, reference: &ImageRef) -> Result<UsedContract, HeldBack> {
    let name = &held_to.contract;
    let used = checker.contract(name).map_err(|error| {
        HeldBack::Why(
            format!("the contract {name} cannot be used: {error}"),
            HeldTo::allow("mend the contract"),
        )
    })?;
    let is_another = |planned: &Digest| *planned != used.digest;
    if held_to.digest.as_ref().is_some_and(is_another) {
        return Err(HeldBack::Why(
            format!("the contract {name} changed since the plan was made"),
            format!("see `tagboat check {reference}`"),
        ));
    }
    Ok(used)
}

fn judge(
    (reference, allow_failing): (&ImageRef, bool),
    name: &str,
    verdict: &Verdict,
) -> Result<Option<String>, HeldBack> {
    match (verdict.is_met(), verdict.warnings) {
        (true, 0) => Ok(None),
        (true, _) => Ok(Some(format!("{name}: {}", verdict.words()))),
        (false, _) if allow_failing => Ok(Some(format!("{name}: {}, allowed", verdict.words()))),
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
    let passed = meets(
        push.plan.into(),
        held_to,
        (push.checker, push.exports),
        push.reporter,
    )
    .await;
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
