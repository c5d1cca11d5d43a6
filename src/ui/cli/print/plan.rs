//! A plan before it is confirmed: what changes, what is left out, what stays, and how it is taken back.

use super::table::Table;
use crate::model::clean::clean;
use crate::model::failure::Refusal;
use crate::model::names::JobId;
use crate::model::plan::{Gate, Plan, PlanLine};
use crate::ui::cli::report::VERSION;
use serde::Serialize;
use std::io::{self, Write};

/// The plan as the first line of `--json`, or as its only one with `--dry-run`.
#[derive(Serialize)]
pub(in crate::ui::cli) struct PlanReport<'a> {
    v: u8,
    /// The job that runs it; none where nothing is run.
    job: Option<&'a JobId>,
    event: &'static str,
    verb: &'static str,
    title: String,
    gate: Gate,
    lines: Vec<PlanLine>,
    refused: &'a [Refusal],
    /// In which portions it goes over its targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    untouched: Vec<String>,
    undo: String,
    plan: &'a Plan,
}

impl<'a> PlanReport<'a> {
    /// The plan of a job.
    pub(in crate::ui::cli) fn of(plan: &'a Plan, job: Option<&'a JobId>) -> Self {
        Self {
            v: VERSION,
            job,
            event: "plan",
            verb: plan.verb(),
            title: plan.title(),
            gate: plan.gate(),
            lines: plan.lines(),
            refused: plan.refused(),
            sequence: plan.sequence(),
            untouched: plan.untouched(),
            undo: plan.undo(),
            plan,
        }
    }
}

/// Writes the plan as it is asked about.
pub(in crate::ui::cli) fn write_plan(
    plan: &Plan,
    out: &mut dyn Write,
    width: Option<usize>,
) -> io::Result<()> {
    writeln!(out, "{}", clean(&plan.title()))?;
    writeln!(out)?;
    let mut table = Table::new(["TARGET", "NOW", "THEN", ""]);
    for line in plan.lines() {
        table.row([line.target.to_string(), line.before, line.after, line.note]);
        table.under(line.costs);
    }
    table.write(out, width)?;
    if !plan.refused().is_empty() {
        writeln!(out, "\nleft out:")?;
    }
    for refusal in plan.refused() {
        let place = refusal
            .host
            .as_ref()
            .map(|host| format!("{host}: "))
            .unwrap_or_default();
        writeln!(
            out,
            "  {place}{}; next: {}",
            clean(&refusal.reason),
            clean(&refusal.advice)
        )?;
    }
    writeln!(out)?;
    if let Some(sequence) = plan.sequence() {
        writeln!(out, "order:     {}", clean(&sequence))?;
    }
    writeln!(out, "untouched: {}", clean(&plan.untouched().join("; ")))?;
    writeln!(out, "to undo:   {}\n", clean(&plan.undo()))?;
    out.flush()
}
