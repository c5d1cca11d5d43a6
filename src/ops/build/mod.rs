//! Building images at the source: contexts, builders, and the steps of a build.

mod buildx;
mod classic;
mod embedded;
mod ignored;
mod news;
mod pack;
mod place;
mod rawjson;
mod revision;
mod run;
mod source_files;
mod tag_there;
mod version_file;

pub use buildx::{NoBuildx, find_buildx};
pub use embedded::{EMBEDDED_EPOCH, NotEjected, eject};
pub use ignored::BadPattern;
pub use pack::look;
pub(crate) use place::BuildPlace;
pub use revision::Revision;
pub(crate) use run::build_at_source;
pub use source_files::BadContext;
pub use tag_there::tag_there;
pub use version_file::{NoVersion, version_in};
