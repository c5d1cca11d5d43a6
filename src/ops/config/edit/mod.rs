//! Changes of the config file: the lines of one host come or go, and every other byte stays as the operator wrote it.

mod add_host;
mod config_file;
mod error;
mod layout;
mod one_array;
mod remove_host;
#[cfg(test)]
mod tests;

pub use add_host::{HostEntry, add_host, lines_in};
pub use config_file::ConfigFile;
pub use error::EditError;
pub use remove_host::{Removal, remove_host};
