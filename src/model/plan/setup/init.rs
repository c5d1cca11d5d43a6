//! The init planner: what a machine lacks to be a member of the fleet.

use super::{SetupIntent, SetupPlan, SetupTarget, SetupWork, changeable, machine};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host};
use crate::model::names::HostName;
use crate::model::profile::Profile;
use crate::model::setup::{Before, Change, Examination, Init, Level, Made, Piece, diagnose, pieces, strays};

/// Plans how machines become members, or says why none of them can.
pub fn plan_init(intent: &SetupIntent, fleet: &Fleet) -> Result<SetupPlan, Refusal> {
    let (mut hosts, mut refused, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for name in &intent.hosts {
        match changeable(name, fleet).and_then(|(host, told)| target(host, told, fleet)) {
            Ok((host, its)) => {
                hosts.push(host);
                made.extend(its);
            }
            Err(refusal) => refused.push(refusal),
        }
    }
    SetupPlan::of(SetupWork::Init, (hosts, refused), made)?.with_image(&intent.image, fleet)
}

fn target(host: &Host, told: &Examination, fleet: &Fleet) -> Result<(SetupTarget, Vec<Made>), Refusal> {
    machine::fits(host, told)?;
    let made = pieces(&host.settings.profile, &told.system);
    let mut target = SetupTarget::of(host);
    let (changes, there) = lacking((&host.name, &host.settings.profile), &made, told)?;
    (target.changes, target.there) = (changes, there);
    // What is wrong beside the pieces does not hinder it; it is said, because nobody looks at a host again that was made ready.
    let findings = diagnose(host, fleet);
    let others = findings.iter().filter(|finding| {
        finding.level != Level::Note && !matches!(finding.subject.as_str(), "setup" | "stamp")
    });
    target.remarks = machine::words(host, told, fleet.source());
    let troubles =
        others.map(|finding| format!("{}: {}; {}", finding.level.word(), finding.found, finding.advice));
    target.remarks.extend(troubles);
    target.remarks.extend(units_left_out(host, told));
    Ok((target, made))
}

/// Units of the profile are for systemd alone.
fn units_left_out(host: &Host, told: &Examination) -> Option<String> {
    let units = &host.settings.profile.units;
    let names: Vec<_> = units.iter().map(|unit| unit.name.as_str()).collect();
    (told.system.init == Init::Other && !names.is_empty()).then(|| {
        format!(
            "not put there, because systemd does not run this host: {}",
            names.join(", ")
        )
    })
}

/// The changes that put the pieces there that are not and take off those for another way of starting services, and how many are
/// as they are to be. Refused where something else is in the place of one.
pub(super) fn lacking(
    (host, profile): (&HostName, &Profile),
    made: &[Made],
    told: &Examination,
) -> Result<(Vec<Change>, usize), Refusal> {
    let mut changes = Vec::new();
    for (piece, _) in made {
        let before = told.at(&piece.question()).cloned().unwrap_or(Before::Missing);
        if !before.takes(piece) {
            return Err(in_the_way(host, piece));
        }
        if !before.is(piece) {
            changes.push(Change::Put {
                piece: piece.clone(),
                before,
            });
        }
    }
    let there = made.len() - changes.len();
    let strays = strays(profile, told).into_iter();
    changes.extend(strays.map(|(piece, before)| Change::Take { piece, before }));
    Ok((changes, there))
}

fn in_the_way(host: &HostName, piece: &Piece) -> Refusal {
    Refusal::of_host(
        host,
        format!("{} is there and is something else", piece.name()),
        "look at it and move it away, then run it again",
    )
}
