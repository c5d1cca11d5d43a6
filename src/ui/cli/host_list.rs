//! `tagboat host list`: the hosts as they are configured, without a connection.

use super::args::ListArgs;
use super::choose_hosts::hosts_to_see;
use super::exit_code::Exit;
use super::print::table::Table;
use super::program::Program;
use super::report::VERSION;
use super::status::dash;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::names::HostName;
use crate::model::profile::{Address, Guard, HostSettings, KnownFrom};
use serde::Serialize;

/// `host list --json`.
#[derive(Serialize)]
struct HostsReport<'a> {
    v: u8,
    hosts: Vec<HostRow<'a>>,
    left_out: &'a [String],
}

/// One host; the table is made of the same.
#[derive(Serialize)]
struct HostRow<'a> {
    name: &'a HostName,
    address: &'a str,
    groups: &'a [String],
    guard: Guard,
    profile: &'a str,
    from: &'static str,
    /// The agent whose keys told of it; absent where it is known from elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
}

impl<'a> HostRow<'a> {
    fn of(host: &'a HostSettings) -> Self {
        Self {
            name: &host.name,
            address: address_word(&host.address),
            groups: &host.groups,
            guard: host.guard,
            profile: &host.profile.name,
            from: host.known_from.word(),
            agent: match &host.known_from {
                KnownFrom::AgentKeys(agent) => Some(agent),
                _ => None,
            },
        }
    }

    fn from(&self) -> String {
        match self.agent {
            Some(agent) => format!("{} {agent}", self.from),
            None => self.from.to_owned(),
        }
    }
}

/// An address as it is written in a config.
pub(super) fn address_word(address: &Address) -> &str {
    match address {
        Address::Ssh(address) => address,
        Address::Local => HostName::LOCAL,
    }
}

/// A guard as it is written in a config.
pub(super) fn guard_word(guard: Guard) -> &'static str {
    match guard {
        Guard::Normal => "normal",
        Guard::Strict => "strict",
    }
}

/// Prints the hosts in the order of the config.
pub(super) fn host_list(program: &mut Program<'_>, args: &ListArgs) -> Result<Exit, Stop> {
    let config = program.config()?;
    let hosts = hosts_to_see(&config, &args.hosts)?;
    let rows: Vec<_> = hosts.iter().map(HostRow::of).collect();
    if args.json {
        program.output.json(&HostsReport {
            v: VERSION,
            hosts: rows,
            left_out: &config.left_out,
        })?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["HOST", "ADDRESS", "GROUPS", "GUARD", "PROFILE", "FROM"]);
    for row in &rows {
        let groups = row.groups.join(", ");
        table.row([
            row.name.to_string(),
            row.address.to_owned(),
            if groups.is_empty() { dash() } else { groups },
            guard_word(row.guard).to_owned(),
            row.profile.to_owned(),
            row.from(),
        ]);
    }
    let width = program.terminal.width;
    table.write(program.output.results(), width)?;
    for why in &config.left_out {
        program.output.aside(format!("note: {}", clean(why)))?;
    }
    Ok(Exit::Done)
}
