//! The arguments of what is said to a job that runs.

use clap::Args;

/// `tagboat job pause`, `tagboat job continue`.
#[derive(Debug, Args)]
pub struct WordArgs {
    /// The job, or the end of its id where only one job ends so.
    pub id: String,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `tagboat job approve`, `tagboat job cancel`.
#[derive(Debug, Args)]
pub struct AskedWordArgs {
    /// Which job.
    #[command(flatten)]
    pub said: WordArgs,
    /// Say it without being asked.
    #[arg(long, short = 'y')]
    pub yes: bool,
}

/// `tagboat job skip`, `tagboat job retry`.
#[derive(Debug, Args)]
pub struct TargetWordArgs {
    /// The job, or the end of its id where only one job ends so.
    pub id: String,
    /// The session: HOST/SESSION, its name, or a part of it that only one session of the job has.
    pub target: String,
    /// Say it without being asked.
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}
