//! The contracts that a check can name: those that are built in, and files of the operator's own beside the config.

use super::contract_table::{ContractTable, Head, ProbeCommandTable};
use super::error::{ConfigError, Fault};
use super::nearest::nearest;
use crate::model::contract::{
    BUILT_IN, Contract, Guideline, NO_CONTRACT, Probe, Requirement, Rule, SecretRules, Starter, VolumeRules,
};
use crate::model::names::HostName;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Where contracts come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractSet {
    /// The folder of the operator's own.
    folder: Option<PathBuf>,
}

/// Contracts that are built on others, at most so deep: a circle is found by this.
const DEEPEST: usize = 8;

impl ContractSet {
    /// The built-in contracts and those in `folder`, which need not be there.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The names of all of them.
    pub fn names(&self) -> Vec<String> {
        let entries = self
            .folder
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flatten()
            .flatten();
        let own = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".toml")?.to_owned())
        });
        let mut names: Vec<String> = BUILT_IN
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .chain(own)
            .collect();
        names.sort();
        names.dedup();
        names.retain(|name| name != NO_CONTRACT);
        names
    }

    /// The contract of this name; a file of the operator's own comes before a built-in one.
    pub fn find(&self, name: &str) -> Result<Contract, ConfigError> {
        self.find_within(name, DEEPEST)
    }

    fn find_within(&self, name: &str, depth: usize) -> Result<Contract, ConfigError> {
        let (path, text) = self.text(name)?;
        let resolve = || {
            let table: ContractTable =
                toml::from_str(&text).map_err(|error| Reading::Wrong(Fault::of_toml(&error)))?;
            self.resolve(name, &table, depth)
        };
        resolve().map_err(|reading| match reading {
            Reading::Wrong(fault) => fault.in_file(&path, &text),
            Reading::Base(error) => error,
        })
    }

    fn text(&self, name: &str) -> Result<(PathBuf, String), ConfigError> {
        if name == NO_CONTRACT {
            let file = self.folder.clone().unwrap_or_default().join("none.toml");
            let problem = "`none` is no contract: in the config it says that nothing is asked of an image";
            return Err(wrong(&file, problem.to_owned(), "give the contract another name"));
        }
        let is_name = HostName::parse(name).is_ok();
        if let Some(folder) = self.folder.as_ref().filter(|_| is_name) {
            let path = folder.join(format!("{name}.toml"));
            match std::fs::read_to_string(&path) {
                Ok(text) => return Ok((path, text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    let advice = "look at the rights of that file";
                    return Err(wrong(
                        &path,
                        format!("the contract cannot be read: {error}"),
                        advice,
                    ));
                }
            }
        }
        let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
        if let Some((name, text)) = built_in {
            return Ok((
                Path::new("(built in)").join(format!("{name}.toml")),
                (*text).to_owned(),
            ));
        }
        let names = self.names();
        let advice = match nearest(name, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("the contracts are {}", names.join(", ")),
        };
        let folder = self.folder.clone().unwrap_or_default();
        Err(wrong(&folder, format!("there is no contract {name:?}"), advice))
    }

    fn resolve(&self, name: &str, table: &ContractTable, depth: usize) -> Result<Contract, Reading> {
        let mut rules = rules(table)?;
        for (number, rule) in rules.iter().enumerate() {
            if rules[..number].iter().any(|other| other.rule.id == rule.rule.id) {
                let problem = format!("the id `{}` is given twice", rule.rule.id);
                return Err(Fault::at(rule.span.clone(), problem, "give one of them another id").into());
            }
        }
        let mut all: Vec<Rule> = rules.drain(..).map(|one| one.rule).collect();
        if let Some(base) = &table.base {
            let Some(depth) = depth.checked_sub(1) else {
                let problem = "this contract is built on itself";
                return Err(Fault::at(base.span(), problem, "name another base, or none").into());
            };
            let inherited = self
                .find_within(base.get_ref(), depth)
                .map_err(Reading::Base)?
                .rules;
            for id in &table.without {
                if !inherited.iter().any(|rule| rule.id == *id.get_ref()) {
                    let problem = format!("the base has no requirement `{}`", id.get_ref());
                    let known = inherited.iter().map(|rule| rule.id.as_str());
                    let advice = nearest(id.get_ref(), known).map(|meant| format!("did you mean `{meant}`?"));
                    return Err(Fault::at(id.span(), problem, advice.unwrap_or_default()).into());
                }
            }
            let is_left = |rule: &Rule| {
                !table.without.iter().any(|id| *id.get_ref() == rule.id)
                    && !all.iter().any(|own| own.id == rule.id)
            };
            let kept: Vec<Rule> = inherited.into_iter().filter(is_left).collect();
            all.splice(0..0, kept);
        } else if let Some(id) = table.without.first() {
            return Err(Fault::at(
                id.span(),
                "there is no base to leave something out of",
                "add `base`, or remove it",
            )
            .into());
        }
        Ok(Contract {
            name: name.to_owned(),
            title: table.title.clone(),
            rules: all,
        })
    }
}

