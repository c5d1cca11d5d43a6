//! The source engine and the cache, for verbs that read images without a push.

use super::cache_show::layers_here;
use super::program::Program;
use super::stop::Stop;
use crate::model::fleet::SourceImage;
use crate::model::names::ImageRef;
use crate::ops::docker::connect_source;
use crate::ops::environment::text_from;
use crate::ops::export::Exports;

/// The engine that has the images, and where they are kept.
pub(super) struct Source {
    pub(super) exports: Exports,
}

/// Connects to the source engine and opens the cache.
pub(super) async fn connect(program: &Program<'_>) -> Result<Source, Stop> {
    let dirs = program.dirs()?;
    dirs.create()
        .map_err(|error| Stop::failed(error.to_string(), "look at the rights of that folder"))?;
    let docker_host = text_from(program.environment, "DOCKER_HOST");
    let source = connect_source(docker_host.as_deref()).await.map_err(|error| {
        let next = "start Docker here, or point DOCKER_HOST at the engine that has the images";
        Stop::failed(format!("the source engine does not answer: {error}"), next)
    })?;
    Ok(Source {
        exports: Exports::new(source, layers_here(program)?),
    })
}

impl Source {
    /// An image of the source engine.
    pub(super) async fn image(&self, reference: &ImageRef) -> Result<SourceImage, Stop> {
        let image = self.exports.source().image(&reference.to_string()).await;
        let image = image.map_err(|error| Stop::failed(format!("{reference}: {error}"), "run it again"))?;
        image
            .map(SourceImage::from)
            .ok_or_else(|| Stop::usage(format!("{reference} is not here"), "build or tag it first"))
    }
}
