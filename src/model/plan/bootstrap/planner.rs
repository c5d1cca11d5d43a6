//! From a project of the config and what a host told of it to a plan, or to why there is none.

use super::env::{env_before, remark};
use super::{BootstrapImage, BootstrapPlan, Vetted};
use crate::model::clean::clean;
use crate::model::compose::bootstrap::{
    Bootstrap, COMPOSE_FILE, FilesBefore, FolderSeen, GivenEnv, HostProject, ProjectContainer, Tried,
};
use crate::model::compose::{Standing, digest, standing, value_of, with_pinned};
use crate::model::failure::Refusal;
use crate::model::names::{HostName, ProjectPath};
use crate::model::profile::Guard;
use std::time::Duration;

/// What the operator wants.
#[derive(Debug, Clone)]
pub struct BootstrapWish {
    /// Where.
    pub host: HostName,
    /// What, in a folder of which nothing is known yet.
    pub bootstrap: Bootstrap,
    /// How the image comes there.
    pub image: BootstrapImage,
    /// What is known of it and the contract of the host.
    pub vetted: Option<Vetted>,
    /// The env file that the operator gives.
    pub env: Option<GivenEnv>,
    /// How long its containers must be stable.
    pub stable: Duration,
    /// Until when one with a health check must be healthy.
    pub deadline: Duration,
    /// Whether its host wants every change typed.
    pub guard: Guard,
}

/// What a host is for a project that is to be put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// It has nothing of it.
    Bare,
    /// It runs it, just so.
    Running,
}

/// What a host without Compose needs.
pub const INSTALL_COMPOSE: &str =
    "install Docker's Compose plugin there (the package docker-compose-plugin, or docker-compose of Debian)";

/// Whether a project can be put on a host, or is there already.
pub fn ground(host: &HostName, one: &Bootstrap, seen: &HostProject) -> Result<Ground, Refusal> {
    let refuse = |why: String, advice: String| Err(Refusal::of_host(host, why, advice));
    match &seen.compose {
        Some((_, version)) if !version.trim_start_matches('v').starts_with("1.") => {}
        _ => {
            return refuse(
                "there is no Compose of version 2 or later".to_owned(),
                format!("{INSTALL_COMPOSE}, then do it again"),
            );
        }
    }
    if !seen.containers.is_empty() {
        if is_running(one, seen) {
            return Ok(Ground::Running);
        }
        return refuse(there_already(one, &seen.containers), other_ways(host, one));
    }
    if let Some(above) = &seen.above {
        return refuse(
            format!("there is no folder {}", clean(above)),
            "make it, or name another one with --folder".to_owned(),
        );
    }
    if seen.folder == FolderSeen::Strange {
        return refuse(
            format!("{} is no folder", one.folder),
            "name another one with --folder".to_owned(),
        );
    }
    if let Some(other) = seen.others.first() {
        return refuse(
            format!(
                "{} is there, which tagboat did not make and Compose would read",
                clean(other)
            ),
            format!(
                "move it away, or name another folder with --folder; {}",
                other_ways(host, one)
            ),
        );
    }
    let why = match standing(seen.file.as_deref(), &one.text) {
        Standing::Edited => "somebody edited it since tagboat made it",
        Standing::Foreign => "tagboat did not make it",
        Standing::Absent | Standing::Same | Standing::Ours => return Ok(Ground::Bare),
    };
    refuse(
        format!("{}/{COMPOSE_FILE} is there: {why}", one.folder),
        format!(
            "move it away, or name another folder with --folder; {}",
            other_ways(host, one)
        ),
    )
}

