//! `tagboat cache fill`: takes images in before a push needs them, as the console does when an image is built or tagged.

use super::args::CacheFillArgs;
use super::choose_image::choose_image;
use super::exit_code::Exit;
use super::print::amounts::{bytes, span};
use super::program::Program;
use super::stop::Stop;
use super::take_in::{Source, connect};
use crate::model::fleet::SourceImage;
use crate::model::names::ImageRef;
use crate::ops::check::Checker;
use crate::ops::export::{Exports, Origin};
use jiff::SignedDuration;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// Takes in each of the images.
pub(super) async fn cache_fill(program: &mut Program<'_>, args: &CacheFillArgs) -> Result<Exit, Stop> {
    let hosts = program.config()?.hosts;
    let images = args.images.iter().map(|word| choose_image(word, &hosts));
    let images = images.collect::<Result<Vec<_>, _>>()?;
    let source = connect(program).await?;
    let checker = Checker::new(program.contracts(), &hosts);
    for reference in images {
        fill(program, (&source, &checker), &reference).await?;
    }
    Ok(Exit::Done)
}

async fn fill(
    program: &mut Program<'_>,
    (source, checker): (&Source, &Checker),
    reference: &ImageRef,
) -> Result<(), Stop> {
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
    let said = tokio::select! {
        said = checked(checker, exports, (reference, &image)) => said,
        Some(_) = program.interrupts.recv() => {
            return Err(Stop::interrupted(format!("{reference} was taken in."), "run it again"));
        }
    };
    let line = format!("{reference}  {} packed, {how}{said}", bytes(packed));
    program.output.line(line).map_err(|error| Stop {
        state: format!("{reference} was taken in."),
        ..error.into()
    })
}

/// How the image stands to the contracts of the hosts: a push then knows it.
async fn checked(
    checker: &Checker,
    exports: &Exports,
    (reference, image): (&ImageRef, &SourceImage),
) -> String {
    let mut said = Vec::new();
    let cancel = CancellationToken::new();
    for name in checker.contracts_of(&reference.image) {
        let verdict = match checker.contract(name) {
            Ok(used) => {
                let verdict = checker
                    .verdict(exports, &used, (reference, image), |_| {}, &cancel)
                    .await;
                verdict.map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        said.push(match verdict {
            Ok(verdict) => format!(", {name}: {}", verdict.words()),
            Err(why) => format!(", not checked against {name}: {why}"),
        });
    }
    said.concat()
}
