//! Projects of Compose: their files here, and what is there of a project, here or on a host.

mod host;
mod look;
mod project_file;
mod survey_bootstrap;
mod survey_project;

pub use host::{Place, PlaceError, at_host, here};
pub use look::{LookError, image_facts, look};
pub use project_file::{FileTrouble, read_plain, write_plain};
pub use survey_bootstrap::{NoBootstrap, content_here, look_at_project, published_digest, try_project};
pub use survey_project::{MigrateWish, NoMigration, survey_project};
