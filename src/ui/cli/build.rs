//! `tagboat build`: an image at the source, from a project's directory or from the context that tagboat carries.

use super::build_args::{BuildArgs, BuildTagArgs, BuilderArgs};
use super::change::carry_out;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use super::survey::{Need, Survey, survey};
use crate::model::failure::Refusal;
use crate::model::fleet::Platform;
use crate::model::names::{ImageName, ImageRef};
use crate::model::plan::{
    BuildContext, BuildIntent, BuildSettings, Builder, ContextFrom, Plan, TagThere, plan_build,
};
use crate::model::profile::HostSettings;
use crate::ops::build::{
    BadContext, EMBEDDED_EPOCH, NotEjected, Revision, eject, find_buildx, look, tag_there, version_in,
};
use crate::ops::docker::connect_source;
use crate::ops::environment::text_from;
use crate::ops::ports::EngineError;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tokio::task::spawn_blocking;

/// Plans a build, has it confirmed, and runs it.
pub(super) async fn build(program: &mut Program<'_>, args: &BuildArgs) -> Result<Exit, Stop> {
    if let Some(directory) = &args.from.eject {
        return write_out(program, directory);
    }
    let setup = program.setup()?;
    let origin = origin(args)?;
    let reference = reference(&args.tag, &setup.config.hosts)?;
    let revision = revision(&origin);
    let mut settings = settings(&args.how)?;
    settings.epoch = epoch(program, args, &revision)?;
    settings.builder = builder(args.how.builder).await?;
    let context = looked_at(origin, args.from.file.clone(), settings.epoch).await?;
    let survey = survey(program, &setup, Vec::new(), Need::HostsAndImages).await?;
    let plan = match seen(program, &survey, &reference).await {
        Ok((platform, there)) => {
            let intent = BuildIntent {
                labels: labels(&reference, &revision, settings.epoch, program.clock.now()),
                reference,
                context,
                settings,
                replace_tag: args.tag.replace_tag,
                platform,
                there,
            };
            plan_build(&intent, survey.fleet.source())
                .map(Plan::Build)
                .map_err(Stop::from)
        }
        Err(stop) => Err(stop),
    };
    carry_out(program, &setup, survey, plan, args.change).await
}

fn write_out(program: &mut Program<'_>, directory: &Path) -> Result<Exit, Stop> {
    let written = eject(directory).map_err(|error| match error {
        NotEjected::Exists(_) => {
            Stop::refused(error.to_string(), "name a directory that has none of its files")
        }
        NotEjected::Io { .. } => Stop::failed(
            error.to_string(),
            "look at the rights and the space of that directory",
        ),
    })?;
    for file in written {
        program.output.line(file.display().to_string())?;
    }
    let next = format!("edit it, then `tagboat build --context {}`", directory.display());
    program.output.aside(next)?;
    Ok(Exit::Done)
}

fn origin(args: &BuildArgs) -> Result<ContextFrom, Stop> {
    let Some(directory) = &args.from.context else {
        return Ok(ContextFrom::Embedded);
    };
    let absolute = std::fs::canonicalize(directory).map_err(|error| {
        Stop::usage(
            format!(
                "{} is no directory that can be read: {error}",
                directory.display()
            ),
            "name the directory of a project",
        )
    })?;
    let text = absolute.into_os_string().into_string().map_err(|path| {
        let path = path.to_string_lossy();
        Stop::usage(
            format!("the path {path} is no text"),
            "give the directory another name",
        )
    })?;
    Ok(ContextFrom::Directory(text))
}

