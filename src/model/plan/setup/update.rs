//! The update planner: what on a member is of another version than this tagboat.

use super::init::lacking;
use super::{SetupIntent, SetupPlan, SetupTarget, SetupWork, changeable};
use crate::model::failure::Refusal;
use crate::model::fleet::{Fleet, Host};
use crate::model::setup::{Change, Examination, Made, is_member, pieces};

/// Plans how members are brought up to date, or says why none of them can be.
pub fn plan_update(intent: &SetupIntent, fleet: &Fleet) -> Result<SetupPlan, Refusal> {
    let (mut hosts, mut refused, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for name in &intent.hosts {
        match changeable(name, fleet).and_then(|(host, told)| target(host, told)) {
            Ok((host, its)) => {
                hosts.push(host);
                made.extend(its);
            }
            Err(refusal) => refused.push(refusal),
        }
    }
    SetupPlan::of(SetupWork::Update, (hosts, refused), made)?.with_image(&intent.image, fleet)
}

fn target(host: &Host, told: &Examination) -> Result<(SetupTarget, Vec<Made>), Refusal> {
    let profile = &host.settings.profile;
    if !is_member(profile, told) {
        return Err(Refusal::of_host(
            &host.name,
            "it is no member of the fleet yet: tagboat was not set up there",
            format!("tagboat host init {}", host.name),
        ));
    }
    let made = pieces(profile, &told.system);
    let mut target = SetupTarget::of(host);
    (target.changes, target.there) = lacking((&host.name, profile), &made, told)?;
    let old_helpers = told.helpers.iter().map(|path| Change::RemoveFile {
        path: path.clone(),
        what: "the helper of another version; the next push brings its own".to_owned(),
    });
    target.changes.extend(old_helpers);
    Ok((target, made))
}
