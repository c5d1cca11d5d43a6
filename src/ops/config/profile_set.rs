//! The profiles that hosts can name: the built-in ones, and those of the file on top of them.

use super::builtin_profiles::builtin_profiles;
use super::error::Fault;
use super::file::{File, ImageTable, ProfileTable, PruneTable};
use super::host_path::HostPath;
use super::nearest::nearest;
use super::template_set;
use super::template_table::TemplateTable;
use super::unit_set::units_of;
use crate::model::contract::{NO_CONTRACT, usual_contract};
use crate::model::names::{HostName, PinKey, RegistryRepository, SessionName};
use crate::model::profile::{HostPaths, Profile, PruneRules, SessionSelector};
use toml::Spanned;

/// Profiles by name.
pub(super) struct ProfileSet(Vec<Profile>);

impl ProfileSet {
    /// The built-in profiles alone.
    pub(super) fn builtin() -> Self {
        Self(builtin_profiles())
    }

    /// The built-in profiles and those of a file; a file may redefine a built-in one, but no name twice.
    pub(super) fn read(file: &File) -> Result<Self, Fault> {
        let tables = &file.profiles;
        let mut set = Self::builtin();
        // What is added to a built-in profile is there for those that are derived from it.
        for profile in &mut set.0 {
            if !tables.iter().any(|table| *table.name.get_ref() == profile.name) {
                let inherited = std::mem::take(&mut profile.templates);
                profile.templates =
                    template_set::derive(&templates_of(file, &profile.name), inherited, &profile.sessions)?;
                profile.attach =
                    attach_of(file, &profile.name)?.unwrap_or(std::mem::take(&mut profile.attach));
                profile.units = units_of(file, &profile.name, std::mem::take(&mut profile.units))?;
                let image = image_of(file, &profile.name)?;
                if let Some(pin) = pin_of(image) {
                    profile.compose_pin = pin;
                }
                profile.registry = registry_of(image).or(profile.registry.take());
                profile.contract = contract_of(image, profile.contract.take())?;
            }
        }
        for (index, table) in tables.iter().enumerate() {
            let name = table.name.get_ref();
            check_name(&table.name)?;
            if tables[..index].iter().any(|other| other.name.get_ref() == name) {
                let problem = format!("the profile `{name}` is defined twice");
                return Err(Fault::at(
                    table.name.span(),
                    problem,
                    "give one of them another name",
                ));
            }
            let profile = set.derive(table, file)?;
            set.0.retain(|other| other.name != *name);
            set.0.push(profile);
        }
        let named = file.templates.iter().map(|table| &table.profile);
        let named = named.chain(file.attach.iter().map(|table| &table.profile));
        let named = named.chain(file.units.iter().map(|table| &table.profile));
        let named = named.chain(file.images.iter().map(|table| &table.profile));
        for name in named {
            set.find(name)?;
        }
        Ok(set)
    }

    /// The profile of this name.
    pub(super) fn named(&self, name: &str) -> Option<&Profile> {
        self.0.iter().find(|profile| profile.name == name)
    }

    /// The profile of this name, or what to write instead.
    pub(super) fn find(&self, name: &Spanned<String>) -> Result<&Profile, Fault> {
        let wanted = name.get_ref();
        self.named(wanted).ok_or_else(|| {
            let known: Vec<&str> = self.0.iter().map(|profile| profile.name.as_str()).collect();
            let advice = match nearest(wanted, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the profiles are {}", known.join(", ")),
            };
            Fault::at(name.span(), format!("there is no profile `{wanted}`"), advice)
        })
    }

    fn derive(&self, table: &ProfileTable, file: &File) -> Result<Profile, Fault> {
        let base = match &table.base {
            Some(base) => self.find(base)?.clone(),
            None => self
                .named(table.name.get_ref())
                .cloned()
                .unwrap_or_else(Profile::convocate),
        };
        let own_selector = selector(table)?;
        // The templates of the base make sessions of the base: what is selected otherwise has templates of its own.
        let inherited = if own_selector.as_ref().is_none_or(|own| *own == base.sessions) {
            base.templates
        } else {
            Vec::new()
        };
        let sessions = own_selector.unwrap_or(base.sessions);
        let name = table.name.get_ref();
        let own_image = image_of(file, name)?;
        // A contract is of an image: another image has that of its own name, or none.
        let inherited_contract = match &table.image {
            Some(image) if *image != base.image => usual_contract(name),
            _ => base.contract,
        };
        Ok(Profile {
            name: name.clone(),
            registry: match (registry_of(own_image), &table.image) {
                (Some(own), _) => Some(own),
                // A repository is of one image: who runs another one publishes it elsewhere.
                (None, Some(image)) if *image != base.image => None,
                (None, _) => base.registry,
            },
            image: table.image.clone().unwrap_or(base.image),
            templates: template_set::derive(&templates_of(file, table.name.get_ref()), inherited, &sessions)?,
            attach: attach_of(file, table.name.get_ref())?.unwrap_or(base.attach),
            sessions,
            paths: PathOverrides::of_profile(table).on(base.paths),
            prune: prune(table.prune.as_ref(), base.prune),
            probe: match &table.probe {
                Some(probe) => probe.on(&base.probe)?,
                None => base.probe,
            },
            compose_pin: pin_of(own_image).unwrap_or(base.compose_pin),
            units: units_of(file, table.name.get_ref(), base.units)?,
            contract: contract_of(own_image, inherited_contract)?,
        })
    }
}

