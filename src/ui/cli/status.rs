//! `tagboat status`: every host with its active tag, its tags and its sessions.

use super::args::ListArgs;
use super::choose_hosts::hosts_to_see;
use super::exit_code::Exit;
use super::print::amounts::{bytes, span};
use super::print::table::Table;
use super::program::Program;
use super::report::{FleetReport, HostReport};
use super::session_list::session_table;
use super::stop::Stop;
use super::survey::{Need, survey};
use jiff::SignedDuration;
use std::io::{self, Write};

/// Looks at the fleet once and prints it.
pub(super) async fn status(program: &mut Program<'_>, args: &ListArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts)?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let report = FleetReport::of(&survey.fleet, program.clock.now());
    survey.close().await;
    if args.json {
        program.output.json(&report)?;
    } else {
        let width = program.terminal.width;
        write_tables(&report, program.output.results(), width)?;
    }
    Ok(Exit::Done)
}

fn write_tables(report: &FleetReport, out: &mut dyn Write, width: Option<usize>) -> io::Result<()> {
    host_table(report).write(out, width)?;
    for table in [tag_table(report), session_table(report)] {
        if !table.is_empty() {
            writeln!(out)?;
            table.write(out, width)?;
        }
    }
    let notes: Vec<_> = report.hosts.iter().flat_map(notes).collect();
    if !notes.is_empty() {
        writeln!(out)?;
    }
    for note in notes {
        writeln!(out, "{note}")?;
    }
    out.flush()
}

fn host_table(report: &FleetReport) -> Table {
    let mut table = Table::new([
        "HOST",
        "STATE",
        "ACTIVE TAG",
        "TAGS",
        "SESSIONS",
        "BEHIND",
        "ENGINE",
        "STORE",
    ]);
    for host in &report.hosts {
        let behind = host
            .sessions
            .iter()
            .filter(|session| session.behind == Some(true))
            .count();
        let is_seen = host.engine.is_some();
        let count = |n: usize| if is_seen { n.to_string() } else { dash() };
        table.row([
            host.name.clone(),
            host.state.clone(),
            host.active_tag.clone().unwrap_or_else(dash),
            count(host.tags.len()),
            count(host.sessions.len()),
            if host.active_tag.is_some() {
                count(behind)
            } else {
                dash()
            },
            host.engine.clone().unwrap_or_else(dash),
            host.store.clone().unwrap_or_else(dash),
        ]);
    }
    table
}

fn tag_table(report: &FleetReport) -> Table {
    let mut table = Table::new(["HOST", "TAG", "IMAGE ID", "SIZE", "SESSIONS", ""]);
    for host in &report.hosts {
        for tag in &host.tags {
            let is_active = host.active_tag.as_ref() == Some(&tag.tag);
            table.row([
                host.name.clone(),
                tag.tag.clone(),
                short_id(&tag.image_id),
                bytes(tag.size),
                tag.in_use.to_string(),
                if is_active {
                    "active".to_owned()
                } else {
                    String::new()
                },
            ]);
        }
    }
    table
}

/// What is wrong with a host, who changes it, whether its clock is off, and whether it is there twice.
fn notes(host: &HostReport) -> Vec<String> {
    let problem = host.reason.clone().or_else(|| host.stamp_problem.clone());
    let lease = host.lease.as_ref().map(|lease| lease.words.clone());
    let clock = host.clock_off_seconds.map(|off| {
        let which = if off > 0 { "ahead of" } else { "behind" };
        let by = span(SignedDuration::from_secs(off.abs()));
        format!("its clock is {by} {which} this machine's")
    });
    let twins = &host.same_machine_as;
    let machine = (!twins.is_empty()).then(|| {
        format!(
            "the same machine as {}: its sessions are there twice",
            twins.join(", ")
        )
    });
    let all = [problem, lease, clock, machine].into_iter().flatten();
    all.map(|note| format!("{}: {note}", host.name)).collect()
}

/// The first 12 hex digits of an image id.
pub(super) fn short_id(id: &str) -> String {
    id.strip_prefix("sha256:")
        .unwrap_or(id)
        .chars()
        .take(12)
        .collect()
}

pub(super) fn dash() -> String {
    "-".to_owned()
}
