//! The hosts of a file, each with its profile and its own paths in it.

use super::address::parse_address;
use super::error::Fault;
use super::file::{File, HostTable};
use super::profile_set::{PathOverrides, ProfileSet, check_name};
use crate::model::profile::{HostSettings, KnownFrom, Profile};

/// Resolves the hosts of a file.
pub(super) fn host_list(file: &File, profiles: &ProfileSet) -> Result<Vec<HostSettings>, Fault> {
    let default_profile = default_profile(file, profiles)?;
    let mut hosts: Vec<HostSettings> = Vec::new();
    for table in &file.hosts {
        let name = table.name.get_ref();
        if hosts.iter().any(|other| other.name == *name) {
            let problem = format!("the host `{name}` is there twice");
            return Err(Fault::at(
                table.name.span(),
                problem,
                "remove one, or give it another name",
            ));
        }
        hosts.push(host(table, file, profiles, &default_profile)?);
    }
    Ok(hosts)
}

/// The profile of hosts that name none.
pub(super) fn default_profile(file: &File, profiles: &ProfileSet) -> Result<Profile, Fault> {
    let profile = match &file.defaults.profile {
        Some(name) => profiles.find(name)?.clone(),
        None => profiles
            .named("convocate")
            .cloned()
            .unwrap_or_else(Profile::convocate),
    };
    Ok(profile)
}

fn host(
    table: &HostTable,
    file: &File,
    profiles: &ProfileSet,
    default_profile: &Profile,
) -> Result<HostSettings, Fault> {
    let profile = match &table.profile {
        Some(name) => profiles.find(name)?,
        None => default_profile,
    };
    let (address, place) = match &table.address {
        Some(address) => (address.get_ref().as_str(), address.span()),
        None => (table.name.get_ref().as_str(), table.name.span()),
    };
    let address = parse_address(address).map_err(|problem| {
        Fault::at(
            place,
            problem,
            "what `ssh` accepts as its destination is right here",
        )
    })?;
    for group in &table.groups {
        check_name(group)?;
    }
    let overrides = PathOverrides {
        stamp: table.stamp.as_ref(),
        history: table.history.as_ref(),
        staging: table.staging.as_ref(),
        state: table.state.as_ref(),
        docker_socket: table.docker_socket.as_ref(),
    };
    Ok(HostSettings {
        name: table.name.get_ref().clone(),
        address,
        known_from: KnownFrom::ConfigFile,
        groups: table.groups.iter().map(|group| group.get_ref().clone()).collect(),
        guard: table.guard.or(file.defaults.guard).unwrap_or_default(),
        helper: table.helper.or(file.defaults.helper).unwrap_or(true),
        profile: Profile {
            paths: overrides.on(profile.paths.clone()),
            probe: match &table.probe {
                Some(probe) => probe.on(&profile.probe)?,
                None => profile.probe.clone(),
            },
            ..profile.clone()
        },
    })
}
