//! How an image stands to what it must be: one cell in the list, and in its details what is broken and what mends it.
//!
//! ```text
//! contract     ✗ 2 FAIL, 1 warning (convocate)
//!   FAIL         go-on-path: /usr/local/go/bin in PATH: it is /usr/bin:/bin
//!                fix: ENV PATH=/usr/local/go/bin:$PATH
//! ```

use super::Look;
use super::document::Document;
use crate::model::console::{Action, CatalogueEntry, State};
use crate::model::contract::{ContractState, Finding, Outcome, Verdict};
use crate::model::fleet::ImageLookState;
use crate::ui::format;
use crate::ui::theme::Role;

/// The worst of what is known of an image, as a sign and a word.
pub(super) fn cell(entry: &CatalogueEntry<'_>, state: &State, look: &Look<'_>) -> (Role, String) {
    let known = entry.contracts(&state.fleet);
    let worst = known.iter().max_by_key(|(_, state)| rank(*state));
    match worst {
        Some((_, ContractState::Checked(verdict))) if !verdict.is_met() => (
            Role::Bad,
            format!("{} {} FAIL", look.glyphs.failed, verdict.fails),
        ),
        Some((_, state)) => said(*state, look),
        None => (Role::Muted, "-".to_owned()),
    }
}

fn rank(state: ContractState<'_>) -> u8 {
    match state {
        ContractState::Unusable(_) => 4,
        ContractState::Checked(verdict) if !verdict.is_met() => 3,
        ContractState::Unchecked => 2,
        ContractState::Checked(verdict) if verdict.warnings > 0 => 1,
        ContractState::Checked(_) => 0,
    }
}

fn said(state: ContractState<'_>, look: &Look<'_>) -> (Role, String) {
    let g = look.glyphs;
    match state {
        ContractState::Unusable(_) => (Role::Bad, format!("{} unusable", g.failed)),
        ContractState::Unchecked => (Role::Muted, format!("{} unchecked", g.stale)),
        ContractState::Checked(verdict) => {
            let (role, sign) = match (verdict.is_met(), verdict.warnings) {
                (false, _) => (Role::Bad, g.failed),
                (true, 0) => (Role::Good, g.done),
                (true, _) => (Role::Warn, g.warn),
            };
            (role, format!("{sign} {}", verdict.words()))
        }
    }
}

/// Writes what is known of an image, contract by contract.
pub(super) fn write(document: &mut Document<'_>, state: &State, look: &Look<'_>, entry: &CatalogueEntry<'_>) {
    let Some(image) = entry.source else { return };
    let key = look.keymap.key(Action::CheckImage);
    let known = entry.contracts(&state.fleet);
    if known.is_empty() {
        document.field("contract", Role::Muted, "nothing is asked of it");
    }
    for (name, contract) in known {
        match (state.fleet.image_look(&image.id, name), contract) {
            (Some(ImageLookState::UnderWay), _) => {
                let text = format!("{} being checked against {name}", look.glyphs.busy);
                document.field("contract", Role::Busy, &text);
            }
            (Some(ImageLookState::Failed(why)), _) => {
                let text = format!(
                    "{} it could not be checked against {name}: {why}",
                    look.glyphs.failed
                );
                document.field("contract", Role::Bad, &text);
            }
            (Some(ImageLookState::Done { report, .. }), _) => {
                let verdict = Verdict::of(report);
                let (role, words) = said(ContractState::Checked(&verdict), look);
                let ok = report.count(Outcome::Ok);
                let met = format::count(ok, "requirement");
                document.field("contract", role, &format!("{words} ({name}; {met} met)"));
                findings(document, &report.findings);
            }
            (None, ContractState::Unusable(why)) => {
                let text = format!("{} {name} cannot be used: {why}", look.glyphs.failed);
                document.field("contract", Role::Bad, &text);
            }
            (None, ContractState::Unchecked) => {
                let (role, words) = said(contract, look);
                let text = format!("{words} ({name}); {key} checks it, and so does a push");
                document.field("contract", role, &text);
            }
            (None, ContractState::Checked(verdict)) => {
                let (role, words) = said(contract, look);
                document.field("contract", role, &format!("{words} ({name}); {key} shows all"));
                first(document, verdict);
            }
        }
    }
}

/// The first requirements that fail: more is not kept.
fn first(document: &mut Document<'_>, verdict: &Verdict) {
    for one in &verdict.first {
        document.indented_field(2, Outcome::Fail.word(), Role::Bad, &one.to_string());
    }
}

/// What is not as it must be, and what mends it.
fn findings(document: &mut Document<'_>, findings: &[Finding]) {
    for one in findings.iter().filter(|one| one.outcome != Outcome::Ok) {
        let role = match one.outcome {
            Outcome::Fail => Role::Bad,
            Outcome::Warning => Role::Warn,
            Outcome::Unknown | Outcome::Ignored | Outcome::Ok => Role::Muted,
        };
        let mut found = format!("{}: {}", one.id, one.requirement);
        if !one.found.is_empty() {
            found = format!("{found}: {}", one.found);
        }
        if let Some(place) = &one.place {
            found = format!("{found} ({place})");
        }
        document.indented_field(2, one.outcome.word(), role, &found);
        if !one.fix.is_empty() {
            document.indented_field(2, "", Role::Plain, &format!("fix: {}", one.fix));
        }
    }
}
