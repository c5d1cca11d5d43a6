//! The shape of a session template in the config file, key by key.

use super::size_text::SizeText;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::Spanned;

/// `[[templates]]`: all of a template; one of the same name in the profile, or in its base, is replaced by it as a whole.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateTable {
    pub(super) profile: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) session_name: Spanned<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) mounts: Vec<Spanned<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) restart: Option<Spanned<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) remove_when_stopped: Option<bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) values: BTreeMap<String, Spanned<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) env: BTreeMap<String, Spanned<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, Spanned<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<ProcessTable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) network: Option<NetworkTable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) limits: Option<LimitsTable>,
}

/// `process` of a template.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProcessTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) workdir: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) command: Vec<Spanned<String>>,
}

/// `network` of a template.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NetworkTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hostname: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dns: Vec<Spanned<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ports: Vec<Spanned<String>>,
}

/// `limits` of a template.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) memory: Option<SizeText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpus: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pids: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cgroup_parent: Option<Spanned<String>>,
}
