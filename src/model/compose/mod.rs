//! Projects of Compose: whose a session is, what pins its image and what a change of the pin would do; the files of a project,
//! generated and checked.

pub mod bootstrap;
pub mod check;
mod config;
mod diff;
mod env_file;
mod generate;
#[cfg(test)]
mod generate_tests;
mod interpolate;
mod made_file;
pub mod migrate;
mod owner;
mod pinned_ref;
mod project;
mod service_mount;
mod text_digest;
mod yaml_in;
mod yaml_out;

pub use crate::model::container_path::is_same_path;
pub use config::{Effect, Misfit, ServiceNeeds, effect_of_pin};
pub use diff::diff;
pub use env_file::{EnvFileError, PinEdit, has_pin, value_of, with_pin, with_pinned};
pub use generate::{generate, mounted_everywhere};
pub use made_file::{Standing, sealed, standing};
pub use owner::{ComposeOwner, ComposePlace, ComposeService};
pub use pinned_ref::{PinnedRef, is_bare_tag};
pub use project::{ComposeProject, ImageOrigin, ServiceSettings};
pub use service_mount::{ServiceMount, volume_name};
pub use text_digest::digest;
pub use yaml_in::{YamlEntry, YamlError, YamlNode, YamlValue, read_yaml};
