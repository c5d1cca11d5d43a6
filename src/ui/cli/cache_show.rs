//! `tagboat cache show`: what is kept of images on this machine.

use super::args::CacheShowArgs;
use super::exit_code::Exit;
use super::print::amounts::{bytes, span};
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use crate::ops::layers::LayerStore;
use jiff::Timestamp;
use serde::Serialize;

/// `cache show --json`.
#[derive(Serialize)]
struct CacheReport {
    v: u8,
    folder: String,
    images: usize,
    layers: usize,
    archives: usize,
    bytes: u64,
    limit: u64,
    last_used: Option<Timestamp>,
}

/// The layers that are kept on this machine.
pub(super) fn layers_here(program: &Program<'_>) -> Result<LayerStore, Stop> {
    let limit = program.config()?.cache.limit;
    Ok(LayerStore::with_limit(program.dirs()?.layers(), limit))
}

/// Prints what is kept, and where.
pub(super) fn cache_show(program: &mut Program<'_>, args: &CacheShowArgs) -> Result<Exit, Stop> {
    let store = layers_here(program)?;
    let usage = store.usage();
    let report = CacheReport {
        v: VERSION,
        folder: store.folder().display().to_string(),
        images: store.images().len(),
        layers: usage.layers,
        archives: usage.archives,
        bytes: usage.bytes,
        limit: usage.limit,
        last_used: usage.last_used.and_then(|used| Timestamp::try_from(used).ok()),
    };
    if args.json {
        program.output.json(&report)?;
        return Ok(Exit::Done);
    }
    let used = report.last_used.map_or_else(
        || "never".to_owned(),
        |used| format!("{} ago", span(program.clock.now().duration_since(used))),
    );
    for (what, amount) in [
        ("folder   ", report.folder),
        ("images   ", format!("{} known", report.images)),
        ("layers   ", report.layers.to_string()),
        ("archives ", format!("{} for hosts without zstd", report.archives)),
        (
            "on disk  ",
            format!("{} of at most {}", bytes(report.bytes), bytes(report.limit)),
        ),
        ("last used", used),
    ] {
        program.output.line(format!("{what}  {amount}"))?;
    }
    Ok(Exit::Done)
}
