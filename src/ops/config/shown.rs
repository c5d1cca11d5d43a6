//! A resolved configuration turned back into the shape of the file, with every value written out.

use super::Config;
use super::duration_text::DurationText;
use super::file::{
    AttachTable, CacheTable, DefaultsTable, DiscoveryTable, File, HostTable, ImageTable, ProfileTable,
    PruneTable, PushTable, SshTable, UnitTable,
};
use super::host_path::HostPath;
use super::probe_table::ProbeTable;
use super::project_table::project_table;
use super::rate_text::RateText;
use super::size_text::SizeText;
use super::template_set;
use super::template_table::TemplateTable;
use super::unit_set;
use crate::model::contract::NO_CONTRACT;
use crate::model::names::HostName;
use crate::model::profile::{Address, HostPaths, HostSettings, Profile, SessionSelector};
use toml::Spanned;

/// The file that resolves to this configuration again.
pub(super) fn file_of(config: &Config) -> File {
    let mut profiles: Vec<&Profile> = Vec::new();
    let of_hosts = config.hosts.iter().map(|host| &host.profile);
    for profile in of_hosts.chain(config.projects.iter().map(|project| &project.profile)) {
        if !profiles.iter().any(|known| known.name == profile.name) {
            profiles.push(profile);
        }
    }
    File {
        ssh: SshTable {
            config_file: config.ssh_config.as_ref().map(|path| path.display().to_string()),
        },
        defaults: DefaultsTable::default(),
        push: PushTable {
            mode: Some(config.push.mode.into()),
            limit: config.push.limit.map(RateText),
            at_once: config.push.at_once,
        },
        cache: CacheTable {
            limit: Some(SizeText(config.cache.limit)),
            background: Some(config.cache.background),
        },
        // The hosts that were found are written out below like all others.
        discovery: DiscoveryTable {
            docker_contexts: false,
            agent_keys: false,
        },
        profiles: profiles.iter().map(|profile| profile_table(profile)).collect(),
        templates: profiles.iter().flat_map(|profile| templates(profile)).collect(),
        attach: profiles.iter().map(|profile| attach_table(profile)).collect(),
        units: profiles.iter().flat_map(|profile| units(profile)).collect(),
        images: profiles.iter().map(|profile| image_table(profile)).collect(),
        projects: config.projects.iter().map(project_table).collect(),
        hosts: config
            .hosts
            .iter()
            .map(|host| host_table(host, &profiles))
            .collect(),
    }
}

fn profile_table(profile: &Profile) -> ProfileTable {
    let (prefix, label, base) = match &profile.sessions {
        SessionSelector::NamePrefix(prefix) => (Some(prefix), None, "convocate"),
        SessionSelector::Label(label) => (None, Some(label), "convocate"),
        // No key says "whatever runs the image": it comes with the base.
        SessionSelector::AnyOfImage => (None, None, "disinto"),
    };
    let path = |path: &String| Some(HostPath(path.clone()));
    let HostPaths {
        stamp,
        history,
        staging,
        state,
        docker_socket,
    } = &profile.paths;
    ProfileTable {
        name: spanned(&profile.name),
        base: Some(spanned(base)),
        image: Some(profile.image.clone()),
        session_name_prefix: prefix.map(|prefix| spanned(prefix)),
        session_label: label.map(|label| spanned(label)),
        stamp: path(stamp),
        history: path(history),
        staging: path(staging),
        state: path(state),
        docker_socket: path(docker_socket),
        prune: Some(PruneTable {
            keep: Some(profile.prune.keep),
            min_age: Some(DurationText(profile.prune.min_age)),
            rule: Some(profile.prune.rule),
        }),
        probe: Some(ProbeTable::of(&profile.probe)),
    }
}

fn templates(profile: &Profile) -> Vec<TemplateTable> {
    let shown = |template| template_set::shown(&profile.name, template);
    profile.templates.iter().map(shown).collect()
}

fn units(profile: &Profile) -> Vec<UnitTable> {
    let shown = |unit| unit_set::unit_table(&profile.name, unit);
    profile.units.iter().map(shown).collect()
}

fn attach_table(profile: &Profile) -> AttachTable {
    AttachTable {
        profile: spanned(&profile.name),
        command: profile.attach.iter().map(|word| spanned(word)).collect(),
    }
}

fn image_table(profile: &Profile) -> ImageTable {
    ImageTable {
        profile: spanned(&profile.name),
        contract: Some(spanned(profile.contract.as_deref().unwrap_or(NO_CONTRACT))),
        publish: profile.registry.clone(),
        pin: Some(profile.compose_pin.clone()),
    }
}

/// A host; its paths and its probe only where they are not those of the profile as it is shown.
fn host_table(host: &HostSettings, profiles: &[&Profile]) -> HostTable {
    let shown = profiles.iter().find(|profile| profile.name == host.profile.name);
    let own = |pick: fn(&HostPaths) -> &String| {
        let path = pick(&host.profile.paths);
        let is_own = shown.is_none_or(|profile| pick(&profile.paths) != path);
        is_own.then(|| HostPath(path.clone()))
    };
    HostTable {
        name: Spanned::new(0..0, host.name.clone()),
        address: Some(spanned(match &host.address {
            Address::Ssh(address) => address,
            Address::Local => HostName::LOCAL,
        })),
        profile: Some(spanned(&host.profile.name)),
        groups: host.groups.iter().map(|group| spanned(group)).collect(),
        guard: Some(host.guard),
        helper: Some(host.helper),
        stamp: own(|paths| &paths.stamp),
        history: own(|paths| &paths.history),
        staging: own(|paths| &paths.staging),
        state: own(|paths| &paths.state),
        docker_socket: own(|paths| &paths.docker_socket),
        probe: shown
            .is_none_or(|profile| profile.probe != host.profile.probe)
            .then(|| ProbeTable::of(&host.profile.probe)),
    }
}

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(0..0, text.to_owned())
}
