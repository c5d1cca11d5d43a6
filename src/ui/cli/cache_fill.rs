//! `tagboat cache fill`: takes images in before a push needs them, as the console does when an image is built or tagged.

use super::args::CacheFillArgs;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::print::amounts::{bytes, span};
use super::program::Program;
use super::stop::Stop;
use super::take_in::{Source, connect};
use crate::model::names::ImageRef;
use crate::ops::export::Origin;
use jiff::SignedDuration;
use std::time::Instant;

/// Takes in each of the images.
pub(super) async fn cache_fill(program: &mut Program<'_>, args: &CacheFillArgs) -> Result<Exit, Stop> {
    let hosts = program.config()?.hosts;
    let images = args.images.iter().map(|word| choose_image(word, &hosts));
    let images = images.collect::<Result<Vec<_>, _>>()?;
    let source = connect(program).await?;
    for reference in images {
        fill(program, &source, &reference).await?;
    }
    Ok(Exit::Done)
}

async fn fill(program: &mut Program<'_>, source: &Source, reference: &ImageRef) -> Result<(), Stop> {
    let begun = Instant::now();
    let image = source.image(reference).await?;
    let exports = &source.exports;
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
