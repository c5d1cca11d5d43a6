//! `tagboat completions`: what a shell needs to complete the command line.

use super::args::{Cli, CompletionsArgs};
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use clap::CommandFactory;

/// Prints the completions of one shell.
pub(super) fn completions(program: &mut Program<'_>, args: &CompletionsArgs) -> Result<Exit, Stop> {
    // The generator panics on a stream that fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tagboat", &mut script);
    program.output.results().write_all(&script)?;
    program.output.results().flush()?;
    Ok(Exit::Done)
}
