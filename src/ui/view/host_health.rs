//! What is wrong with one host, in its details: each finding and what mends it.
//!
//! ```text
//! health       1 problem, examined 4 s ago
//!   problem  cron     cron is installed and does not run: the prune is not run
//!                     next: `systemctl enable --now cron` there
//! ```

use super::document::Document;
use crate::model::fleet::{Fleet, Host};
use crate::model::setup::{Finding, Level, diagnose, summary};
use crate::ui::format;
use crate::ui::theme::Role;
use jiff::Timestamp;

/// Writes the findings, or why there are none.
pub(super) fn write(document: &mut Document<'_>, host: &Host, fleet: &Fleet, now: Timestamp) {
    if !host.connection.is_usable() {
        // The reason stands above already.
        return;
    }
    document.gap();
    let findings = diagnose(host, fleet);
    let seen = match &host.examined {
        Some(Ok(told)) => format!("examined {} ago", format::age(told.at, now)),
        Some(Err(_)) => "it could not be examined".to_owned(),
        None => "being examined".to_owned(),
    };
    let role = match findings.first().map(|worst| worst.level) {
        Some(Level::Problem) => Role::Bad,
        Some(Level::Warning) => Role::Warn,
        _ => Role::Good,
    };
    document.field("health", role, &format!("{}; {seen}", summary(&findings)));
    for finding in &findings {
        finding_lines(document, finding);
    }
}

fn finding_lines(document: &mut Document<'_>, finding: &Finding) {
    let role = match finding.level {
        Level::Problem => Role::Bad,
        Level::Warning => Role::Warn,
        Level::Note => Role::Muted,
    };
    let found = format!("{}: {}", finding.subject, finding.found);
    document.indented_field(2, finding.level.word(), role, &found);
    let mend = if finding.mends.is_empty() {
        ""
    } else {
        " (m mends it)"
    };
    document.indented_field(2, "", Role::Plain, &format!("next: {}{mend}", finding.advice));
}
