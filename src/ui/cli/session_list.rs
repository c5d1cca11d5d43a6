//! `tagboat session list`: the sessions with the tag that each is pinned to.

use super::args::ListArgs;
use super::choose_hosts::hosts_to_see;
use super::exit_code::Exit;
use super::print::table::Table;
use super::program::Program;
use super::report::{FleetReport, SessionReport, VERSION};
use super::status::{dash, short_id};
use super::stop::Stop;
use super::survey::{Need, survey};
use serde::Serialize;

#[derive(Serialize)]
struct SessionsReport<'a> {
    v: u8,
    sessions: Vec<PlacedSession<'a>>,
    /// Hosts that could not be asked; their sessions are missing here.
    unseen: Vec<Unseen<'a>>,
}

#[derive(Serialize)]
struct PlacedSession<'a> {
    host: &'a str,
    #[serde(flatten)]
    session: &'a SessionReport,
}

#[derive(Serialize)]
struct Unseen<'a> {
    name: &'a str,
    state: &'a str,
    reason: Option<&'a str>,
}

/// Looks at the fleet once and prints its sessions.
pub(super) async fn session_list(program: &mut Program<'_>, args: &ListArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts)?;
    let survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let report = FleetReport::of(&survey.fleet, program.clock.now());
    survey.close().await;
    if args.json {
        program.output.json(&sessions_report(&report))?;
        return Ok(Exit::Done);
    }
    let table = session_table(&report);
    if table.is_empty() {
        program.output.aside("there are no sessions")?;
    } else {
        let width = program.terminal.width;
        table.write(program.output.results(), width)?;
    }
    for host in report.hosts.iter().filter(|host| host.engine.is_none()) {
        let why = host.reason.as_deref().unwrap_or("it did not answer in time");
        program.output.aside(format!("{}: {why}", host.name))?;
    }
    Ok(Exit::Done)
}

fn sessions_report(report: &FleetReport) -> SessionsReport<'_> {
    let sessions = report.hosts.iter().flat_map(|host| {
        let place = |session| PlacedSession {
            host: &host.name,
            session,
        };
        host.sessions.iter().map(place)
    });
    let unseen = report.hosts.iter().filter(|host| host.engine.is_none());
    SessionsReport {
        v: VERSION,
        sessions: sessions.collect(),
        unseen: unseen
            .map(|host| Unseen {
                name: &host.name,
                state: &host.state,
                reason: host.reason.as_deref(),
            })
            .collect(),
    }
}

/// The sessions of all hosts.
pub(super) fn session_table(report: &FleetReport) -> Table {
    let mut table = Table::new(["HOST", "SESSION", "STATE", "PINNED TAG", "IMAGE ID", "STANDING"]);
    for host in &report.hosts {
        for session in &host.sessions {
            table.row([
                host.name.clone(),
                match &session.label {
                    Some(label) => format!("{label} ({})", session.name),
                    None => session.name.clone(),
                },
                session.state.clone(),
                session.pinned_tag.clone().unwrap_or_else(dash),
                short_id(&session.image_id),
                session.standing(),
            ]);
        }
    }
    table
}
