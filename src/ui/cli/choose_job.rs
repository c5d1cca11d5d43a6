//! Which job a word of the command line means: its id, or an end of the id that only one job has.

use super::program::Program;
use super::stop::Stop;
use crate::model::job::Job;
use crate::ops::journal;

/// All jobs of the journal, oldest first.
pub(super) fn known_jobs(program: &Program<'_>) -> Result<Vec<Job>, Stop> {
    let dirs = program.dirs()?;
    journal::list(&dirs.state).map_err(|error| {
        Stop::failed(
            format!("the journal in {} cannot be read: {error}", dirs.state.display()),
            "look at the rights of that directory",
        )
    })
}

/// The one job that a word means.
pub(super) fn choose_job(jobs: Vec<Job>, word: &str) -> Result<Job, Stop> {
    let mut fitting: Vec<Job> = jobs
        .into_iter()
        .filter(|job| !word.is_empty() && job.id.as_str().ends_with(word))
        .collect();
    match (fitting.len(), fitting.pop()) {
        (1, Some(job)) => Ok(job),
        (0, _) => Err(Stop::usage(
            format!("there is no job {word}"),
            "see `tagboat job list`",
        )),
        (_, last) => {
            let ids: Vec<_> = fitting
                .iter()
                .chain(&last)
                .map(|job| job.id.to_string())
                .collect();
            let cause = format!("{word} could be {}", ids.join(", "));
            Err(Stop::usage(cause, "write more of the id"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::choose_job;
    use crate::ui::cli::fixture::job;

    #[test]
    fn a_job_is_named_by_its_id_or_by_an_end_of_it_that_no_other_job_has() {
        let jobs = || vec![job("20261121-013000-a1b2"), job("20261121-013001-c3b2")];
        assert_eq!(
            choose_job(jobs(), "20261121-013000-a1b2").unwrap().id.short(),
            "a1b2"
        );
        assert_eq!(choose_job(jobs(), "c3b2").unwrap().id.short(), "c3b2");
        let said = choose_job(jobs(), "b2").unwrap_err().cause;
        assert_eq!(said, "b2 could be 20261121-013000-a1b2, 20261121-013001-c3b2");
        assert_eq!(
            choose_job(jobs(), "ffff").unwrap_err().cause,
            "there is no job ffff"
        );
        assert!(choose_job(jobs(), "").is_err());
    }
}
