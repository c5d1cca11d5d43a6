//! `tagboat compose check`: what is wrong with the files of a project, with the line and the fix of each. Nothing is changed.

use super::choose_hosts::hosts_to_see;
use super::compose_args::ComposeCheckArgs;
use super::compose_project::{choose_pin, choose_project, docker_host};
use super::exit_code::Exit;
use super::program::{Program, Setup};
use super::report::VERSION;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::compose::check::{CheckLevel, CheckLine, CheckRules, ProjectView, check};
use crate::model::compose::{ComposeProject, PinnedRef};
use crate::model::names::{HostName, ImageName, PinKey};
use crate::model::profile::HostSettings;
use crate::ops::compose::{LookError, Place, at_host, here, image_facts, look};
use crate::ops::environment::path_from;
use serde::Serialize;
use std::path::Path;

/// `compose check --json`.
#[derive(Serialize)]
struct CheckReport<'a> {
    v: u8,
    event: &'static str,
    host: Option<&'a HostName>,
    path: &'a str,
    lines: &'a [CheckLine],
}

/// What the services are to share.
struct Wanted {
    image: ImageName,
    pin: PinKey,
    against: Option<PinnedRef>,
}

/// Checks a project.
pub(super) async fn compose_check(program: &mut Program<'_>, args: &ComposeCheckArgs) -> Result<Exit, Stop> {
    let setup = program.setup()?;
    let host = args
        .host
        .as_deref()
        .map(|word| one_host(&setup, word))
        .transpose()?;
    let project = match &host {
        // What a host runs says its profile, unless a project is named.
        Some(host) if args.name.name.is_none() && setup.config.projects.len() != 1 => {
            ComposeProject::of_profile(&host.profile)
        }
        _ => Some(choose_project(&setup.config, &args.name)?),
    };
    let project = project.ok_or_else(|| {
        Stop::usage(
            "the profile of the host has no name that a project can have",
            "name one with --name",
        )
    })?;
    let against = args
        .image
        .as_deref()
        .map(|word| choose_pin(word, &project))
        .transpose()?;
    let wanted = Wanted {
        image: project.image().clone(),
        pin: project.pin().clone(),
        against,
    };
    let (place, path) = match &host {
        None => (here(docker_host(program)).await, local_path(program, &args.path)),
        Some(host) => (
            connected(program, &setup, host, &args.path).await?,
            args.path.clone(),
        ),
    };
    let host = host.map(|host| host.name);
    let lines = checked(&place, &path, &wanted).await.map_err(|error| {
        let at = host.as_ref().map(|host| format!("{host}: ")).unwrap_or_default();
        Stop::failed(
            format!("{at}{error}"),
            "name the folder of the project or its Compose file",
        )
    })?;
    print(program, args, host.as_ref(), &path, &lines)?;
    let is_bad = lines.iter().any(|line| line.level == CheckLevel::Fail);
    Ok(if is_bad { Exit::Failed } else { Exit::Done })
}

/// The one host that a word means.
pub(super) fn one_host(setup: &Setup, word: &str) -> Result<HostSettings, Stop> {
    let mut hosts = hosts_to_see(&setup.config, &[word.to_owned()])?;
    match (hosts.len(), hosts.pop()) {
        (1, Some(host)) => Ok(host),
        (several, _) => Err(Stop::usage(
            format!("{word} names {several} hosts, and a project is on one"),
            "name one host",
        )),
    }
}

async fn connected(
    program: &Program<'_>,
    setup: &Setup,
    host: &HostSettings,
    path: &str,
) -> Result<Place, Stop> {
    if !path.starts_with('/') {
        return Err(Stop::usage(
            format!("{path:?} is no path on a host"),
            "give the whole path of the project there, such as /srv/factory",
        ));
    }
    connect(program, setup, host).await
}

/// Connects a host for one question.
pub(super) async fn connect(
    program: &Program<'_>,
    setup: &Setup,
    host: &HostSettings,
) -> Result<Place, Stop> {
    let ssh_config = setup.config.ssh_config.as_deref();
    let place = at_host(host, &setup.dirs.runtime, ssh_config, docker_host(program)).await;
    place.map_err(|error| {
        let next = format!("tagboat host doctor {}", host.name);
        Stop::failed(format!("{}: {error}", host.name), next)
    })
}

async fn checked(place: &Place, path: &str, wanted: &Wanted) -> Result<Vec<CheckLine>, LookError> {
    let files = look(place, path, &wanted.pin).await?;
    let view = ProjectView::read(&files, &wanted.pin);
    let against = wanted.against.as_ref().map(ToString::to_string);
    let mut names = view.images();
    // By a digest, a loaded image is not found; by its tag it is.
    names.extend(
        names
            .clone()
            .iter()
            .filter_map(|name| Some(name.split_once('@')?.0.to_owned())),
    );
    names.extend(against.clone());
    let images = image_facts(place, names).await;
    Ok(check(
        &view,
        CheckRules {
            pin: &wanted.pin,
            image: &wanted.image,
            against: against.as_deref(),
            images: images.as_ref().ok(),
        },
    ))
}

fn local_path(program: &Program<'_>, path: &str) -> String {
    let expanded = match (path.strip_prefix("~/"), path_from(program.environment, "HOME")) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => Path::new(path).to_owned(),
    };
    let absolute = std::path::absolute(&expanded).unwrap_or(expanded);
    absolute.to_string_lossy().into_owned()
}

fn print(
    program: &mut Program<'_>,
    args: &ComposeCheckArgs,
    host: Option<&HostName>,
    path: &str,
    lines: &[CheckLine],
) -> Result<(), Stop> {
    if args.json {
        program.output.json(&CheckReport {
            v: VERSION,
            event: "checked",
            host,
            path,
            lines,
        })?;
        return Ok(());
    }
    for line in lines {
        let service = line.service.as_deref().map(|name| format!("{}: ", clean(name)));
        program.output.line(format!(
            "{:<8} {:<9} {}{}",
            line.level.word(),
            line.rule,
            service.unwrap_or_default(),
            clean(&line.found)
        ))?;
        if line.level == CheckLevel::Ok {
            continue;
        }
        if let Some(place) = &line.place {
            program
                .output
                .line(format!("{:18} at {}", "", clean(&place.to_string())))?;
        }
        if !line.fix.is_empty() {
            program
                .output
                .line(format!("{:18} fix: {}", "", clean(&line.fix)))?;
        }
    }
    let count = |level| lines.iter().filter(|line| line.level == level).count();
    program.output.line(format!(
        "{} FAIL, {} warning, {} ok",
        count(CheckLevel::Fail),
        count(CheckLevel::Warning),
        count(CheckLevel::Ok)
    ))?;
    Ok(())
}
