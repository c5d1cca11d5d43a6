//! `tagboat man`: the manual page, with a section for every verb.

use super::args::Cli;
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::io;

/// Prints the page as roff: `tagboat man | man -l -`.
pub(super) fn man(program: &mut Program<'_>) -> Result<Exit, Stop> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for verb in command.get_subcommands() {
        write_verb(verb, &mut page)?;
    }
    program.output.results().write_all(&page)?;
    program.output.results().flush()?;
    Ok(Exit::Done)
}

/// One verb, or the verbs below it.
fn write_verb(verb: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    if verb.get_name() == "help" {
        return Ok(());
    }
    if verb.has_subcommands() {
        return verb
            .get_subcommands()
            .try_for_each(|inner| write_verb(inner, page));
    }
    let name = verb
        .get_bin_name()
        .unwrap_or_else(|| verb.get_name())
        .to_uppercase();
    let man = Man::new(verb.clone());
    let mut body = Vec::new();
    man.render_synopsis_section(&mut body)?;
    man.render_description_section(&mut body)?;
    man.render_options_section(&mut body)?;
    // The sections of a verb become parts of its own section.
    let body = String::from_utf8_lossy(&body).replace(".SH ", ".SS ");
    page.extend(format!(".SH \"{name}\"\n").bytes());
    page.extend(body.bytes());
    Ok(())
}
