//! `tagboat host add`: a host is tested, and written into the config file if it works.

use super::confirm::{can_be_answered, confirm};
use super::exit_code::Exit;
use super::host_args::HostAddArgs;
use super::host_draft::Draft;
use super::host_list::address_word;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use super::survey::{Need, survey};
use super::trust_key::{Answer, no_way, trust_key};
use crate::model::clean::clean;
use crate::model::fleet::{Connection, ConnectionProblem, Host, Privilege, Stamp};
use crate::model::names::HostName;
use crate::model::plan::Gate;
use crate::model::profile::Address;
use serde::Serialize;
use std::path::Path;

/// `host add --json`.
#[derive(Serialize)]
struct AddReport<'a> {
    v: u8,
    name: &'a HostName,
    address: &'a str,
    file: &'a Path,
    added: bool,
    lines: &'a [String],
    tested: Option<TestReport>,
    key: Option<KeyReport<'a>>,
    notes: &'a [String],
}

/// What the test saw.
#[derive(Serialize)]
struct TestReport {
    engine: Option<String>,
    store: Option<&'static str>,
    platform: Option<String>,
    privilege: Option<Privilege>,
    active_tag: Option<String>,
    sessions: usize,
}

/// A key that was not known.
#[derive(Serialize)]
struct KeyReport<'a> {
    kind: &'a str,
    fingerprint: &'a str,
    known_hosts: &'a Path,
    remembered: bool,
}

/// What is known of a host before it is added.
struct Tested {
    /// What it told; nothing where it was not asked, or not trusted yet.
    host: Option<Host>,
    key: Option<Answer>,
}

/// Tests a host, shows what would be written, and writes it after a yes.
pub(super) async fn host_add(program: &mut Program<'_>, args: &HostAddArgs) -> Result<Exit, Stop> {
    let mut draft = Draft::of(program, args)?;
    // Before a key is remembered: who cannot say yes in the end must not begin.
    can_be_answered(program, args.change.yes || args.change.dry_run)?;
    let tested = if args.no_test {
        Tested {
            host: None,
            key: None,
        }
    } else {
        test(program, &draft, args).await?
    };
    if let Some(host) = &tested.host {
        let twins = twins(program, &draft, host)
            .await
            .map_err(|stop| with_key_state(stop, tested.key.as_ref()))?;
        draft.notes.extend(twins);
    }
    let is_asked = program.terminal.can_ask && !args.change.yes && !args.change.dry_run;
    if !args.change.json || is_asked {
        show(program, &draft, &tested, args)?;
    }
    if args.change.dry_run {
        if args.change.json {
            program.output.json(&report(&draft, &tested, false))?;
        }
        program.output.aside("dry run: nothing was changed")?;
        return Ok(Exit::Done);
    }
    confirm(program, &Gate::Plan, args.change.yes)
        .await
        .map_err(|stop| with_key_state(stop, tested.key.as_ref()))?;
    let file = draft.file.path();
    draft
        .file
        .replace(&draft.text, program.environment)
        .map_err(|error| {
            let stop = Stop::failed(format!("{}: {error}", file.display()), error.advice(file));
            with_key_state(stop, tested.key.as_ref())
        })?;
    let told = if args.change.json {
        program.output.json(&report(&draft, &tested, true))
    } else {
        let name = &draft.host.name;
        program.output.line(format!("added {name} to {}", file.display()))
    };
    told.map_err(|error| Stop {
        state: format!("{} was added to {}.", draft.host.name, file.display()),
        ..error.into()
    })?;
    Ok(Exit::Done)
}

/// Asks the host as every verb does. A key that is not known is met once; the second time it is another one.
async fn test(program: &mut Program<'_>, draft: &Draft, args: &HostAddArgs) -> Result<Tested, Stop> {
    let mut host = look(program, draft).await?;
    let mut key = None;
    if let (Some(ConnectionProblem::HostKeyUnknown(_)), Address::Ssh(address)) =
        (problem(&host), &draft.host.address)
    {
        let answer = trust_key(program, draft, address, args).await?;
        let is_remembered = answer.is_remembered;
        key = Some(answer);
        if !is_remembered {
            return Ok(Tested { host: None, key });
        }
        host = look(program, draft)
            .await
            .map_err(|stop| with_key_state(stop, key.as_ref()))?;
    }
    let found = problem(&host);
    if found.is_none() && host.listed_at.is_some() {
        return Ok(Tested {
            host: Some(host),
            key,
        });
    }
    let between = match (found, &draft.host.address) {
        (Some(ConnectionProblem::Unreachable(_)), Address::Ssh(address)) => {
            no_way(program, draft, address).await
        }
        _ => None,
    };
    let stop = between.unwrap_or_else(|| not_usable(&host, found));
    Err(with_key_state(stop, key.as_ref()))
}

async fn look(program: &mut Program<'_>, draft: &Draft) -> Result<Host, Stop> {
    let survey = survey(program, &draft.setup, vec![draft.host.clone()], Need::Hosts).await?;
    let seen = survey.fleet.host(&draft.host.name).cloned();
    survey.close().await;
    seen.ok_or_else(|| {
        Stop::failed(
            format!("{}: it was not asked", draft.host.name),
            "run the same again",
        )
    })
}

