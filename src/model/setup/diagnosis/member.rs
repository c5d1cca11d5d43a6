//! The pieces of tagboat on the host: whether each is there and is the one of this version.

use crate::model::fleet::Host;
use crate::model::setup::{
    Before, Change, Examination, Finding, Level, Piece, Purpose, is_member, pieces, strays,
};

/// Pieces that are missing, told together, and those that are older or changed, each for itself.
pub(super) fn pieces_of(host: &Host, told: &Examination) -> Vec<Finding> {
    let made = pieces(&host.settings.profile, &told.system).into_iter();
    let placed = made.map(|(piece, _)| {
        let before = told.at(&piece.question()).cloned().unwrap_or(Before::Missing);
        (piece, before)
    });
    let (missing, other): (Vec<_>, Vec<_>) = placed
        .filter(|(piece, before)| !before.is(piece))
        .partition(|(_, before)| is_missing(before));
    let mut findings: Vec<Finding> = other
        .into_iter()
        .map(|(piece, before)| wrong(host, piece, before))
        .collect();
    if !missing.is_empty() {
        findings.push(lacks(host, told, missing));
    }
    findings.extend(twice(host, told));
    findings
}

/// Whether there is nothing; a unit of which the service manager knows nothing is no less missing than its file.
fn is_missing(before: &Before) -> bool {
    match before {
        Before::Missing => true,
        Before::Unit(state) => state.is_empty() || state == "not-found",
        _ => false,
    }
}

fn lacks(host: &Host, told: &Examination, missing: Vec<(Piece, Before)>) -> Finding {
    let (found, advice) = if is_member(&host.settings.profile, told) {
        let names: Vec<_> = missing.iter().map(|(piece, _)| piece.name()).collect();
        (
            format!("missing: {}", names.join(", ")),
            format!("tagboat host doctor {} --fix", host.name),
        )
    } else {
        let found = "it is no member of the fleet: nothing removes old tags there, and nothing takes up a restart after a boot";
        (found.to_owned(), format!("tagboat host init {}", host.name))
    };
    let mends = missing
        .into_iter()
        .map(|(piece, before)| Change::Put { piece, before });
    Finding::new(Level::Problem, "setup", found, advice).mended_by(mends.collect())
}

/// Pieces that do what others do there: the host once started its services in another way, or had no cron.
fn twice(host: &Host, told: &Examination) -> Option<Finding> {
    let strays = strays(&host.settings.profile, told);
    let names: Vec<_> = strays.iter().map(|(piece, _)| piece.name()).collect();
    (!names.is_empty()).then(|| {
        let found = format!(
            "of no use where its services are started as they are, and run the same twice: {}",
            names.join(", ")
        );
        let advice = format!("tagboat host doctor {} --fix", host.name);
        let takes = strays.iter().cloned();
        let mends = takes.map(|(piece, before)| Change::Take { piece, before });
        Finding::new(Level::Warning, "setup", found, advice).mended_by(mends.collect())
    })
}

fn wrong(host: &Host, piece: Piece, before: Before) -> Finding {
    let found = format!(
        "{}: {} ({})",
        piece.name(),
        before.words(&piece),
        piece.purpose().words()
    );
    if before.takes(&piece) {
        // Without the hook a session stays down after a boot; what others may write is theirs to run as root.
        let level = if piece.purpose() == Purpose::Recovery || before.is_open_to_others(&piece) {
            Level::Problem
        } else {
            Level::Warning
        };
        let advice = format!("tagboat host doctor {} --fix", host.name);
        let mend = Change::Put { piece, before };
        Finding::new(level, "setup", found, advice).mended_by(vec![mend])
    } else {
        let advice = format!("look at it, move it away, then `tagboat host init {}`", host.name);
        Finding::new(Level::Problem, "setup", found, advice)
    }
}
