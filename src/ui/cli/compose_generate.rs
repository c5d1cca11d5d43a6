//! `tagboat compose generate`: the Compose file of a project, and the pin in its `.env`. What somebody edited is never overwritten.

use super::compose_args::ComposeGenerateArgs;
use super::compose_project::{add_volumes, check_folder, choose_pin, choose_project};
use super::exit_code::Exit;
use super::program::Program;
use super::report::VERSION;
use super::stop::Stop;
use crate::model::clean::clean;
use crate::model::compose::{
    ComposeProject, ImageOrigin, PinnedRef, Standing, diff, generate, standing, value_of, with_pinned,
};
use crate::ops::compose::{read_plain, write_plain};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The file that is written.
const FILE: &str = "docker-compose.yml";

/// Files of other names that Compose would read in its place.
const BEFORE_IT: [&str; 2] = ["compose.yaml", "compose.yml"];

/// `compose generate --json`.
#[derive(Serialize)]
struct GenerateReport {
    v: u8,
    event: &'static str,
    file: PathBuf,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<String>,
    written: bool,
}

/// Writes the files of a project.
pub(super) async fn compose_generate(
    program: &mut Program<'_>,
    args: &ComposeGenerateArgs,
) -> Result<Exit, Stop> {
    let config = program.config()?;
    let mut project = choose_project(&config, &args.name)?;
    let origin = origin(&project, args)?;
    check_folder(&args.project)?;
    if project.services.is_empty() {
        return Err(Stop::usage(
            format!("the project {} has no services", project.name),
            "add some to the config ([[projects.services]])",
        ));
    }
    if let Some(other) = BEFORE_IT.iter().find(|name| args.project.join(name).exists()) {
        return Err(Stop::refused(
            format!(
                "{} is there, which Compose reads instead of {FILE}",
                args.project.join(other).display()
            ),
            format!("move {other} away, or name another folder with --project"),
        ));
    }
    if let ImageOrigin::Pinned(pinned) = &origin {
        add_volumes(program, &mut project, pinned).await?;
    }
    let made = generate(&project, &origin);
    let mut report = write_file(program, args, &made)?;
    if report.outcome != "edited" {
        write_env(program, args, &project, &origin, &mut report)?;
    }
    if args.json {
        program.output.json(&report)?;
    }
    if args.dry_run {
        program.output.aside("dry run: nothing was changed")?;
    }
    Ok(if report.outcome == "edited" {
        Exit::Refused
    } else {
        Exit::Done
    })
}

fn origin(project: &ComposeProject, args: &ComposeGenerateArgs) -> Result<ImageOrigin, Stop> {
    match (&args.image, &args.build, &project.origin) {
        (Some(word), ..) => Ok(ImageOrigin::Pinned(choose_pin(word, project)?)),
        (None, Some(folder), _) if folder.is_empty() || folder.chars().any(char::is_control) => Err(
            Stop::usage("--build names no folder", "write the folder of the Dockerfile"),
        ),
        (None, Some(folder), _) => Ok(ImageOrigin::Build(folder.clone())),
        (None, None, Some(origin)) => Ok(origin.clone()),
        (None, None, None) => Err(Stop::usage(
            format!("it is not said which image {} runs", project.name),
            format!(
                "name a tag of {} with --image, or a folder to build from with --build",
                project.image()
            ),
        )),
    }
}

fn write_file(
    program: &mut Program<'_>,
    args: &ComposeGenerateArgs,
    made: &str,
) -> Result<GenerateReport, Stop> {
    let path = args.project.join(FILE);
    let there = read_plain(&path)?;
    let mut report = GenerateReport {
        v: VERSION,
        event: "generated",
        file: path.clone(),
        outcome: "written",
        beside: None,
        diff: None,
        pin: None,
        written: !args.dry_run,
    };
    let stands = standing(there.as_deref(), made);
    let shown = path.display().to_string();
    match (stands, there) {
        (Standing::Same, _) => {
            (report.outcome, report.written) = ("unchanged", false);
            tell(program, args, format!("unchanged: {shown}"))?;
        }
        (Standing::Edited | Standing::Foreign, Some(there)) if !args.force => {
            refuse(program, args, (&path, &there, made), stands, &mut report)?;
        }
        (Standing::Edited | Standing::Foreign, Some(there)) => {
            let bak = beside(&path, ".bak");
            if !args.dry_run {
                write_plain(&bak, &there, 0o600)?;
                write_plain(&path, made, 0o644)?;
            }
            tell(
                program,
                args,
                format!("written: {shown} (what was there is {})", bak.display()),
            )?;
            report.beside = Some(bak);
        }
        (_, there) => {
            if !args.dry_run {
                write_plain(&path, made, 0o644)?;
            }
            if args.dry_run && !args.json {
                let text = diff(there.as_deref().unwrap_or_default(), made, &shown);
                lines(program, &text)?;
            }
            tell(program, args, format!("written: {shown}"))?;
        }
    }
    Ok(report)
}

