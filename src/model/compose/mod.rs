//! Sessions that belong to a Compose project: whose they are, what pins their image, and what a change of the pin would do.

mod config;
mod env_file;
mod owner;

pub use config::{Effect, Misfit, ServiceNeeds, effect_of_pin};
pub use env_file::{EnvFileError, PinEdit, has_pin, with_pin};
pub use owner::{ComposeOwner, ComposePlace, ComposeService};