/// Why a contract cannot be used.
enum Reading {
    Wrong(Fault),
    /// The one that it is built on cannot.
    Base(ConfigError),
}

impl From<Fault> for Reading {
    fn from(fault: Fault) -> Self {
        Self::Wrong(fault)
    }
}

fn wrong(path: &Path, problem: String, advice: impl Into<String>) -> ConfigError {
    ConfigError {
        path: path.to_owned(),
        place: None,
        problem,
        advice: advice.into(),
    }
}

/// A requirement and the place of its id.
struct Read {
    rule: Rule,
    span: std::ops::Range<usize>,
}

fn read(head: &Head<'_>, requirement: Requirement) -> Result<Read, Fault> {
    let id = head.id.get_ref();
    if HostName::parse(id).is_err() || id.starts_with("secret-") {
        let problem = format!("{id:?} cannot be the id of a requirement");
        return Err(Fault::at(
            head.id.span(),
            problem,
            "use letters, digits and '-'; what begins with secret- is taken",
        ));
    }
    Ok(Read {
        rule: Rule {
            id: id.clone(),
            severity: head.severity,
            fix: head.fix.to_owned(),
            requirement,
        },
        span: head.id.span(),
    })
}

fn rules(table: &ContractTable) -> Result<Vec<Read>, Fault> {
    let mut all = contents(table)?;
    all.extend(settings(table)?);
    let limits = [(&table.limits.size, true), (&table.limits.waste, false)];
    for (limit, is_size) in limits {
        if let Some(one) = limit {
            let requirement = if is_size {
                Requirement::Size
            } else {
                Requirement::Waste
            };
            all.push(read(&one.head(), requirement(one.most.0))?);
        }
    }
    if let Some(one) = &table.secrets {
        let rules = SecretRules {
            allow_names: one.allow_names.clone(),
            allow_paths: one.allow_paths.clone(),
        };
        all.push(read(&one.head(), Requirement::Secrets(rules))?);
    }
    for one in &table.guidelines {
        let name = one.rule.get_ref();
        let guideline = Guideline::named(name, &one.words).ok_or_else(|| {
            let advice = match nearest(name, Guideline::NAMES) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the guidelines are {}", Guideline::NAMES.join(", ")),
            };
            Fault::at(one.rule.span(), format!("there is no guideline `{name}`"), advice)
        })?;
        let fix = one.fix.clone().unwrap_or_else(|| guideline.fix().to_owned());
        let head = Head {
            id: &one.rule,
            severity: one.level,
            fix: &fix,
        };
        all.push(read(&head, Requirement::Guideline(guideline))?);
    }
    for one in &table.probes {
        all.push(read(&one.head(), Requirement::Probe(probe(one)?))?);
    }
    Ok(all)
}