/// How many containers it has, one of them by name.
fn there_already(one: &Bootstrap, containers: &[ProjectContainer]) -> String {
    let first = containers.first().map_or("", |first| first.name.as_str());
    let others = match containers.len() {
        0 | 1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    format!(
        "{} is there already ({}{others}), and not as it would be put there",
        one.project,
        clean(first)
    )
}

fn other_ways(host: &HostName, one: &Bootstrap) -> String {
    format!(
        "`tagboat compose migrate {} --host {host} --image {}` brings a project that runs from its build to a pin, and `tagboat \
         compose check {} --host {host}` says what there is of it",
        one.project, one.pinned.reference, one.folder
    )
}

/// Whether each service that is started has its one container up on the image of the pin, from the same files.
fn is_running(one: &Bootstrap, seen: &HostProject) -> bool {
    let is_up = |service: &str| {
        let mut mine = seen
            .containers
            .iter()
            .filter(|container| container.service == service);
        let first = mine.next().filter(|_| mine.next().is_none());
        first.is_some_and(|container| container.is_up && Some(&container.image) == seen.image.as_ref())
    };
    let pin = value_of(seen.env.as_deref().unwrap_or_default(), one.pin.as_str());
    let is_pinned = match pin {
        Ok(Some((value, _))) => value == one.pinned.to_string(),
        Ok(None) => true,
        Err(_) => false,
    };
    is_pinned
        && standing(seen.file.as_deref(), &one.text) == Standing::Same
        && one.services.iter().all(|service| is_up(service.as_str()))
}

/// Plans it: on ground that is bare with what Compose makes of the files.
pub fn plan_bootstrap(
    wish: BootstrapWish,
    seen: &HostProject,
    tried: Option<&Tried>,
) -> Result<BootstrapPlan, Refusal> {
    let mut plan = BootstrapPlan {
        host: wish.host,
        bootstrap: wish.bootstrap,
        image: wish.image,
        vetted: wish.vetted,
        // Where the host has one, it is the same.
        env: wish.env.filter(|_| seen.env.is_none()),
        is_done: tried.is_none(),
        stable: wish.stable,
        deadline: wish.deadline,
        remarks: Vec::new(),
        guard: wish.guard,
        refused: Vec::new(),
    };
    let one = &mut plan.bootstrap;
    if one.services.is_empty() {
        return Err(Refusal::of_plan(
            format!(
                "{} has no service that is started without being asked for",
                one.project
            ),
            "add one to the config ([[projects.services]])",
        ));
    }
    let Some(tried) = tried else {
        return Ok(plan);
    };
    let env = seen.env.as_deref();
    let text = env_before(&plan.host, one, seen, plan.env.as_ref())?;
    with_pinned(&text, &one.pin, &one.pinned).map_err(|wrong| {
        Refusal::of_host(
            &plan.host,
            format!("{}/.env: {wrong}", one.folder),
            "mend that line there, then do it again",
        )
    })?;
    one.before = FilesBefore {
        file: seen.file.as_deref().map(digest),
        env: env.map(digest),
    };
    one.folders = new_folders(&plan.host, one, seen, tried)?;
    let (old, new) = tried
        .volumes()
        .into_iter()
        .partition(|name| seen.volumes.contains(name));
    (one.old_volumes, one.new_volumes) = (old, new);
    let unset = tried.unset.iter().map(|name| {
        format!(
            "{} has no value; {}/.env would give it one, or --env-file",
            clean(name),
            one.folder
        )
    });
    let pin = plan.env.as_ref().and_then(|given| remark(one, given));
    plan.remarks = unset.chain(pin).collect();
    let again = plan.again();
    if let BootstrapImage::Push(push) = &mut plan.image {
        push.part_of = Some(again);
    }
    Ok(plan)
}

/// What is made for the project: its folder, and those within it that services have mounted. What is elsewhere, or is called like a
/// file, must be there: an engine would put an empty folder in its place.
fn new_folders(
    host: &HostName,
    one: &Bootstrap,
    seen: &HostProject,
    tried: &Tried,
) -> Result<Vec<ProjectPath>, Refusal> {
    let within = format!("{}/", one.folder);
    let own = [format!("{within}{COMPOSE_FILE}"), format!("{within}.env")];
    let mut folders = Vec::new();
    for path in tried.missing.iter().filter(|path| !own.contains(path)) {
        let inner = path.strip_prefix(&within);
        let is_folder =
            inner.is_some_and(|inner| inner.rsplit('/').next().is_some_and(|name| !name.contains('.')));
        let is_own = **path == *one.folder.as_str();
        if !is_folder && !is_own {
            return Err(Refusal::of_host(
                host,
                format!("{} is not there, and a service has it mounted", clean(path)),
                "put it there first: the engine would make an empty folder of it",
            ));
        }
        if !is_own {
            folders.push(path.clone());
        }
    }
    // The innermost first: so they are taken off again.
    folders.sort_by_key(|path| std::cmp::Reverse(path.matches('/').count()));
    if seen.folder == FolderSeen::Missing {
        folders.push(one.folder.to_string());
    }
    let paths = folders.iter().map(|path| ProjectPath::parse(path));
    paths.collect::<Result<_, _>>().map_err(|invalid| {
        Refusal::of_host(
            host,
            invalid.to_string(),
            "mend the mounts of the project in the config",
        )
    })
}
