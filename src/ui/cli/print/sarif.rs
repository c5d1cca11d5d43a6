//! A check as SARIF 2.1.0, which code hosts and editors read.

use super::check_report::Checked;
use crate::model::contract::{Finding, Outcome, Place};
use serde_json::{Value, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report; what is met and what is not known is no result in it.
pub(in crate::ui::cli) fn sarif(checked: &Checked, version: &str) -> Value {
    let findings = &checked.report.findings;
    let told = findings.iter().filter(|finding| {
        matches!(
            finding.outcome,
            Outcome::Fail | Outcome::Warning | Outcome::Ignored
        )
    });
    let results: Vec<Value> = told.map(|finding| result(checked, finding)).collect();
    let mut ids: Vec<&Finding> = Vec::new();
    for finding in findings {
        if !ids.iter().any(|known| known.id == finding.id) {
            ids.push(finding);
        }
    }
    let rules: Vec<Value> = ids
        .iter()
        .map(|finding| json!({"id": finding.id, "shortDescription": {"text": finding.requirement}}))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "tagboat", "version": version, "rules": rules}},
            "properties": {"contract": checked.report.contract},
            "results": results,
        }],
    })
}

fn result(checked: &Checked, finding: &Finding) -> Value {
    let level = if finding.outcome == Outcome::Fail {
        "error"
    } else {
        "warning"
    };
    let fix = match (finding.outcome, finding.fix.is_empty()) {
        (Outcome::Ignored, _) | (_, true) => String::new(),
        _ => format!(" Fix: {}.", finding.fix),
    };
    let mut result = json!({
        "ruleId": finding.id,
        "level": level,
        "message": {"text": format!("{}: {}.{fix}", finding.requirement, finding.found)},
        "locations": [location(checked, finding)],
    });
    if finding.outcome == Outcome::Ignored {
        result["suppressions"] = json!([{"kind": "inSource", "justification": finding.fix}]);
    }
    result
}

fn location(checked: &Checked, finding: &Finding) -> Value {
    let Some(file) = &checked.file else {
        let place = finding
            .place
            .as_ref()
            .map(|place| format!(", {place}"))
            .unwrap_or_default();
        return json!({"logicalLocations": [{"fullyQualifiedName": format!("{}{place}", checked.subject)}]});
    };
    let line = match finding.place {
        Some(Place::Line(line)) => line,
        // What is of the whole file is shown at its begin.
        _ => 1,
    };
    json!({"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": line}}})
}
