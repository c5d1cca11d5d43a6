//! What a machine is that is to become a member: whether it can be one, and what the operator is to see of it before he says yes.

use crate::model::amount::bytes;
use crate::model::failure::Refusal;
use crate::model::fleet::{Host, HostFacts, Privilege, Source};
use crate::model::plan::route::helper_problem;
use crate::model::profile::Address;
use crate::model::setup::{Cron, Examination, Init, Limits, System};

/// Refuses what is no Linux, by its kernel or by its engine, and what lacks the docker command.
pub(super) fn fits(host: &Host, told: &Examination) -> Result<(), Refusal> {
    let kernel = told.system.kernel.as_str();
    if kernel != "Linux" {
        let kernel = if kernel.is_empty() {
            "an unknown kernel"
        } else {
            kernel
        };
        return Err(Refusal::of_host(
            &host.name,
            format!("it runs {kernel}; a member of the fleet runs Linux"),
            "take a machine with Linux",
        ));
    }
    if let Some(facts) = host.facts.as_ref().filter(|facts| facts.platform.os != "linux") {
        return Err(Refusal::of_host(
            &host.name,
            format!(
                "its engine runs images for {}; sessions are Linux",
                facts.platform
            ),
            "take an engine for Linux",
        ));
    }
    if !told.system.has_docker_cli {
        return Err(Refusal::of_host(
            &host.name,
            "the docker command is not there: restarts and the prune run it on the host",
            "install it (docker-cli, or docker.io on older systems), then run it again",
        ));
    }
    Ok(())
}

/// What it is, in lines: its system, its engine with the room there, and how it is reached.
pub(super) fn words(host: &Host, told: &Examination, source: &Source) -> Vec<String> {
    let mut lines = vec![system(&told.system)];
    if let Some(facts) = &host.facts {
        lines.push(engine(facts));
        lines.push(reach(host, facts, &told.limits));
        // Every architecture gets images; what changed in their files goes only where the helper runs.
        let problem = helper_problem(host, facts, &source.stock);
        lines.extend(problem.map(|why| format!("pushes send whole layers: {why}")));
    }
    lines
}

fn system(system: &System) -> String {
    let init = match system.init {
        Init::Systemd => "systemd",
        Init::Other => "no systemd",
    };
    let cron = match system.cron {
        Cron::Runs => "cron runs",
        Cron::Simple => "busybox cron runs",
        Cron::Installed => "cron does not run",
        Cron::Missing => "no cron",
    };
    format!("system: {}, {}; {init}; {cron}", system.name, system.machine)
}

fn engine(facts: &HostFacts) -> String {
    format!(
        "engine: Docker {} for {}, {} store; {} free there, {} for staging",
        facts.engine,
        facts.platform,
        facts.store.word(),
        bytes(facts.space.engine_root),
        bytes(facts.space.staging)
    )
}

fn reach(host: &Host, facts: &HostFacts, limits: &Limits) -> String {
    let login = match facts.privilege {
        Privilege::Root => "root",
        Privilege::Sudo => "by `sudo -n`",
        Privilege::None => "no root",
    };
    let clock = match host.moment.clock_off {
        0 => "as here".to_owned(),
        off if off > 0 => format!("{off} s ahead"),
        off => format!("{} s behind", off.unsigned_abs()),
    };
    let sshd = match host.settings.address {
        Address::Local => String::new(),
        Address::Ssh(_) => format!("; sshd: {}", allowed(limits)),
    };
    format!("login: {login}; clock: {clock}{sshd}")
}

fn allowed(limits: &Limits) -> String {
    let unknown = || "not known".to_owned();
    format!(
        "MaxSessions {}, MaxStartups {}",
        limits.max_sessions.map_or_else(unknown, |most| most.to_string()),
        limits.max_startups.clone().unwrap_or_else(unknown)
    )
}
