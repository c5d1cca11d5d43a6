//! Pin tags: references on a host that keep an image from a prune, whoever prunes.

use crate::model::fleet::HostImage;
use crate::model::names::{ImageId, ImageName, ImageRef, InvalidName, JobId};

/// The name that pin tags have on a host.
pub const PIN_IMAGE: &str = "tagboat-pin";

/// How the tags begin by which jobs hold what they will need; those of restarts and of prunes are others.
const OF_A_JOB: &str = "job-";

/// The pin by which a job holds an image until it has ended.
pub fn job_pin(job: &JobId, image: &ImageId) -> Result<ImageRef, InvalidName> {
    ImageRef::parse(&format!("{PIN_IMAGE}:{OF_A_JOB}{job}-{}", image.short()))
}

/// The job that holds an image by this reference, if it is the pin of one.
pub fn job_of_pin(reference: &ImageRef) -> Option<JobId> {
    if !is_pin(&reference.image) {
        return None;
    }
    let (job, image) = reference.tag.as_str().strip_prefix(OF_A_JOB)?.rsplit_once('-')?;
    let is_short_id = image.len() == 12 && image.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    JobId::parse(job).ok().filter(|_| is_short_id)
}

/// Who holds an image by a pin, as the reason why it stays.
pub(super) fn held_by(image: &HostImage) -> Option<String> {
    let mut jobs = Vec::new();
    for pin in image.references.iter().filter(|one| is_pin(&one.image)) {
        match job_of_pin(pin) {
            Some(job) => jobs.push(job),
            None => return Some("a restart holds it".to_owned()),
        }
    }
    jobs.into_iter().min().map(|job| format!("job {job} needs it"))
}

fn is_pin(image: &ImageName) -> bool {
    image.as_str() == PIN_IMAGE
}

#[cfg(test)]
mod tests {
    use super::{job_of_pin, job_pin};
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
}