/// Leaves a file alone that is not tagboat's, or no more: what would be in it stands beside it.
fn refuse(
    program: &mut Program<'_>,
    args: &ComposeGenerateArgs,
    (path, there, made): (&Path, &str, &str),
    stands: Standing,
    report: &mut GenerateReport,
) -> Result<(), Stop> {
    let new = beside(path, ".new");
    let is_ours = matches!(
        standing(read_plain(&new)?.as_deref(), made),
        Standing::Absent | Standing::Ours | Standing::Same
    );
    let told = diff(there, made, &path.display().to_string());
    if !args.json {
        lines(program, &told)?;
    }
    let why = if stands == Standing::Edited {
        "somebody edited it since tagboat made it"
    } else {
        "tagboat did not make it"
    };
    let beside = match (is_ours, args.dry_run) {
        (true, false) => {
            write_plain(&new, made, 0o644)?;
            format!("What would be in it is {}.", new.display())
        }
        (true, true) => String::new(),
        (false, _) => format!("{} was edited too, and left as it is.", new.display()),
    };
    program.output.aside(format!(
        "tagboat: {}: {why}, so it was not overwritten. {beside}\n  next: keep your changes in docker-compose.override.yml, then \
         tagboat compose generate --force",
        path.display()
    ))?;
    report.beside = (is_ours && !args.dry_run).then_some(new);
    (report.outcome, report.written, report.diff) = ("edited", false, Some(told));
    Ok(())
}

/// The pin in the `.env`: the image that was named, or a tag alone as a full reference. A file that has no pin gets none: the
/// default in the Compose file is the same image.
fn write_env(
    program: &mut Program<'_>,
    args: &ComposeGenerateArgs,
    project: &ComposeProject,
    origin: &ImageOrigin,
    report: &mut GenerateReport,
) -> Result<(), Stop> {
    let path = args.project.join(".env");
    let ImageOrigin::Pinned(pinned) = origin else {
        return Ok(());
    };
    let Some(text) = read_plain(&path)? else {
        return Ok(());
    };
    let wrong = |error: crate::model::compose::EnvFileError| {
        Stop::failed(
            format!("{}: {error}", path.display()),
            "mend the line, then do it again",
        )
    };
    let pin = project.pin();
    let Some((value, line)) = value_of(&text, pin.as_str()).map_err(wrong)? else {
        return Ok(());
    };
    let place = format!("{}:{line}", path.display());
    let onto = match (&args.image, PinnedRef::expand(&value, project.image())) {
        (Some(_), _) => pinned.clone(),
        (None, _) if value.is_empty() => return Ok(()),
        (None, Ok(full)) => full,
        (None, Err(invalid)) => {
            let note = format!("note: {place}: {pin} names no image that engines find: {invalid}");
            program.output.aside(note)?;
            return Ok(());
        }
    };
    if onto.to_string() != value {
        let edit = with_pinned(&text, pin, &onto).map_err(wrong)?;
        if !args.dry_run {
            write_plain(&path, &edit.text, 0o600)?;
        }
        tell(
            program,
            args,
            format!("{place}: {pin}={onto} (it was {})", clean(&value)),
        )?;
        report.pin = Some(onto.to_string());
    } else if onto != *pinned {
        let note =
            format!("note: {place}: {pin} is {onto}, which counts more than the default {pinned} in {FILE}");
        program.output.aside(note)?;
    }
    Ok(())
}

fn tell(program: &mut Program<'_>, args: &ComposeGenerateArgs, text: String) -> Result<(), Stop> {
    if !args.json {
        program.output.line(text)?;
    }
    Ok(())
}

fn lines(program: &mut Program<'_>, text: &str) -> Result<(), Stop> {
    for line in text.lines() {
        program.output.line(clean(line))?;
    }
    Ok(())
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
