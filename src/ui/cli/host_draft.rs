//! What `tagboat host add` would write, before anything is tested or asked.

use super::host_args::HostAddArgs;
use super::host_list::address_word;
use super::program::{Program, Setup};
use super::stop::Stop;
use crate::model::names::HostName;
use crate::model::profile::{HostSettings, KnownFrom};
use crate::ops::config::edit::{ConfigFile, EditError, HostEntry, add_host, lines_in};
use crate::ops::config::{Config, Origin};

/// A host that could come into the config.
pub(super) struct Draft {
    /// The file as it is.
    pub(super) file: ConfigFile,
    /// What would be in it.
    pub(super) text: String,
    /// The lines that are new.
    pub(super) lines: Vec<String>,
    /// The host as that text configures it.
    pub(super) host: HostSettings,
    /// What every verb works with, by that text.
    pub(super) setup: Setup,
    /// What the operator should know besides.
    pub(super) notes: Vec<String>,
}

impl Draft {
    /// Makes it from the command line and the file that is there, or that would be made.
    pub(super) fn of(program: &Program<'_>, args: &HostAddArgs) -> Result<Self, Stop> {
        let path = Config::place(program.config_file.as_deref(), program.environment).ok_or_else(|| {
            Stop::usage(
                "there is no place for a config file",
                "set HOME, or name one with --config",
            )
        })?;
        let stop =
            |error: EditError| Stop::failed(format!("{}: {error}", path.display()), error.advice(&path));
        let file = ConfigFile::open(&path).map_err(stop)?;
        let before = if file.is_there() {
            Config::read(file.text(), &path, program.environment)?
        } else {
            Config::without_file(program.environment)
        };
        if let Some(known) = configured(&before, &args.name) {
            return Err(Stop::refused(
                format!(
                    "there is a host {} already, at {}",
                    known.name,
                    address_word(&known.address)
                ),
                format!("choose another name, or change it in {}", path.display()),
            ));
        }
        let entry = entry(args);
        let begun = beginning(&file, &before);
        let text = add_host(&begun, &entry).map_err(stop)?;
        // The lines of this host are the only ones that can be wrong now, and they are not in a file yet.
        let config = file
            .config_of(&text, program.environment)
            .map_err(|error| match error {
                EditError::Wrong(wrong) => Stop::usage(wrong.problem, wrong.advice),
                other => stop(other),
            })?;
        let host = configured(&config, &args.name).cloned().ok_or_else(|| {
            Stop::failed(
                format!("{} cannot be read back", args.name),
                "write it into the file by hand",
            )
        })?;
        let notes = notes(&before, &host);
        let mut lines: Vec<String> = begun[file.text().len()..].lines().map(str::to_owned).collect();
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(lines_in(&begun, &entry).map_err(stop)?);
        Ok(Self {
            setup: program.setup_with(config)?,
            file,
            text,
            lines,
            host,
            notes,
        })
    }
}

fn configured<'a>(config: &'a Config, name: &HostName) -> Option<&'a HostSettings> {
    let mut hosts = config.hosts.iter();
    hosts.find(|host| host.name == *name && host.known_from == KnownFrom::ConfigFile)
}

fn entry(args: &HostAddArgs) -> HostEntry {
    let name = args.name.as_str();
    HostEntry {
        name: args.name.clone(),
        address: args.address.clone().filter(|address| address != name),
        groups: args.groups.clone(),
        profile: args.profile.clone(),
        guard: args.guard,
    }
}

/// What the host is added to. A file that is only now made must not make the hosts disappear that were found without it.
fn beginning(file: &ConfigFile, before: &Config) -> String {
    let has_contexts = before
        .hosts
        .iter()
        .any(|host| host.known_from == KnownFrom::DockerContext);
    if !file.is_there() && has_contexts {
        "[discovery]\ndocker_contexts = true\n".to_owned()
    } else {
        file.text().to_owned()
    }
}

fn notes(before: &Config, host: &HostSettings) -> Vec<String> {
    let mut notes = Vec::new();
    let same: Vec<_> = before
        .hosts
        .iter()
        .filter(|other| other.address == host.address && other.known_from != KnownFrom::ThisMachine)
        .map(|other| match &other.known_from {
            KnownFrom::ConfigFile => format!("{} has the same address", other.name),
            found => format!(
                "{} was found before ({}); from now on the config file says what it is",
                other.name,
                found.word()
            ),
        })
        .collect();
    notes.extend(same);
    if before.origin == Origin::LocalEngine && host.name.as_str() != HostName::LOCAL {
        notes.push(
            "the engine of this machine is shown only while there is no other host; `tagboat host add local` keeps it"
                .to_owned(),
        );
    }
    notes
}
