//! The command line: one verb per module, on the same engine and in the same words as the console.

mod activate;
pub mod args;
mod cache_clear;
mod cache_fill;
mod cache_show;
mod change;
mod choose_hosts;
mod choose_image;
mod choose_job;
mod choose_sessions;
mod completions;
mod config_show;
mod confirm;
mod console;
pub mod exit_code;
#[cfg(test)]
mod fixture;
mod follow;
mod job_list;
mod job_resume;
mod job_show;
mod man;
pub mod output;
mod print;
pub mod program;
mod prune;
mod push;
mod report;
#[cfg(test)]
mod restart_tests;
mod rollback;
mod rollout;
mod session_list;
mod session_restart;
mod status;
pub mod stop;
mod survey;
#[cfg(test)]
mod tests;
mod waiting;
mod weigh;

use args::{CacheVerb, Cli, ConfigVerb, JobVerb, SessionVerb, Verb};
use exit_code::Exit;
use program::Program;
use stop::Stop;

/// Does what the arguments say and gives the exit code; what went wrong is told before.
pub async fn run(cli: &Cli, mut program: Program<'_>) -> u8 {
    program.config_file.clone_from(&cli.config);
    let outcome = match &cli.verb {
        Some(verb) => perform(verb, &mut program).await.map(Exit::code),
        None => console::console(&mut program).await,
    };
    outcome.unwrap_or_else(|stop| {
        // When neither stream can be written, the exit code is all that is left to say.
        if cli.is_json() {
            let _ = print::json::stop_line(&mut program.output, &stop);
        }
        let _ = program.output.aside(stop.to_string());
        stop.exit.code()
    })
}

async fn perform(verb: &Verb, program: &mut Program<'_>) -> Result<Exit, Stop> {
    match verb {
        Verb::Status(args) => status::status(program, args).await,
        Verb::Push(args) => push::push(program, args).await,
        Verb::Activate(args) => activate::activate(program, args).await,
        Verb::Session(SessionVerb::List(args)) => session_list::session_list(program, args).await,
        Verb::Session(SessionVerb::Restart(args)) => session_restart::session_restart(program, args).await,
        Verb::Rollout(args) => rollout::rollout(program, args).await,
        Verb::Rollback(args) => rollback::rollback(program, args).await,
        Verb::Prune(args) => prune::prune(program, args).await,
        Verb::Job(JobVerb::List(args)) => job_list::job_list(program, args),
        Verb::Job(JobVerb::Show(args)) => job_show::job_show(program, args),
        Verb::Job(JobVerb::Resume(args)) => job_resume::job_resume(program, args).await,
        Verb::Cache(CacheVerb::Show(args)) => cache_show::cache_show(program, args),
        Verb::Cache(CacheVerb::Fill(args)) => cache_fill::cache_fill(program, args).await,
        Verb::Cache(CacheVerb::Clear(args)) => cache_clear::cache_clear(program, args).await,
        Verb::Config(ConfigVerb::Show) => config_show::config_show(program),
        Verb::Completions(args) => completions::completions(program, args),
        Verb::Man => man::man(program),
    }
}
