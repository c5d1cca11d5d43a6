//! `tagboat cache clear`: everything that is kept of images on this machine goes.

use super::args::CacheClearArgs;
use super::cache_show::layers_here;
use super::confirm::confirm;
use super::exit_code::Exit;
use super::print::amounts::bytes;
use super::program::Program;
use super::stop::Stop;
use crate::model::plan::Gate;

/// Removes all layers after a yes. Pushes that run keep what they hold.
pub(super) async fn cache_clear(program: &mut Program<'_>, args: &CacheClearArgs) -> Result<Exit, Stop> {
    let store = layers_here(program)?;
    let usage = store.usage();
    if usage.layers + usage.archives == 0 && store.images().is_empty() {
        program.output.aside("nothing is kept; nothing was changed")?;
        return Ok(Exit::Done);
    }
    let what = format!("{} layers, {}", usage.layers, bytes(usage.bytes));
    program.output.aside(format!(
        "{what} in {} will be removed; the next push of an image exports it anew and finds no base for a delta",
        store.folder().display()
    ))?;
    confirm(program, &Gate::Plan, args.yes).await?;
    store.clear().map_err(|error| {
        Stop::failed(
            format!("not all could be removed: {error}"),
            "look at the rights of that folder",
        )
    })?;
    program
        .output
        .line(format!("removed {what}"))
        .map_err(|error| Stop {
            state: format!("{what} were removed."),
            ..error.into()
        })?;
    Ok(Exit::Done)
}