fn contents(table: &ContractTable) -> Result<Vec<Read>, Fault> {
    let mut all = Vec::new();
    for one in &table.contents.files {
        let requirement = Requirement::File {
            path: absolute(&one.path)?,
            runs: one.runs,
            mode: one.mode.as_ref().map(mode).transpose()?,
        };
        all.push(read(&one.head(), requirement)?);
    }
    for one in &table.contents.absent {
        all.push(read(&one.head(), Requirement::Absent(absolute(&one.path)?))?);
    }
    for one in &table.contents.programs {
        let name = one.name.get_ref();
        if name.is_empty() || name.contains('/') {
            let advice = "write its name, and for a path [[contents.files]] with runs = true";
            return Err(Fault::at(
                one.name.span(),
                format!("{name:?} cannot be on PATH"),
                advice,
            ));
        }
        all.push(read(&one.head(), Requirement::Program(name.clone()))?);
    }
    for one in &table.contents.users {
        let requirement = Requirement::User {
            name: one.name.clone(),
            uid: one.uid,
            home: one.home.as_ref().map(absolute).transpose()?,
            shell: one.shell.as_ref().map(absolute).transpose()?,
        };
        all.push(read(&one.head(), requirement)?);
    }
    for one in &table.contents.unprivileged {
        let requirement = Requirement::Unprivileged {
            user: one.user.clone(),
            groups: one.groups.clone(),
        };
        all.push(read(&one.head(), requirement)?);
    }
    for one in &table.contents.folders {
        let requirement = Requirement::Folder {
            path: absolute(&one.path)?,
            owner: one.owner.clone(),
        };
        all.push(read(&one.head(), requirement)?);
    }
    Ok(all)
}

fn settings(table: &ContractTable) -> Result<Vec<Read>, Fault> {
    let settings = &table.settings;
    let mut all = Vec::new();
    if let Some(one) = &settings.starter {
        let starter = match one.is.as_str() {
            "root" => Starter::Root,
            user => Starter::User(user.to_owned()),
        };
        all.push(read(&one.head(), Requirement::Starter(starter))?);
    }
    if let Some(one) = &settings.entrypoint {
        all.push(read(&one.head(), Requirement::Entrypoint(one.words.clone()))?);
    }
    if let Some(one) = &settings.workdir {
        all.push(read(&one.head(), Requirement::Workdir(absolute(&one.path)?))?);
    }
    for one in &settings.env {
        let requirement = Requirement::Env {
            name: one.name.clone(),
            value: one.value.clone(),
            includes: one.includes.clone(),
        };
        all.push(read(&one.head(), requirement)?);
    }
    for one in &settings.labels {
        let requirement = Requirement::Label {
            name: one.name.clone(),
            is_version: one.version,
        };
        all.push(read(&one.head(), requirement)?);
    }
    for one in &settings.volumes {
        let paths = |list: &[Spanned<String>]| list.iter().map(absolute).collect::<Result<Vec<_>, _>>();
        let rules = VolumeRules {
            required: paths(&one.required)?,
            forbidden: paths(&one.forbidden)?,
        };
        all.push(read(&one.head(), Requirement::Volumes(rules))?);
    }
    Ok(all)
}

fn probe(table: &ProbeCommandTable) -> Result<Probe, Fault> {
    let command = table.command.get_ref();
    if command.is_empty() || command[0].is_empty() {
        return Err(Fault::at(
            table.command.span(),
            "there is no program to run",
            "write it and its arguments",
        ));
    }
    Ok(Probe {
        command: command.clone(),
        user: table.user.clone(),
    })
}

fn absolute(path: &Spanned<String>) -> Result<String, Fault> {
    let text = path.get_ref();
    if text.starts_with('/') && !text.chars().any(char::is_control) {
        return Ok(text.clone());
    }
    Err(Fault::at(
        path.span(),
        format!("{text:?} is no absolute path"),
        "begin it with a slash",
    ))
}

fn mode(text: &Spanned<String>) -> Result<u32, Fault> {
    let bits = u32::from_str_radix(text.get_ref(), 8)
        .ok()
        .filter(|bits| *bits <= 0o7777);
    bits.ok_or_else(|| {
        let problem = format!("{:?} are no permission bits", text.get_ref());
        Fault::at(
            text.span(),
            problem,
            "write them in octal digits, such as \"0755\"",
        )
    })
}
