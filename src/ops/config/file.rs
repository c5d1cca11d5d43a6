//! The shape of the config file, key by key, before names and profiles are looked up.

use super::duration_text::DurationText;
use super::host_path::HostPath;
use super::mode_word::ModeWord;
use super::probe_table::ProbeTable;
use super::project_table::ProjectTable;
use super::rate_text::RateText;
use super::size_text::SizeText;
use super::template_table::TemplateTable;
use crate::model::names::{HostName, ImageName, PinKey, RegistryRepository};
use crate::model::profile::{Guard, PruneRule};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use toml::Spanned;

/// The whole file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) ssh: SshTable,
    pub(super) defaults: DefaultsTable,
    pub(super) push: PushTable,
    pub(super) cache: CacheTable,
    pub(super) discovery: DiscoveryTable,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) profiles: Vec<ProfileTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) templates: Vec<TemplateTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) attach: Vec<AttachTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) units: Vec<UnitTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) images: Vec<ImageTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) projects: Vec<ProjectTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) hosts: Vec<HostTable>,
}

/// `[ssh]`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SshTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) config_file: Option<String>,
}

/// `[defaults]`: what a host has that says nothing else.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DefaultsTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) guard: Option<Guard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) helper: Option<bool>,
}

/// `[push]`: how images are sent when the command line says nothing else.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PushTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<ModeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<RateText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at_once: Option<NonZeroUsize>,
}

/// `[cache]`: what is kept of images on this machine.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CacheTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<SizeText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) background: Option<bool>,
}

/// `[discovery]`: where hosts come from besides this file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DiscoveryTable {
    pub(super) docker_contexts: bool,
    pub(super) agent_keys: bool,
}

impl Default for DiscoveryTable {
    /// A Docker context can be anything behind ssh; a key that convocate keeps of an agent is of an agent host.
    fn default() -> Self {
        Self {
            docker_contexts: false,
            agent_keys: true,
        }
    }
}

/// `[[profiles]]`: what it does not say comes from its base.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileTable {
    pub(super) name: Spanned<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<ImageName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_name_prefix: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_label: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stamp: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) staging: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) docker_socket: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prune: Option<PruneTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) probe: Option<ProbeTable>,
}

/// `[[attach]]`: what an operator is attached to in the sessions of a profile; a shell where the command is empty.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachTable {
    pub(super) profile: Spanned<String>,
    pub(super) command: Vec<Spanned<String>>,
}

/// `[[units]]`: a unit that hosts with systemd run beside what tagboat needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitTable {
    pub(super) profile: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) text: Spanned<String>,
}

/// `[[images]]`: what the image of a profile must be, where it is published, and what pins it in a Compose project.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageTable {
    pub(super) profile: Spanned<String>,
    /// The contract that it must meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contract: Option<Spanned<String>>,
    /// The repository in a registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) publish: Option<RegistryRepository>,
    /// The variable in the `.env` of a Compose project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pin: Option<PinKey>,
}

/// `prune` of a profile.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PruneTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keep: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_age: Option<DurationText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<PruneRule>,
}

/// `[[hosts]]`: its paths and its probe come before those of its profile.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostTable {
    pub(super) name: Spanned<HostName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<Spanned<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) groups: Vec<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) guard: Option<Guard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) helper: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stamp: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) staging: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<HostPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) docker_socket: Option<HostPath>,
    pub(super) probe: Option<ProbeTable>,
}
