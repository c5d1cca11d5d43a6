//! A running project from `build:` to a pin: what changes in its files, and the proof that nothing else does.

mod edit;
#[cfg(test)]
mod edit_tests;
mod judge;
mod migration;

pub use edit::{Edit, EditTrouble, MigrationEdit, NewVolume, edited};
pub use judge::{Built, Unfit, built_services, judge};
pub use migration::{AnonymousVolume, MigratedService, Migration, Texts, way_back};
