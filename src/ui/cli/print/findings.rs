//! What is wrong with hosts, for people: a line for each finding, and under it what mends it.

use crate::model::clean::clean;
use crate::model::setup::summary;
use crate::ui::cli::host_doctor::HostFindings;
use std::io::{self, Write};

/// Writes the hosts one after the other; those that are well have one line.
pub(in crate::ui::cli) fn write_findings(hosts: &[HostFindings], out: &mut dyn Write) -> io::Result<()> {
    for host in hosts {
        writeln!(out, "{}: {}", host.host, summary(&host.findings))?;
        for finding in &host.findings {
            let fix = if finding.mends.is_empty() {
                ""
            } else {
                " [--fix mends it]"
            };
            writeln!(
                out,
                "  {:<8} {:<11} {}",
                finding.level.word(),
                finding.subject,
                clean(&finding.found)
            )?;
            writeln!(out, "  {:21}next: {}{fix}", "", clean(&finding.advice))?;
        }
    }
    out.flush()
}
