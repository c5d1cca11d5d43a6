//! Which contract a check is against: the one that is named, else that of the profile whose image it is.

use super::program::Program;
use super::stop::Stop;
use crate::model::contract::Contract;
use crate::model::names::ImageRef;
use crate::model::profile::Profile;
use crate::ops::config::{Config, ContractSet, Origin, builtin_profiles};

/// The contract of an image.
pub(super) fn contract_of_image(
    program: &Program<'_>,
    named: Option<&str>,
    config: &Config,
    reference: &ImageRef,
) -> Result<Contract, Stop> {
    let known = program.contracts();
    match contract_name(named, config, reference) {
        Some(name) => Ok(known.find(&name)?),
        None => Err(unnamed(
            &known,
            &format!("no profile has the image {}", reference.image),
        )),
    }
}

/// Its name; none where no profile with this image has one.
pub(super) fn contract_name(named: Option<&str>, config: &Config, reference: &ImageRef) -> Option<String> {
    if let Some(name) = named {
        return Some(name.to_owned());
    }
    let built_in = builtin_profiles();
    let profiles = config.hosts.iter().map(|host| &host.profile).chain(&built_in);
    let wanted = of(profiles.filter(|profile| profile.image == reference.image));
    // What the hosts have comes before what is built in under the same image name.
    wanted.into_iter().next()
}

/// The contract of a Dockerfile, which does not say whose image it makes.
pub(super) fn contract_of_file(program: &Program<'_>, named: Option<&str>) -> Result<Contract, Stop> {
    let known = program.contracts();
    if let Some(name) = named {
        return Ok(known.find(name)?);
    }
    let config = program.config()?;
    let is_chosen = matches!(config.origin, Origin::File(_));
    let wanted = of(config
        .hosts
        .iter()
        .map(|host| &host.profile)
        .filter(|_| is_chosen));
    match wanted.as_slice() {
        [only] => Ok(known.find(only)?),
        [] => Err(unnamed(
            &known,
            "a Dockerfile does not say which contract it is for",
        )),
        several => Err(unnamed(
            &known,
            &format!("the hosts have images of {}", several.join(" and ")),
        )),
    }
}

/// The contracts of profiles, each once.
fn of<'a>(profiles: impl Iterator<Item = &'a Profile>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in profiles.filter_map(|profile| profile.contract.clone()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn unnamed(set: &ContractSet, cause: &str) -> Stop {
    Stop::usage(
        cause,
        format!("name a contract with --contract: {}", set.names().join(", ")),
    )
}
