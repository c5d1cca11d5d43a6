//! What is to be built, as the arguments say it.

use super::build_args::{BuilderArgs, ContextArgs};
use super::program::Program;
use super::stop::Stop;
use crate::model::names::{ImageName, ImageRef};
use crate::model::plan::{BuildSettings, BuildWish, Builder, ContextFrom};
use crate::model::profile::HostSettings;
use crate::ops::environment::text_from;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be built.
pub(super) fn build_wish(
    program: &Program<'_>,
    from: &ContextArgs,
    how: &BuilderArgs,
    reference: ImageRef,
) -> Result<BuildWish, Stop> {
    Ok(BuildWish {
        reference,
        origin: origin(from)?,
        dockerfile: from.file.clone(),
        builder: how.builder,
        settings: settings(program, how)?,
    })
}

/// Where the context comes from.
fn origin(args: &ContextArgs) -> Result<ContextFrom, Stop> {
    let Some(directory) = &args.context else {
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

/// The image that all hosts run.
pub(super) fn the_image(hosts: &[HostSettings]) -> Result<String, Stop> {
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

/// What the operator wants, but for the builder.
fn settings(program: &Program<'_>, args: &BuilderArgs) -> Result<BuildSettings, Stop> {
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
        epoch: epoch(program, args)?,
    })
}

fn is_argument(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The moment that everything in the image is given, where somebody says one.
fn epoch(program: &Program<'_>, how: &BuilderArgs) -> Result<Option<i64>, Stop> {
    if how.source_date_epoch.is_some() {
        return Ok(how.source_date_epoch);
    }
    let Some(text) = text_from(program.environment, "SOURCE_DATE_EPOCH") else {
        return Ok(None);
    };
    text.trim().parse().map(Some).map_err(|_| {
        Stop::usage(
            format!("SOURCE_DATE_EPOCH is {text:?}, which is no number of seconds"),
            "set it to seconds since 1970, or take it away",
        )
    })
}
