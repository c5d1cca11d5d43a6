//! The step in which the image of a release is held against its contract, before it has a tag.

use crate::model::contract::{Finding, Outcome as Found, Report};
use crate::model::fleet::SourceImage;
use crate::model::names::ImageRef;
use crate::model::plan::ReleaseContract;
use crate::ops::check::{CheckError, Checker, UsedContract};
use crate::ops::export::Exports;
use crate::ops::report::{Outcome, StepError, TrackReporter};

/// Broken requirements that an error names; all of them are in the job's log.
const NAMED: usize = 3;

/// Reads the image, which has this name, and holds it against the contract; what it breaks is told line by line, and a push knows it from then on.
pub(super) async fn hold_against(
    wanted: &ReleaseContract,
    (image, name): (&SourceImage, &str),
    (checker, exports): (&Checker, &Exports),
    reporter: &TrackReporter,
) -> Result<Outcome<()>, StepError> {
    // An engine exports by a name: that which the image has now.
    let name = ImageRef::parse(name)
        .map_err(|error| StepError::trouble(error.to_string(), UNTAGGED, "release it again"))?;
    let used = UsedContract::of(wanted.contract.clone());
    let report = checker
        .report(exports, &used, (&name, image), reporter.cancel())
        .await;
    let report = report.map_err(|error| match error {
        CheckError::Cancelled => StepError::Cancelled(UNTAGGED.to_owned()),
        error => StepError::passing(error.to_string(), UNTAGGED, "run it again"),
    })?;
    let broken = |one: &&Finding| matches!(one.outcome, Found::Fail | Found::Warning);
    for finding in report.findings.iter().filter(broken) {
        reporter.log(line(finding)).await;
    }
    if report.has_failed() && !wanted.allow_failing {
        return Err(StepError::trouble(
            failing(&report),
            UNTAGGED,
            "mend it and release again, or release it all the same with --allow-failing",
        ));
    }
    Ok(Outcome::noted((), report.summary()))
}

/// What the source is like as long as the contract is not known to be kept.
const UNTAGGED: &str = "Nothing was tagged or published.";

/// A broken requirement in a line.
fn line(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!(" ({place})"));
    let found = if finding.found.is_empty() {
        &finding.requirement
    } else {
        &finding.found
    };
    let fix = if finding.fix.is_empty() {
        String::new()
    } else {
        format!("; {}", finding.fix)
    };
    format!(
        "{} {}: {found}{}{fix}",
        finding.outcome.word(),
        finding.id,
        place.unwrap_or_default()
    )
}

/// The first that fail, and how many there are.
fn failing(report: &Report) -> String {
    let fails = report.findings.iter().filter(|one| one.outcome == Found::Fail);
    let named: Vec<_> = fails.map(|one| one.id.as_str()).collect();
    let more = match named.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let first = named.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    format!("the image breaks the contract {}: {first}{more}", report.contract)
}
