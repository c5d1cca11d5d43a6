//! Pin tags: references on a host that keep an image from a prune, whoever prunes.

use crate::model::fleet::HostImage;
use crate::model::names::{ImageId, ImageName, ImageRef, InvalidName, JobId};

/// The name that pin tags have on a host.
pub const PIN_IMAGE: &str = "tagboat-pin";

/// How the tags begin by which jobs hold what they will need; those of restarts and of prunes are others.
const OF_A_JOB: &str = "job-";

/// How those begin by which the prune of a host holds what it takes the tag from (`assets/host/prune/remove.sh`).
const OF_A_PRUNE: &str = "prune-";

/// How those begin that hold what a project was built from, for the way back from its pin.
const OF_A_WAY_BACK: &str = "before-";

/// The pin by which the image of before is held when a project goes from its build to a pin.
pub fn way_back_pin(image: &ImageId) -> Result<ImageRef, InvalidName> {
    ImageRef::parse(&format!("{PIN_IMAGE}:{OF_A_WAY_BACK}{}", image.short()))
}

/// The pin by which a job holds an image until it has ended.
pub fn job_pin(job: &JobId, image: &ImageId) -> Result<ImageRef, InvalidName> {
    ImageRef::parse(&format!("{PIN_IMAGE}:{OF_A_JOB}{job}-{}", image.short()))
}

/// Whose a pin is, by its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinOf {
    /// Of a job that will need the image.
    Job(JobId),
    /// Of the start or restart of a session that this job does.
    Session(JobId),
    /// Of a prune that the host does alone, between its two turns.
    Prune,
    /// Of the way back of a project from its pin to what it was built from: it is held until somebody removes it.
    WayBack,
    /// Of nothing that tagboat does.
    Nobody,
}

/// Whose pin this reference is; none where it is no pin.
pub fn pin_of(reference: &ImageRef) -> Option<PinOf> {
    if !is_pin(&reference.image) {
        return None;
    }
    let tag = reference.tag.as_str();
    let is_short_id = |id: &str| id.len() == 12 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    // That of a restart by Compose holds the image of before, too.
    let of_session = tag.strip_suffix("-old").unwrap_or(tag);
    let job = |of: &str| JobId::parse(of).ok();
    let owner = if let Some(of) = tag.strip_prefix(OF_A_JOB) {
        let (of, image) = of.rsplit_once('-').unwrap_or_default();
        job(of).filter(|_| is_short_id(image)).map(PinOf::Job)
    } else if tag.starts_with(OF_A_PRUNE) {
        Some(PinOf::Prune)
    } else if let Some(image) = tag.strip_prefix(OF_A_WAY_BACK) {
        is_short_id(image).then_some(PinOf::WayBack)
    } else {
        let (of, what) = of_session.rsplit_once('-').unwrap_or_default();
        let is_ours = what == "start" || is_short_id(what);
        job(of).filter(|_| is_ours).map(PinOf::Session)
    };
    Some(owner.unwrap_or(PinOf::Nobody))
}

/// The job that holds an image by this reference, if it is the pin of one.
pub fn job_of_pin(reference: &ImageRef) -> Option<JobId> {
    match pin_of(reference) {
        Some(PinOf::Job(job)) => Some(job),
        _ => None,
    }
}

/// Who holds an image by a pin, as the reason why it stays.
pub(super) fn held_by(image: &HostImage) -> Option<String> {
    let mut jobs = Vec::new();
    for pin in image.references.iter().filter(|one| is_pin(&one.image)) {
        match pin_of(pin) {
            Some(PinOf::Job(job)) => jobs.push(job),
            Some(PinOf::WayBack) => {
                return Some(format!(
                    "it is the way back of a Compose project: docker rmi {pin}"
                ));
            }
            _ => return Some("a restart holds it".to_owned()),
        }
    }
    jobs.into_iter().min().map(|job| format!("job {job} needs it"))
}

fn is_pin(image: &ImageName) -> bool {
    image.as_str() == PIN_IMAGE
}

#[cfg(test)]
mod tests {
    use super::{PinOf, job_of_pin, job_pin, pin_of};
    use crate::model::names::{Digest, ImageId, ImageRef, JobId};

    #[test]
    fn the_pin_of_a_job_names_its_job_and_no_other_pin_does() {
        let job = JobId::new(jiff::Timestamp::UNIX_EPOCH, 7);
        let image = ImageId(Digest::from_bytes(&[0xab; 32]));
        let pin = job_pin(&job, &image).unwrap();
        assert_eq!(
            pin.to_string(),
            "tagboat-pin:job-19700101-000000-0007-abababababab"
        );
        assert_eq!(job_of_pin(&pin), Some(job));
        for other in [
            "tagboat-pin:19700101-000000-0007-abababababab",
            "tagboat-pin:prune-v1",
            "tagboat-pin:job-19700101-000000-0007",
            "convocate:job-19700101-000000-0007-abababababab",
        ] {
            assert_eq!(job_of_pin(&ImageRef::parse(other).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn of_whom_a_pin_is_stands_in_its_tag() {
        let job = JobId::new(jiff::Timestamp::UNIX_EPOCH, 7);
        let of = |reference: &str| pin_of(&ImageRef::parse(reference).unwrap());
        for (tag, owner) in [
            ("job-19700101-000000-0007-abababababab", PinOf::Job(job.clone())),
            ("19700101-000000-0007-abababababab", PinOf::Session(job.clone())),
            (
                "19700101-000000-0007-abababababab-old",
                PinOf::Session(job.clone()),
            ),
            ("19700101-000000-0007-start", PinOf::Session(job)),
            ("prune-v1", PinOf::Prune),
            ("before-abababababab", PinOf::WayBack),
            ("before-v1", PinOf::Nobody),
            ("19700101-000000-0007", PinOf::Nobody),
            ("job-19700101-000000-0007", PinOf::Nobody),
            ("mine", PinOf::Nobody),
        ] {
            assert_eq!(of(&format!("tagboat-pin:{tag}")), Some(owner), "{tag}");
        }
        assert_eq!(of("convocate:prune-v1"), None);
    }
}
