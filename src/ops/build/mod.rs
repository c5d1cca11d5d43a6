//! Building images at the source: contexts, builders, and the steps of a build.

mod builders;
mod buildx;
mod built_image;
mod classic;
mod draft;
mod embedded;
#[cfg(test)]
mod git_fixture;
mod ignored;
mod news;
mod pack;
mod place;
mod project;
mod rawjson;
mod revision;
mod run;
mod source_files;
mod tag_there;
mod version_file;

pub use buildx::{NoBuildx, find_buildx};
pub use built_image::built_image;
pub use draft::{BadDraft, draft_build};
pub use embedded::{NotEjected, eject};
pub use ignored::BadPattern;
pub(crate) use place::BuildPlace;
pub use project::{BadProject, project_state};
pub(crate) use run::{Build, build_at_source};
pub use source_files::BadContext;
pub use tag_there::tag_there;
pub use version_file::{NoVersion, version_in};
