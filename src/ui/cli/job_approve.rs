//! `tagboat job approve`: find the canaries of a rollout good.

use super::choose_job::{choose_job, known_jobs};
use super::exit_code::Exit;
use super::job_args::AskedWordArgs;
use super::program::Program;
use super::say_word::{Asking, say_word};
use super::stop::Stop;
use crate::model::job::Word;
use crate::model::rollout::Steer;

/// Asks, and says it to the process that runs the job.
pub(super) async fn job_approve(program: &mut Program<'_>, args: &AskedWordArgs) -> Result<Exit, Stop> {
    let job = choose_job(known_jobs(program)?, &args.said.id)?;
    let asking = Asking::unless(args.yes);
    say_word(program, &job, Word::Steer(Steer::Approve), asking, args.said.json).await
}
