//! `tagboat session logs`: what a session writes, line by line, followed where that is wanted.

use super::choose_hosts::hosts_to_see;
use super::choose_sessions::choose_session;
use super::exit_code::Exit;
use super::program::{Interrupt, Program};
use super::report::VERSION;
use super::session_args::LogsArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::fleet::Fleet;
use crate::model::logs::{LogEnd, LogLine, LogNews, LogRequest, LogStream, holds};
use crate::model::names::{ContainerId, HostName};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// A line of `--json`.
#[derive(Serialize)]
struct LineReport<'a> {
    v: u8,
    event: &'static str,
    stream: &'static str,
    text: &'a str,
}

const STREAM: LogStream = LogStream(1);

/// Reads the lines and prints those that are wanted.
pub(super) async fn session_logs(program: &mut Program<'_>, args: &LogsArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts)?;
    let since = args
        .since
        .as_deref()
        .map(|text| moment(text, program.clock.now()))
        .transpose()?;
    let mut survey = survey(program, &setup, hosts, Need::Hosts).await?;
    let outcome = match container(&survey.fleet, &args.name) {
        Ok((host, container)) => {
            let request = LogRequest {
                host,
                container,
                follow: args.follow,
                since,
                tail: args.tail,
            };
            print(program, &mut survey, request, args).await
        }
        Err(stop) => Err(stop),
    };
    survey.close().await;
    outcome
}

/// The container of a session; what restarts left of one is named by its whole name.
fn container(fleet: &Fleet, word: &str) -> Result<(HostName, ContainerId), Stop> {
    let left = fleet.hosts().find_map(|host| {
        let named = host
            .containers()
            .find(|one| one.session.is_some() && one.name == word)?;
        Some((host.name.clone(), named.id.clone()))
    });
    let (host, session) = match choose_session(fleet, word) {
        Ok(place) => place,
        Err(stop) => return left.ok_or(stop),
    };
    let found = fleet.host(&host).and_then(|host| host.session(&session));
    let id = found.map(|session| session.container().id.clone());
    id.map(|id| (host, id)).ok_or_else(|| {
        Stop::refused(
            format!("there is no session {word}"),
            "see `tagboat session list`",
        )
    })
}

async fn print(
    program: &mut Program<'_>,
    survey: &mut Survey,
    request: LogRequest,
    args: &LogsArgs,
) -> Result<Exit, Stop> {
    let ended = || Stop::failed("the engine ended early", "look at the log in the state directory");
    let sent = survey
        .engine
        .commands
        .send(Command::ReadLogs(STREAM, request))
        .await;
    sent.map_err(|_| ended())?;
    loop {
        tokio::select! {
            event = survey.engine.events.recv() => match event {
                Some(Event::Logs(STREAM, LogNews::Lines(lines))) => {
                    for line in lines {
                        print_line(program, &line, args)?;
                    }
                }
                Some(Event::Logs(STREAM, LogNews::Ended(end))) => return end_of(program, end),
                Some(_) => {}
                None => return Err(ended()),
            },
            Some(Interrupt::Stop | Interrupt::Leave) = program.interrupts.recv() => {
                return Err(Stop::interrupted("The session runs on.", ""));
            }
        }
    }
}

fn print_line(program: &mut Program<'_>, line: &LogLine, args: &LogsArgs) -> Result<(), Stop> {
    if args
        .grep
        .as_deref()
        .is_some_and(|wanted| !holds(&line.text, wanted))
    {
        return Ok(());
    }
    if args.json {
        let stream = if line.is_error { "stderr" } else { "stdout" };
        program.output.json(&LineReport {
            v: VERSION,
            event: "line",
            stream,
            text: &line.text,
        })?;
    } else {
        program.output.line(&line.text)?;
    }
    Ok(())
}

fn end_of(program: &mut Program<'_>, end: LogEnd) -> Result<Exit, Stop> {
    match end {
        LogEnd::Complete => Ok(Exit::Done),
        LogEnd::Stopped(how) => {
            program.output.aside(how)?;
            Ok(Exit::Done)
        }
        LogEnd::Failed { cause, advice } => Err(Stop::failed(cause, advice)),
    }
}

/// A time, or how long ago it was.
fn moment(text: &str, now: Timestamp) -> Result<Timestamp, Stop> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let ago = text
        .parse::<SignedDuration>()
        .ok()
        .filter(|ago| !ago.is_negative());
    ago.and_then(|ago| now.checked_sub(ago).ok()).ok_or_else(|| {
        Stop::usage(
            format!("{text:?} is no time"),
            "write how long ago, such as 10m, or a time such as 2026-11-21T01:30:00Z",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::moment;
    use jiff::Timestamp;

    #[test]
    fn a_time_is_told_as_it_is_or_by_how_long_ago_it_was() {
        let now: Timestamp = "2026-11-21T01:30:00Z".parse().unwrap();
        for (text, at) in [
            ("10m", "2026-11-21T01:20:00Z"),
            ("1h30m", "2026-11-21T00:00:00Z"),
            ("2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"),
        ] {
            assert_eq!(moment(text, now).unwrap().to_string(), at, "{text}");
        }
        for bad in ["yesterday", "-10m", "", "10"] {
            assert!(moment(bad, now).is_err(), "{bad}");
        }
    }
}