/// The tag that the image gets.
fn reference(args: &BuildTagArgs, hosts: &[HostSettings]) -> Result<ImageRef, Stop> {
    let tag = match (&args.version, &args.version_from) {
        (Some(version), _) => version.clone(),
        (None, Some(file)) => version_in(file).map_err(|error| {
            Stop::usage(
                format!("{}: {error}", file.display()),
                "name a VERSION file or a Cargo.toml, or give the version with --version",
            )
        })?,
        (None, None) => concat!("v", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let image = args.image.clone().map_or_else(|| the_image(hosts), Ok)?;
    choose_image(&format!("{image}:{tag}"), hosts)
}

/// The image that all hosts run.
fn the_image(hosts: &[HostSettings]) -> Result<String, Stop> {
    let names: BTreeSet<_> = hosts.iter().map(|host| host.profile.image.as_str()).collect();
    match names.iter().collect::<Vec<_>>().as_slice() {
        [only] => Ok((**only).to_owned()),
        [] => Ok(ImageName::convocate().to_string()),
        [first, ..] => {
            let all = names.iter().copied().collect::<Vec<_>>().join(" and ");
            Err(Stop::usage(
                format!("which image is to be built is not clear: the hosts run {all}"),
                format!("name it: --image {first}"),
            ))
        }
    }
}

fn revision(origin: &ContextFrom) -> Revision {
    match origin {
        ContextFrom::Embedded => Revision {
            name: Some(concat!("tagboat-", env!("CARGO_PKG_VERSION")).to_owned()),
            committed_at: Some(EMBEDDED_EPOCH),
            source: None,
        },
        ContextFrom::Directory(path) => Revision::of(Path::new(path)),
    }
}

/// What the operator wants, but for the moment and the builder.
fn settings(args: &BuilderArgs) -> Result<BuildSettings, Stop> {
    let mut arguments = BTreeMap::new();
    for given in &args.build_args {
        let Some((key, value)) = given.split_once('=').filter(|(key, _)| is_argument(key)) else {
            let name = given.split('=').next().unwrap_or_default();
            return Err(Stop::usage(
                format!("{name:?} is no build argument"),
                "write --build-arg NAME=VALUE",
            ));
        };
        arguments.insert(key.to_owned(), value.to_owned());
    }
    if let Some(base) = &args.base {
        arguments.insert("BASE_IMAGE".to_owned(), base.clone());
    }
    Ok(BuildSettings {
        builder: Builder::Classic,
        args: arguments,
        target: args.target.clone(),
        no_cache: args.no_cache,
        network: args.network.clone(),
        epoch: None,
    })
}

fn is_argument(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The moment that everything in the image is given.
fn epoch(program: &Program<'_>, args: &BuildArgs, revision: &Revision) -> Result<Option<i64>, Stop> {
    if args.how.source_date_epoch.is_some() {
        return Ok(args.how.source_date_epoch);
    }
    match text_from(program.environment, "SOURCE_DATE_EPOCH") {
        Some(text) => text.trim().parse().map(Some).map_err(|_| {
            Stop::usage(
                format!("SOURCE_DATE_EPOCH is {text:?}, which is no number of seconds"),
                "set it to seconds since 1970, or take it away",
            )
        }),
        None => Ok(revision.committed_at),
    }
}

async fn builder(wanted: Option<Builder>) -> Result<Builder, Stop> {
    if wanted == Some(Builder::Classic) {
        return Ok(Builder::Classic);
    }
    match (find_buildx().await, wanted) {
        (Ok(_), _) => Ok(Builder::Buildkit),
        (Err(why), Some(_)) => Err(Stop::usage(
            why.to_string(),
            "install the package docker-buildx, or build with --builder classic",
        )),
        (Err(why), None) => {
            tracing::info!(%why, "the classic builder is used");
            Ok(Builder::Classic)
        }
    }
}

async fn looked_at(origin: ContextFrom, file: String, epoch: Option<i64>) -> Result<BuildContext, Stop> {
    let looked = spawn_blocking(move || look(origin, &file, epoch)).await;
    let looked = looked.map_err(|error| Stop::failed(error.to_string(), "run it again"))?;
    looked.map_err(|error| {
        let cause = error.to_string();
        match error {
            BadContext::NoDirectory { .. } => Stop::usage(cause, "name the directory of a project"),
            BadContext::NoDockerfile { .. } => Stop::usage(
                cause,
                "name it with --file, from the root of the context, or write one to begin with: tagboat build --eject DIR",
            ),
            BadContext::DockerfileElsewhere(_) => Stop::usage(cause, "name it from the root of the context"),
            BadContext::BadPattern { .. } => Stop::usage(cause, "mend that line"),
            BadContext::NotAFile { .. } => Stop::usage(cause, "leave it out: write its path into .dockerignore"),
            BadContext::Unreadable { .. } => {
                Stop::failed(cause, "look at its rights, or leave it out: write its path into .dockerignore")
            }
            BadContext::Unwritable(_) | BadContext::Ended => Stop::failed(cause, "run it again"),
        }
    })
}

/// What the source engine builds for, and what has the tag there. Where it cannot be asked, the plan says so.
async fn seen(
    program: &Program<'_>,
    survey: &Survey,
    reference: &ImageRef,
) -> Result<(Platform, Option<TagThere>), Stop> {
    let refuse = |why: &str| {
        let next = "start Docker here, or point DOCKER_HOST at the engine that is to build";
        Stop::from(Refusal::of_plan(
            format!("the source engine cannot be asked: {why}"),
            next,
        ))
    };
    let away = |error: EngineError| refuse(&error.to_string());
    if let Some(problem) = &survey.fleet.source().problem {
        return Err(refuse(problem));
    }
    let docker_host = text_from(program.environment, "DOCKER_HOST");
    let engine = connect_source(docker_host.as_deref()).await.map_err(away)?;
    let facts = engine.facts().await.map_err(away)?;
    let there = tag_there(engine.as_ref(), reference).await.map_err(away)?;
    Ok((facts.platform, there))
}

/// What the image says of itself, in the words of the Open Container Initiative.
fn labels(
    reference: &ImageRef,
    revision: &Revision,
    epoch: Option<i64>,
    now: Timestamp,
) -> BTreeMap<String, String> {
    let created = epoch
        .and_then(|second| Timestamp::from_second(second).ok())
        .unwrap_or(now);
    let created = created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let known = [
        ("version", Some(reference.tag.to_string())),
        ("created", Some(created)),
        ("revision", revision.name.clone()),
        ("source", revision.source.clone()),
    ];
    known
        .into_iter()
        .filter_map(|(key, value)| Some((format!("org.opencontainers.image.{key}"), value?)))
        .collect()
}
