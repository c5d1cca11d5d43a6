//! `tagboat compose pin`: one value in the `.env` of a project, as a full reference, and every other byte as it was.

use super::compose_args::ComposePinArgs;
use super::compose_project::{check_folder, choose_pin, choose_project};
use super::exit_code::Exit;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::compose::with_pinned;
use crate::ops::compose::{read_plain, write_plain};
use serde::Serialize;
use std::path::PathBuf;

/// `compose pin --json`.
#[derive(Serialize)]
struct PinReport {
    v: u8,
    event: &'static str,
    file: PathBuf,
    key: String,
    before: Option<String>,
    after: String,
    written: bool,
}

/// Writes the pin.
pub(super) fn compose_pin(program: &mut Program<'_>, args: &ComposePinArgs) -> Result<Exit, Stop> {
    let config = program.config()?;
    let project = choose_project(&config, &args.name)?;
    let onto = choose_pin(&args.image, &project)?;
    check_folder(&args.project)?;
    let path = args.project.join(".env");
    let there = read_plain(&path)?;
    let pin = project.pin();
    let edit = with_pinned(there.as_deref().unwrap_or_default(), pin, &onto).map_err(|error| {
        Stop::failed(
            format!("{}: {error}", path.display()),
            "mend the line, then do it again",
        )
    })?;
    let is_new = there.as_deref() != Some(edit.text.as_str());
    if is_new && !args.dry_run {
        // Beside the pin there will be secrets.
        write_plain(&path, &edit.text, 0o600)?;
    }
    if args.json {
        program.output.json(&PinReport {
            v: VERSION,
            event: "pinned",
            file: path,
            key: pin.to_string(),
            before: edit.before,
            after: onto.to_string(),
            written: is_new && !args.dry_run,
        })?;
    } else {
        let before = edit
            .before
            .map_or_else(|| "nothing".to_owned(), |text| clean(&text));
        let line = if is_new {
            format!("{}: {pin}={onto} (it was {before})", path.display())
        } else {
            format!("unchanged: {}: {pin}={onto}", path.display())
        };
        program.output.line(line)?;
    }
    program.output.aside(if args.dry_run {
        "dry run: nothing was changed"
    } else {
        "next: docker compose up -d"
    })?;
    Ok(Exit::Done)
}