/// Other hosts of the config that are the same machine. Those at the same address are told without asking them.
async fn twins(program: &mut Program<'_>, draft: &Draft, host: &Host) -> Result<Vec<String>, Stop> {
    let known = draft.setup.config.hosts.iter();
    let others = known.filter(|other| other.name != host.name && other.address != host.settings.address);
    let others: Vec<_> = others.cloned().collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let survey = survey(program, &draft.setup, others, Need::WhoAnswers).await?;
    let twins = survey.fleet.twins(host).map(|twin| {
        format!(
            "{} is the same machine (one engine): its sessions will be there twice; rather choose one of the names",
            twin.name
        )
    });
    let twins = twins.collect();
    survey.close().await;
    Ok(twins)
}

fn problem(host: &Host) -> Option<&ConnectionProblem> {
    match &host.connection {
        Connection::Failed { problem, .. } => Some(problem),
        _ => None,
    }
}

fn not_usable(host: &Host, problem: Option<&ConnectionProblem>) -> Stop {
    let name = &host.name;
    match problem {
        Some(changed @ ConnectionProblem::HostKeyChanged(_)) => {
            Stop::refused(format!("{name}: {changed}"), changed.advice())
        }
        // For a host that is not in the fleet nobody tries again.
        Some(gone @ (ConnectionProblem::Unreachable(_) | ConnectionProblem::Lost(_))) => Stop::failed(
            format!("{name}: {gone}"),
            "check the address, the host and the network; --no-test writes it anyway",
        ),
        Some(other) => Stop::failed(
            format!("{name}: {other}"),
            format!("{}; --no-test writes it anyway", other.advice()),
        ),
        None => Stop::failed(
            format!("{name}: it did not answer in time"),
            "run the same again; --no-test writes it anyway",
        ),
    }
}

/// A key that was remembered stays so, and is told.
fn with_key_state(stop: Stop, key: Option<&Answer>) -> Stop {
    match key.filter(|answer| answer.is_remembered) {
        Some(answer) => Stop {
            state: format!(
                "The config was not changed; the host key is in {}.",
                clean(&answer.offered.known_hosts.display().to_string())
            ),
            ..stop
        },
        None => stop,
    }
}

fn show(program: &mut Program<'_>, draft: &Draft, tested: &Tested, args: &HostAddArgs) -> Result<(), Stop> {
    let name = &draft.host.name;
    let mut lines = Vec::new();
    match (&tested.host, &tested.key) {
        (Some(host), _) => lines.extend(seen(host)),
        (None, Some(_)) => lines.push(format!("{name}: not tested, because its host key is not known")),
        (None, None) => lines.push(format!("{name}: not tested (--no-test)")),
    }
    let verb = if draft.file.is_there() {
        "will be added to"
    } else {
        "will be the first lines of"
    };
    lines.push(format!("{verb} {}:", draft.file.path().display()));
    lines.extend(
        draft
            .lines
            .iter()
            .map(|line| format!("  {line}").trim_end().to_owned()),
    );
    lines.extend(draft.notes.iter().map(|note| format!("note: {note}")));
    for line in lines {
        if args.change.json {
            program.output.aside(clean(&line))?;
        } else {
            program.output.line(clean(&line))?;
        }
    }
    Ok(())
}

/// What the host told, in two lines, and what it lacks to be changed.
fn seen(host: &Host) -> Vec<String> {
    let name = &host.name;
    let mut lines = Vec::new();
    if let Some(facts) = &host.facts {
        let login = match facts.privilege {
            Privilege::Root => "as root",
            Privilege::Sudo => "with sudo",
            Privilege::None => "without root or sudo: it can be watched but not stamped",
        };
        lines.push(format!(
            "{name}: connected, Docker {}, {} store, {}, {login}",
            facts.engine,
            facts.store.word(),
            facts.platform
        ));
    }
    let sessions = host.sessions().count();
    lines.push(match &host.stamp {
        Stamp::Active(active) => format!("{name}: active tag {active}, {sessions} sessions"),
        Stamp::Missing => format!("{name}: no active tag yet; `tagboat host init {name}` makes it a member"),
        other => format!("{name}: {}", other.problem().unwrap_or_default()),
    });
    lines
}

fn report<'a>(draft: &'a Draft, tested: &'a Tested, added: bool) -> AddReport<'a> {
    AddReport {
        v: VERSION,
        name: &draft.host.name,
        address: address_word(&draft.host.address),
        file: draft.file.path(),
        added,
        lines: &draft.lines,
        tested: tested.host.as_ref().map(|host| {
            let facts = host.facts.as_ref();
            TestReport {
                engine: facts.map(|facts| clean(&facts.engine)),
                store: facts.map(|facts| facts.store.word()),
                platform: facts.map(|facts| clean(&facts.platform.to_string())),
                privilege: facts.map(|facts| facts.privilege),
                active_tag: host.stamp.active().map(ToString::to_string),
                sessions: host.sessions().count(),
            }
        }),
        key: tested.key.as_ref().map(|answer| KeyReport {
            kind: &answer.offered.key.kind,
            fingerprint: &answer.offered.key.fingerprint,
            known_hosts: &answer.offered.known_hosts,
            remembered: answer.is_remembered,
        }),
        notes: &draft.notes,
    }
}
