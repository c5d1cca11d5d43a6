//! `tagboat host forget`: take a host out of the config file. Nothing on the host is touched; it need not even answer.

use super::confirm::confirm;
use super::exit_code::Exit;
use super::host_args::HostForgetArgs;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::names::HostName;
use crate::model::plan::Gate;
use crate::model::profile::Guard;
use crate::ops::config::edit::{ConfigFile, EditError, remove_host};
use crate::ops::config::{Config, Origin};
use serde::Serialize;
use std::path::Path;

/// `host forget --json`.
#[derive(Serialize)]
struct ForgetReport<'a> {
    v: u8,
    name: &'a HostName,
    file: &'a Path,
    removed: bool,
    lines: Vec<&'a str>,
}

/// Shows the lines that go, and takes them out after a yes.
pub(super) async fn host_forget(program: &mut Program<'_>, args: &HostForgetArgs) -> Result<Exit, Stop> {
    let config = program.config()?;
    let (file, guard) = place(&config, &args.name)?;
    let path = file.path();
    let stop = |error: EditError| Stop::failed(format!("{}: {error}", path.display()), error.advice(path));
    let removal = remove_host(file.text(), &args.name).map_err(stop)?;
    let lines: Vec<&str> = removal.taken.lines().collect();
    let report = |removed| ForgetReport {
        v: VERSION,
        name: &args.name,
        file: path,
        removed,
        lines: lines.clone(),
    };
    if !args.change.json {
        show(program, path, &lines)?;
    }
    if args.change.dry_run {
        if args.change.json {
            program.output.json(&report(false))?;
        }
        program.output.aside("dry run: nothing was changed")?;
        return Ok(Exit::Done);
    }
    let gate = match guard {
        Guard::Strict => Gate::Typed(args.name.to_string()),
        Guard::Normal => Gate::Plan,
    };
    confirm(program, &gate, args.change.yes).await?;
    file.replace(&removal.text, program.environment).map_err(stop)?;
    if args.change.json {
        program.output.json(&report(true))?;
    } else {
        program
            .output
            .line(format!("took {} out of {}", args.name, path.display()))?;
    }
    Ok(Exit::Done)
}

/// The config file that a host is in, and how strictly it asks.
fn place(config: &Config, name: &HostName) -> Result<(ConfigFile, Guard), Stop> {
    let host = config.hosts.iter().find(|host| host.name == *name);
    let host = host.ok_or_else(|| {
        Stop::usage(
            format!("there is no host {name}"),
            "see `tagboat host list` for the hosts",
        )
    })?;
    if let Some(way_out) = host.known_from.way_out(name) {
        return Err(Stop::refused(
            format!("{name} is not in the config file, it was found"),
            way_out,
        ));
    }
    let Origin::File(path) = &config.origin else {
        return Err(Stop::refused(
            "there is no config file",
            "see `tagboat host list` for where hosts come from",
        ));
    };
    let file = ConfigFile::open(path);
    let file =
        file.map_err(|error| Stop::failed(format!("{}: {error}", path.display()), error.advice(path)))?;
    Ok((file, host.guard))
}

fn show(program: &mut Program<'_>, path: &Path, lines: &[&str]) -> Result<(), Stop> {
    let output = &mut program.output;
    output.line(format!("will be taken out of {}:", path.display()))?;
    for line in lines {
        output.line(clean(&format!("  {line}")))?;
    }
    output
        .line("what is on the host stays; `tagboat host remove` takes that off, while it is still known")?;
    Ok(())
}
