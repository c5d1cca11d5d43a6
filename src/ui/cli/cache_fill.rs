//! `tagboat cache fill`: takes images in before a push needs them, as the console does when an image is built or tagged.

use super::args::CacheFillArgs;
use super::cache_show::layers_here;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::print::amounts::{bytes, span};
use super::program::Program;
use super::stop::Stop;
use crate::model::fleet::SourceImage;
use crate::model::names::ImageRef;
use crate::ops::docker::connect_source;
use crate::ops::environment::text_from;
use crate::ops::export::{Exports, Origin};
use jiff::SignedDuration;
use std::time::Instant;

/// Takes in each of the images.
pub(super) async fn cache_fill(program: &mut Program<'_>, args: &CacheFillArgs) -> Result<Exit, Stop> {
    let hosts = program.config()?.hosts;
    let images = args.images.iter().map(|word| choose_image(word, &hosts));
    let images = images.collect::<Result<Vec<_>, _>>()?;
    let dirs = program.dirs()?;
    dirs.create()
        .map_err(|error| Stop::failed(error.to_string(), "look at the rights of that folder"))?;
    let docker_host = text_from(program.environment, "DOCKER_HOST");
    let source = connect_source(docker_host.as_deref()).await.map_err(|error| {
        let next = "start Docker here, or point DOCKER_HOST at the engine that has the images";
        Stop::failed(format!("the source engine does not answer: {error}"), next)
    })?;
    let exports = Exports::new(source, layers_here(program)?);
    for reference in images {
        fill(program, &exports, &reference).await?;
    }
    Ok(Exit::Done)
}

async fn fill(program: &mut Program<'_>, exports: &Exports, reference: &ImageRef) -> Result<(), Stop> {
    let begun = Instant::now();
    let image = exports.source().image(&reference.to_string()).await;
    let image = image.map_err(|error| Stop::failed(format!("{reference}: {error}"), "run it again"))?;
    let Some(image) = image else {
        return Err(Stop::usage(
            format!("{reference} is not here"),
            "build or tag it first",
        ));
    };
    let image = SourceImage::from(image);
    let prepared = tokio::select! {
        prepared = exports.prepare(&image, reference) => prepared,
        Some(_) = program.interrupts.recv() => {
            return Err(Stop::interrupted("What was taken in whole is kept.", "run it again"));
        }
    };
    let origin = prepared.map_err(|error| Stop::failed(format!("{reference}: {error}"), "run it again"))?;
    let layers = image.layers.iter().cloned().collect();
    let packed = exports
        .packed_size(&layers)
        .await
        .ok()
        .flatten()
        .unwrap_or_default();
    let how = match origin {
        Origin::Reused => "ready already".to_owned(),
        Origin::Made => {
            let took = SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
            format!("ready after {}", span(took))
        }
    };
    let line = format!("{reference}  {} packed, {how}", bytes(packed));
    program.output.line(line).map_err(|error| Stop {
        state: format!("{reference} was taken in."),
        ..error.into()
    })
}