/// The templates that the file has for a profile.
fn templates_of<'a>(file: &'a File, profile: &str) -> Vec<&'a TemplateTable> {
    let mine = |table: &&TemplateTable| table.profile.get_ref() == profile;
    file.templates.iter().filter(mine).collect()
}

/// What the file says of the image of a profile.
fn image_of<'f>(file: &'f File, profile: &str) -> Result<Option<&'f ImageTable>, Fault> {
    let mut mine = file
        .images
        .iter()
        .filter(|table| table.profile.get_ref() == profile);
    let first = mine.next();
    match mine.next() {
        Some(second) => {
            let problem = format!("the image of the profile `{profile}` is described twice");
            Err(Fault::at(second.profile.span(), problem, "put it into one table"))
        }
        None => Ok(first),
    }
}

/// The repository that it is published to.
fn registry_of(image: Option<&ImageTable>) -> Option<RegistryRepository> {
    image.and_then(|table| table.publish.clone())
}

/// The variable that pins it in a Compose project.
fn pin_of(image: Option<&ImageTable>) -> Option<PinKey> {
    image.and_then(|table| table.pin.clone())
}

/// The contract that it must meet: that of its base where the file says nothing, and none where it says so.
fn contract_of(image: Option<&ImageTable>, inherited: Option<String>) -> Result<Option<String>, Fault> {
    let Some(contract) = image.and_then(|table| table.contract.as_ref()) else {
        return Ok(inherited);
    };
    check_name(contract)?;
    let name = contract.get_ref();
    Ok((name != NO_CONTRACT).then(|| name.clone()))
}

/// What the file says an operator is attached to.
fn attach_of(file: &File, profile: &str) -> Result<Option<Vec<String>>, Fault> {
    let mut mine = file
        .attach
        .iter()
        .filter(|table| table.profile.get_ref() == profile);
    let Some(table) = mine.next() else { return Ok(None) };
    if let Some(second) = mine.next() {
        let problem = format!("the profile `{profile}` is attached to twice");
        return Err(Fault::at(second.profile.span(), problem, "remove one of them"));
    }
    if let Some(word) = table
        .command
        .iter()
        .find(|word| word.get_ref().chars().any(char::is_control))
    {
        let problem = format!("{:?} holds a control character", word.get_ref());
        return Err(Fault::at(
            word.span(),
            problem,
            "write a program and its arguments",
        ));
    }
    Ok(Some(
        table.command.iter().map(|word| word.get_ref().clone()).collect(),
    ))
}

/// The paths that a profile or a host sets.
pub(super) struct PathOverrides<'a> {
    pub(super) stamp: Option<&'a HostPath>,
    pub(super) history: Option<&'a HostPath>,
    pub(super) staging: Option<&'a HostPath>,
    pub(super) state: Option<&'a HostPath>,
    pub(super) docker_socket: Option<&'a HostPath>,
}

impl<'a> PathOverrides<'a> {
    fn of_profile(table: &'a ProfileTable) -> Self {
        Self {
            stamp: table.stamp.as_ref(),
            history: table.history.as_ref(),
            staging: table.staging.as_ref(),
            state: table.state.as_ref(),
            docker_socket: table.docker_socket.as_ref(),
        }
    }

    /// The base with these paths instead of its own.
    pub(super) fn on(&self, base: HostPaths) -> HostPaths {
        let pick = |path: Option<&HostPath>, base: String| path.map_or(base, |path| path.0.clone());
        HostPaths {
            stamp: pick(self.stamp, base.stamp),
            history: pick(self.history, base.history),
            staging: pick(self.staging, base.staging),
            state: pick(self.state, base.state),
            docker_socket: pick(self.docker_socket, base.docker_socket),
        }
    }
}

/// A profile and a group are named on the command line, so they follow the rule of host names.
pub(super) fn check_name(name: &Spanned<String>) -> Result<(), Fault> {
    HostName::parse(name.get_ref()).map(|_| ()).map_err(|invalid| {
        let problem = format!("{:?} cannot be a name", invalid.text);
        Fault::at(name.span(), problem, format!("use {}", invalid.rule))
    })
}

fn selector(table: &ProfileTable) -> Result<Option<SessionSelector>, Fault> {
    match (&table.session_name_prefix, &table.session_label) {
        (Some(_), Some(label)) => Err(Fault::at(
            label.span(),
            "sessions are chosen by session_name_prefix or by session_label, not by both",
            "remove one of them",
        )),
        (Some(prefix), None) => {
            // The prefix of a name that is too short to be one itself is completed to check its letters.
            SessionName::parse(&format!("{}00", prefix.get_ref()))
                .ok()
                .filter(|_| !prefix.get_ref().is_empty())
                .ok_or_else(|| {
                    let problem = format!("{:?} cannot begin a container name", prefix.get_ref());
                    Fault::at(prefix.span(), problem, "use letters, digits, '_', '.' and '-'")
                })?;
            Ok(Some(SessionSelector::NamePrefix(prefix.get_ref().clone())))
        }
        (None, Some(label)) => {
            if label.get_ref().is_empty() || label.get_ref().starts_with('=') {
                return Err(Fault::at(
                    label.span(),
                    "a label has a key",
                    "write `key` or `key=value`",
                ));
            }
            Ok(Some(SessionSelector::Label(label.get_ref().clone())))
        }
        (None, None) => Ok(None),
    }
}

fn prune(table: Option<&PruneTable>, base: PruneRules) -> PruneRules {
    let Some(table) = table else { return base };
    PruneRules {
        keep: table.keep.unwrap_or(base.keep),
        min_age: table.min_age.map_or(base.min_age, |age| age.0),
        rule: table.rule.unwrap_or(base.rule),
    }
}
