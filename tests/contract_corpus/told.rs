//! What a report tells, in one line for each thing that is not as it must be.

use std::path::Path;
use tagboat::model::contract::{Contract, Outcome, Place, Report};
use tagboat::ops::config::ContractSet;

/// A value that stands for every secret of the corpus. Nothing that is printed may hold it.
pub(crate) const CANARY: &str = "cAnArY7Zq93LmPx2";

/// A built-in contract.
pub(crate) fn contract(name: &str) -> Contract {
    ContractSet::new(None).find(name).unwrap()
}

/// `FAIL entrypoint line 4`, for each.
pub(crate) fn told(report: &Report) -> Vec<String> {
    let text = serde_json::to_string(report).unwrap();
    assert!(!text.contains(CANARY), "a value is in the report: {text}");
    let bad = report.findings.iter().filter(|finding| {
        matches!(
            finding.outcome,
            Outcome::Fail | Outcome::Warning | Outcome::Ignored
        )
    });
    bad.map(|finding| {
        let place = match &finding.place {
            Some(Place::Line(line)) => format!(" line {line}"),
            Some(Place::Layer(layer)) => format!(" layer {layer}"),
            Some(Place::Step(step)) => format!(" history {step}"),
            None => String::new(),
        };
        assert!(
            !finding.found.is_empty() && !finding.fix.is_empty(),
            "{} says not what or not how it is mended",
            finding.id
        );
        format!("{} {}{place}", finding.outcome.word(), finding.id)
    })
    .collect()
}

/// The folder of the corpus.
pub(crate) fn corpus() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract_corpus"))
}
