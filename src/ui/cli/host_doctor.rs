//! `tagboat host doctor`: what is wrong with hosts, what mends it, and, with `--fix`, the mending.

use super::change::carry_out;
use super::choose_hosts::hosts_to_see;
use super::examine::examine;
use super::exit_code::Exit;
use super::print::findings::write_findings;
use super::program::Program;
use super::report::VERSION;
use super::setup_args::HostDoctorArgs;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::names::HostName;
use crate::model::plan::{Plan, SetupImage, SetupIntent, plan_mend};
use crate::model::setup::{Finding, Level, diagnose};
use serde::Serialize;

/// `host doctor --json`.
#[derive(Serialize)]
struct DoctorReport {
    v: u8,
    event: &'static str,
    hosts: Vec<HostFindings>,
}

/// What is wrong with one host.
#[derive(Serialize)]
pub(super) struct HostFindings {
    /// Which.
    pub(super) host: HostName,
    /// What was found, the worst first.
    pub(super) findings: Vec<Finding>,
}

/// Examines hosts and prints what was found; mends it where that is wanted.
pub(super) async fn host_doctor(program: &mut Program<'_>, args: &HostDoctorArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let hosts = hosts_to_see(&setup.config, &args.hosts.all().hosts)?;
    let names: Vec<HostName> = hosts.iter().map(|host| host.name.clone()).collect();
    let mut seen = survey(program, &setup, hosts, Need::HostsAndImages).await?;
    let examined = examine(program, &mut seen).await;
    let found = found(&seen);
    if let Err(stop) = examined.and_then(|()| print(program, args, &found)) {
        seen.close().await;
        return Err(stop);
    }
    let is_wrong = |level: Level| level == Level::Problem;
    let all = || found.iter().flat_map(|host| &host.findings);
    if !args.fix {
        seen.close().await;
        let exit = if all().any(|one| is_wrong(one.level)) {
            Exit::Failed
        } else {
            Exit::Done
        };
        return Ok(exit);
    }
    let is_mended = |name: &HostName| {
        found
            .iter()
            .any(|one| one.host == *name && one.findings.iter().any(|one| !one.mends.is_empty()))
    };
    let hosts: Vec<HostName> = names.into_iter().filter(is_mended).collect();
    if hosts.is_empty() {
        seen.close().await;
        program
            .output
            .aside("nothing that was found can be mended from here; nothing was changed")?;
        let exit = if all().any(|one| is_wrong(one.level)) {
            Exit::Refused
        } else {
            Exit::Done
        };
        return Ok(exit);
    }
    let intent = SetupIntent {
        hosts,
        image: SetupImage::None,
    };
    let plan = plan_mend(&intent, &seen.fleet)
        .map(Plan::Setup)
        .map_err(Stop::from);
    let exit = carry_out(program, &setup, seen, plan, args.change).await?;
    let stays = |finding: &Finding| is_wrong(finding.level) && finding.mends.is_empty();
    Ok(match exit {
        Exit::Done if args.change.dry_run && all().any(|one| is_wrong(one.level)) => Exit::Failed,
        Exit::Done if all().any(stays) => Exit::Partly,
        exit => exit,
    })
}

fn found(seen: &Survey) -> Vec<HostFindings> {
    let hosts = seen.fleet.hosts();
    hosts
        .map(|host| HostFindings {
            host: host.name.clone(),
            findings: diagnose(host, &seen.fleet),
        })
        .collect()
}

fn print(program: &mut Program<'_>, args: &HostDoctorArgs, found: &[HostFindings]) -> Result<(), Stop> {
    if args.change.json {
        let report = DoctorReport {
            v: VERSION,
            event: "findings",
            hosts: found
                .iter()
                .map(|one| HostFindings {
                    host: one.host.clone(),
                    findings: one.findings.clone(),
                })
                .collect(),
        };
        program.output.json(&report)?;
    } else {
        write_findings(found, program.output.results())?;
    }
    Ok(())
}
