//! The command line: one verb per module, on the same engine and in the same words as the console.

mod activate;
pub mod args;
mod ask_draft;
mod build;
pub mod build_args;
mod build_wish;
mod cache_clear;
mod cache_fill;
mod cache_show;
mod change;
mod check;
pub mod check_args;
mod choose_contract;
mod choose_hosts;
mod choose_image;
mod choose_job;
mod choose_sessions;
mod choose_target;
mod completions;
pub mod compose_args;
mod compose_bootstrap;
mod compose_check;
mod compose_env;
mod compose_generate;
mod compose_migrate;
mod compose_pin;
mod compose_project;
mod config_show;
mod confirm;
mod console;
mod examine;
pub mod exit_code;
#[cfg(test)]
mod fixture;
mod follow;
mod host_add;
pub mod host_args;
mod host_doctor;
mod host_draft;
mod host_forget;
mod host_init;
mod host_list;
mod host_remove;
#[cfg(test)]
mod host_tests;
mod host_update;
mod job_approve;
mod job_args;
mod job_cancel;
mod job_continue;
mod job_list;
mod job_pause;
mod job_resume;
mod job_retry;
mod job_show;
mod job_skip;
mod log_in;
mod man;
pub mod output;
#[cfg(test)]
mod output_tests;
mod print;
pub mod program;
mod prune;
mod publish;
mod push;
pub mod registry_args;
mod release;
mod release_args;
mod report;
#[cfg(test)]
mod restart_tests;
#[cfg(test)]
mod resume_tests;
mod rollback;
mod rollout;
mod rollout_args;
#[cfg(test)]
mod rollout_tests;
mod say_word;
pub mod session_args;
mod session_attach;
mod session_list;
mod session_logs;
mod session_remove;
mod session_rename;
mod session_restart;
mod session_start;
mod session_stop;
mod set_up;
pub mod setup_args;
#[cfg(test)]
mod setup_tests;
mod status;
pub mod stop;
mod survey;
mod take_in;
#[cfg(test)]
mod tests;
mod trust_key;
mod waiting;
mod weigh;

use args::{CacheVerb, Cli, ConfigVerb, JobVerb, Verb};
use compose_args::ComposeVerb;
use exit_code::Exit;
use host_args::HostVerb;
use program::Program;
use session_args::SessionVerb;
use stop::Stop;

/// Does what the arguments say and gives the exit code; what went wrong is told before.
pub async fn run(cli: &Cli, mut program: Program<'_>) -> u8 {
    program.config_file.clone_from(&cli.config);
    let outcome = match &cli.verb {
        Some(Verb::Session(SessionVerb::Attach(args))) => {
            session_attach::session_attach(&mut program, args).await
        }
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
        Verb::Build(args) => build::build(program, args).await,
        Verb::Push(args) => push::push(program, args).await,
        Verb::Publish(args) => publish::publish(program, args).await,
        Verb::Release(args) => release::release(program, args).await,
        Verb::Activate(args) => activate::activate(program, args).await,
        Verb::Check(args) => check::check(program, args).await,
        Verb::Session(verb) => session(verb, program).await,
        Verb::Rollout(args) => rollout::rollout(program, args).await,
        Verb::Rollback(args) => rollback::rollback(program, args).await,
        Verb::Prune(args) => prune::prune(program, args).await,
        Verb::Host(verb) => host(verb, program).await,
        Verb::InitAgent(args) => host_init::host_init(program, args).await,
        Verb::Update(args) => host_update::host_update(program, args).await,
        Verb::Compose(verb) => compose(verb, program).await,
        Verb::Job(verb) => job(verb, program).await,
        Verb::Cache(CacheVerb::Show(args)) => cache_show::cache_show(program, args),
        Verb::Cache(CacheVerb::Fill(args)) => cache_fill::cache_fill(program, args).await,
        Verb::Cache(CacheVerb::Clear(args)) => cache_clear::cache_clear(program, args).await,
        Verb::Config(ConfigVerb::Show) => config_show::config_show(program),
        Verb::Completions(args) => completions::completions(program, args),
        Verb::Man => man::man(program),
    }
}

async fn host(verb: &HostVerb, program: &mut Program<'_>) -> Result<Exit, Stop> {
    match verb {
        HostVerb::List(args) => host_list::host_list(program, args),
        HostVerb::Add(args) => host_add::host_add(program, args).await,
        HostVerb::Init(args) => host_init::host_init(program, args).await,
        HostVerb::Update(args) => host_update::host_update(program, args).await,
        HostVerb::Doctor(args) => host_doctor::host_doctor(program, args).await,
        HostVerb::Forget(args) => host_forget::host_forget(program, args).await,
        HostVerb::Remove(args) => host_remove::host_remove(program, args).await,
    }
}

async fn compose(verb: &ComposeVerb, program: &mut Program<'_>) -> Result<Exit, Stop> {
    match verb {
        ComposeVerb::Generate(args) => compose_generate::compose_generate(program, args).await,
        ComposeVerb::Check(args) => compose_check::compose_check(program, args).await,
        ComposeVerb::Bootstrap(args) => compose_bootstrap::compose_bootstrap(program, args).await,
        ComposeVerb::Migrate(args) => compose_migrate::compose_migrate(program, args).await,
        ComposeVerb::Pin(args) => compose_pin::compose_pin(program, args),
    }
}

async fn job(verb: &JobVerb, program: &mut Program<'_>) -> Result<Exit, Stop> {
    match verb {
        JobVerb::List(args) => job_list::job_list(program, args),
        JobVerb::Show(args) => job_show::job_show(program, args),
        JobVerb::Resume(args) => job_resume::job_resume(program, args).await,
        JobVerb::Pause(args) => job_pause::job_pause(program, args).await,
        JobVerb::Continue(args) => job_continue::job_continue(program, args).await,
        JobVerb::Approve(args) => job_approve::job_approve(program, args).await,
        JobVerb::Skip(args) => job_skip::job_skip(program, args).await,
        JobVerb::Retry(args) => job_retry::job_retry(program, args).await,
        JobVerb::Cancel(args) => job_cancel::job_cancel(program, args).await,
    }
}

async fn session(verb: &SessionVerb, program: &mut Program<'_>) -> Result<Exit, Stop> {
    match verb {
        SessionVerb::List(args) => session_list::session_list(program, args).await,
        SessionVerb::Restart(args) => session_restart::session_restart(program, args).await,
        SessionVerb::Start(args) => session_start::session_start(program, args).await,
        SessionVerb::Stop(args) => session_stop::session_stop(program, args).await,
        SessionVerb::Remove(args) => session_remove::session_remove(program, args).await,
        SessionVerb::Rename(args) => session_rename::session_rename(program, args).await,
        SessionVerb::Logs(args) => session_logs::session_logs(program, args).await,
        SessionVerb::Attach(args) => {
            let code = session_attach::session_attach(program, args).await?;
            Ok(if code == 0 { Exit::Done } else { Exit::Failed })
        }
    }
}
