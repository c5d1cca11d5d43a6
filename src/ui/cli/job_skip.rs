//! `tagboat job skip`: have a rollout leave a session out.

use super::choose_job::{choose_job, known_jobs};
use super::choose_target::choose_target;
use super::exit_code::Exit;
use super::job_args::TargetWordArgs;
use super::program::Program;
use super::say_word::{Asking, say_word};
use super::stop::Stop;
use crate::model::job::Word;
use crate::model::rollout::Steer;

/// Asks, and says it to the process that runs the job.
pub(super) async fn job_skip(program: &mut Program<'_>, args: &TargetWordArgs) -> Result<Exit, Stop> {
    let job = choose_job(known_jobs(program)?, &args.id)?;
    let word = Word::Steer(Steer::Skip(choose_target(&job, &args.target)?));
    say_word(program, &job, word, Asking::unless(args.yes), args.json).await
}
