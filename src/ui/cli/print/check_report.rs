//! What came of a check: a row for each requirement, and under what is broken what was found and what mends it.

use super::table::Table;
use crate::model::clean::clean;
use crate::model::contract::{Finding, Outcome, Place, Report};
use crate::ui::cli::exit_code::Exit;
use serde::Serialize;
use std::io::{self, Write};

/// A check and what it was of.
pub(in crate::ui::cli) struct Checked {
    /// What came of it.
    pub(in crate::ui::cli) report: Report,
    /// The image or the file.
    pub(in crate::ui::cli) subject: String,
    /// The file, where it was one.
    pub(in crate::ui::cli) file: Option<String>,
    /// How many layers the image has.
    pub(in crate::ui::cli) layers: usize,
}

/// `check --json`.
#[derive(Serialize)]
pub(in crate::ui::cli) struct CheckEvent<'a> {
    v: u8,
    event: &'static str,
    subject: &'a str,
    #[serde(flatten)]
    report: &'a Report,
    exit: Exit,
}

impl Checked {
    /// The report as an event.
    pub(in crate::ui::cli) fn event(&self, v: u8, exit: Exit) -> CheckEvent<'_> {
        CheckEvent {
            v,
            event: "check",
            subject: &self.subject,
            report: &self.report,
            exit,
        }
    }

    fn place(&self, finding: &Finding) -> String {
        match &finding.place {
            Some(Place::Layer(number)) => format!("layer {number} of {}", self.layers),
            Some(place) => place.to_string(),
            None => String::new(),
        }
    }
}

/// Writes a check for people.
pub(in crate::ui::cli) fn write_check(
    checked: &Checked,
    out: &mut dyn Write,
    width: Option<usize>,
) -> io::Result<()> {
    let report = &checked.report;
    writeln!(
        out,
        "{} against the contract {}: {}",
        clean(&checked.subject),
        report.contract,
        report.summary()
    )?;
    let mut table = Table::new(["RESULT", "ID", "WHERE", "REQUIREMENT"]);
    for finding in &report.findings {
        if finding.outcome == Outcome::Unknown {
            continue;
        }
        table.row([
            finding.outcome.word().to_owned(),
            finding.id.clone(),
            checked.place(finding),
            finding.requirement.clone(),
        ]);
        match finding.outcome {
            Outcome::Fail | Outcome::Warning => {
                let fix = (!finding.fix.is_empty()).then(|| format!("fix: {}", finding.fix));
                table.under(std::iter::once(finding.found.clone()).chain(fix));
            }
            Outcome::Ignored => table.under([finding.found.clone(), format!("ignored: {}", finding.fix)]),
            Outcome::Unknown | Outcome::Ok => {}
        }
    }
    table.write(out, width)?;
    write_unknown(report, out)?;
    out.flush()
}

/// What was not told is many requirements with few reasons.
fn write_unknown(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for finding in report
        .findings
        .iter()
        .filter(|finding| finding.outcome == Outcome::Unknown)
    {
        match reasons.iter_mut().find(|(reason, _)| *reason == finding.found) {
            Some((_, ids)) => ids.push(&finding.id),
            None => reasons.push((&finding.found, vec![&finding.id])),
        }
    }
    for (reason, ids) in reasons {
        writeln!(out, "unknown, {reason}: {}", ids.join(", "))?;
    }
    Ok(())
}
