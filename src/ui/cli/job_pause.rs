//! `tagboat job pause`: have a rollout begin no other session.

use super::choose_job::{choose_job, known_jobs};
use super::exit_code::Exit;
use super::job_args::WordArgs;
use super::program::Program;
use super::say_word::{Asking, say_word};
use super::stop::Stop;
use crate::model::job::Word;
use crate::model::rollout::Steer;

/// Says it to the process that runs the job.
pub(super) async fn job_pause(program: &mut Program<'_>, args: &WordArgs) -> Result<Exit, Stop> {
    let job = choose_job(known_jobs(program)?, &args.id)?;
    say_word(program, &job, Word::Steer(Steer::Pause), Asking::Never, args.json).await
}
