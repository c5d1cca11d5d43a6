//! What the config says of the images of the fleet, for the console: what each must be, and where it is published.

use crate::model::console::ImageDesk;
use crate::model::failure::Refusal;
use crate::model::names::ImageName;
use crate::model::profile::HostSettings;
use crate::ops::config::ContractSet;
use std::collections::BTreeMap;

/// One for each image that hosts run. A contract that cannot be read is told when somebody needs it.
pub(super) fn image_desks(hosts: &[HostSettings], contracts: &ContractSet) -> BTreeMap<ImageName, ImageDesk> {
    let mut desks = BTreeMap::new();
    for profile in hosts.iter().map(|host| &host.profile) {
        desks.entry(profile.image.clone()).or_insert_with(|| ImageDesk {
            contract: profile.contract.as_ref().map(|name| {
                contracts
                    .find(name)
                    .map_err(|error| Refusal::of_plan(error.to_string(), error.advice.clone()))
            }),
            repository: profile.registry.clone(),
        });
    }
    desks
}
