//! `tagboat config show`: the configuration with every value in it.

use super::exit_code::Exit;
use super::program::Program;
use super::stop::Stop;
use crate::ops::config::usual_place;
use crate::ops::log::log_path;

/// Prints the configuration as a config file, with where things come from and go to in comments.
pub(super) fn config_show(program: &mut Program<'_>) -> Result<Exit, Stop> {
    let config = program.config()?;
    let dirs = program.dirs()?;
    let text = config
        .to_toml()
        .map_err(|error| Stop::failed(format!("the configuration cannot be printed: {error}"), ""))?;
    let usual = usual_place(program.environment).map(|path| path.display().to_string());
    for (what, place) in [
        ("hosts from", config.origin.to_string()),
        ("usual file", usual.unwrap_or_default()),
        ("journal in", dirs.state.display().to_string()),
        ("cache in  ", dirs.cache.display().to_string()),
        ("sockets in", dirs.runtime.display().to_string()),
        ("log       ", log_path(&dirs.state).display().to_string()),
    ] {
        program.output.line(format!("# {what}  {place}"))?;
    }
    program.output.line(format!("\n{}", text.trim_end()))?;
    Ok(Exit::Done)
}
