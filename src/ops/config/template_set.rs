//! Session templates of a config: every text read, every mistake told with its place.

use super::error::Fault;
use super::profile_set::check_name;
use super::size_text::SizeText;
use super::template_table::{LimitsTable, NetworkTable, ProcessTable, TemplateTable};
use crate::model::profile::SessionSelector;
use crate::model::template::{
    Limits, MountPattern, NetworkShape, Pattern, Placeholder, ProcessShape, RestartPolicy, SessionTemplate,
    is_key,
};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

const TEXTS: &str = "see `tagboat config show` for a template with all of its keys";

/// The templates of a profile: those of its base that it does not redefine, behind its own.
pub(super) fn derive(
    tables: &[&TemplateTable],
    inherited: Vec<SessionTemplate>,
    sessions: &SessionSelector,
) -> Result<Vec<SessionTemplate>, Fault> {
    let mut templates: Vec<SessionTemplate> = Vec::new();
    for table in tables {
        check_name(&table.name)?;
        let template = read(table)?;
        check_selected(table, &template, sessions)?;
        if templates.iter().any(|other| other.name == template.name) {
            let problem = format!("the template `{}` is defined twice", template.name);
            return Err(Fault::at(
                table.name.span(),
                problem,
                "give one of them another name",
            ));
        }
        templates.push(template);
    }
    let is_redefined = |one: &SessionTemplate| tables.iter().any(|table| *table.name.get_ref() == one.name);
    templates.extend(inherited.into_iter().filter(|one| !is_redefined(one)));
    Ok(templates)
}

fn read(table: &TemplateTable) -> Result<SessionTemplate, Fault> {
    let known = &table.values;
    if let Some((key, value)) = known.iter().find(|(key, _)| !is_key(key) || is_taken(key)) {
        let problem = format!("`{key}` cannot be the name of a value");
        let advice =
            "use a word of lower-case letters, digits and '_' that is no placeholder of tagboat's own";
        return Err(Fault::at(value.span(), problem, advice));
    }
    let reader = Reader { known };
    let process = table.process.as_ref();
    let network = table.network.as_ref();
    let named = |texts: &BTreeMap<String, Spanned<String>>| {
        let one = |(key, text): (&String, &Spanned<String>)| Ok((key.clone(), reader.text(text)?));
        texts.iter().map(one).collect::<Result<BTreeMap<_, _>, Fault>>()
    };
    let template = SessionTemplate {
        name: table.name.get_ref().clone(),
        session_name: reader.name(&table.session_name)?,
        process: ProcessShape {
            user: reader.maybe(process.and_then(|process| process.user.as_ref()))?,
            workdir: reader.maybe(process.and_then(|process| process.workdir.as_ref()))?,
            command: reader.all(process.map(|process| process.command.as_slice()))?,
        },
        mounts: table
            .mounts
            .iter()
            .map(|mount| reader.mount(mount))
            .collect::<Result<_, _>>()?,
        env: named(&table.env)?,
        labels: named(&table.labels)?,
        values: known
            .iter()
            .map(|(key, value)| (key.clone(), value.get_ref().clone()))
            .collect(),
        limits: limits(table.limits.as_ref())?,
        network: NetworkShape {
            name: network
                .and_then(|network| network.name.as_ref())
                .map(|name| reader.told_here(name))
                .transpose()?,
            hostname: reader.maybe(network.and_then(|network| network.hostname.as_ref()))?,
            dns: reader.all(network.map(|network| network.dns.as_slice()))?,
            ports: reader.all(network.map(|network| network.ports.as_slice()))?,
        },
        restart: restart(table)?,
        removes_itself: table.remove_when_stopped.unwrap_or(false),
    };
    Ok(template)
}

/// Reads the texts of one template, whose values are known.
struct Reader<'a> {
    known: &'a BTreeMap<String, Spanned<String>>,
}

impl Reader<'_> {
    fn text(&self, text: &Spanned<String>) -> Result<Pattern, Fault> {
        let pattern = Pattern::parse(text.get_ref());
        let pattern = pattern.map_err(|error| Fault::at(text.span(), error.to_string(), TEXTS))?;
        self.check_known(pattern.placeholders(), text.span())?;
        Ok(pattern)
    }

    fn maybe(&self, text: Option<&Spanned<String>>) -> Result<Option<Pattern>, Fault> {
        text.map(|text| self.text(text)).transpose()
    }

    fn all(&self, texts: Option<&[Spanned<String>]>) -> Result<Vec<Pattern>, Fault> {
        texts
            .unwrap_or_default()
            .iter()
            .map(|text| self.text(text))
            .collect()
    }

    /// A text that must be known before the host is asked anything.
    fn told_here(&self, text: &Spanned<String>) -> Result<Pattern, Fault> {
        let pattern = self.text(text)?;
        check_told_here(pattern.placeholders(), text.span())?;
        Ok(pattern)
    }

    fn mount(&self, text: &Spanned<String>) -> Result<MountPattern, Fault> {
        let mount = MountPattern::parse(text.get_ref());
        let mount = mount.map_err(|error| Fault::at(text.span(), error.to_string(), TEXTS))?;
        let placeholders = || mount.source.placeholders().chain(mount.target.placeholders());
        self.check_known(placeholders(), text.span())?;
        check_told_here(placeholders(), text.span())?;
        Ok(mount)
    }

    /// The name of sessions: it tells them apart, and cannot depend on itself.
    fn name(&self, text: &Spanned<String>) -> Result<Pattern, Fault> {
        let pattern = self.told_here(text)?;
        let has = |wanted: &Placeholder| pattern.placeholders().any(|one| one == wanted);
        if has(&Placeholder::Name) || !has(&Placeholder::Id) {
            let problem = format!("{:?} does not tell sessions apart", text.get_ref());
            return Err(Fault::at(
                text.span(),
                problem,
                "put {id} into it, and not {name}",
            ));
        }
        Ok(pattern)
    }

    fn check_known<'p>(
        &self,
        mut placeholders: impl Iterator<Item = &'p Placeholder>,
        place: Range<usize>,
    ) -> Result<(), Fault> {
        let unknown = placeholders.find_map(|one| match one {
            Placeholder::Value(key) if !self.known.contains_key(key) => Some(key),
            _ => None,
        });
        let Some(key) = unknown else { return Ok(()) };
        let own = "{id}, {short}, {name}, {host}, {host_ipv4}, {uid_of:USER} and {gid_of:USER}";
        Err(Fault::at(
            place,
            format!("nothing is known for {{{key}}}"),
            format!("tagboat fills in {own}; for anything else add it to `values`"),
        ))
    }
}

fn check_told_here<'p>(
    mut placeholders: impl Iterator<Item = &'p Placeholder>,
    place: Range<usize>,
) -> Result<(), Fault> {
    match placeholders.find(|one| one.is_asked()) {
        None => Ok(()),
        Some(asked) => Err(Fault::at(
            place,
            format!("{asked} is not known before the host was asked"),
            "use it in env, labels, process, hostname, dns or ports only",
        )),
    }
}

fn is_taken(key: &str) -> bool {
    matches!(key, "id" | "short" | "name" | "host" | "host_ipv4")
}

fn limits(table: Option<&LimitsTable>) -> Result<Limits, Fault> {
    let Some(table) = table else {
        return Ok(Limits::default());
    };
    let millicpus = |cpus: &Spanned<f64>| {
        let number = *cpus.get_ref();
        // A thousandth of a processor is less than any engine can tell apart.
        if (0.01..=10_000.0).contains(&number) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is between 10 and 10^7"
            )]
            return Ok((number * 1000.0).round() as u64);
        }
        Err(Fault::at(
            cpus.span(),
            format!("{number} is no number of processors"),
            "write 0.01 or more, such as 1.5",
        ))
    };
    if let Some(parent) = table.cgroup_parent.as_ref().filter(|parent| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@' | ':');
        parent.get_ref().is_empty() || !parent.get_ref().chars().all(allowed)
    }) {
        let problem = format!("{:?} is no control group", parent.get_ref());
        return Err(Fault::at(
            parent.span(),
            problem,
            "write the name of a slice, or a path",
        ));
    }
    Ok(Limits {
        memory: table.memory.map(|memory| memory.0),
        millicpus: table.cpus.as_ref().map(millicpus).transpose()?,
        pids: table.pids,
        cgroup_parent: table
            .cgroup_parent
            .as_ref()
            .map(|parent| parent.get_ref().clone()),
    })
}

fn restart(table: &TemplateTable) -> Result<RestartPolicy, Fault> {
    let Some(text) = &table.restart else {
        return Ok(RestartPolicy::No);
    };
    let policy = RestartPolicy::try_from(text.get_ref().clone());
    let policy = policy.map_err(|error| Fault::at(text.span(), error.to_string(), "write one of them"))?;
    if table.remove_when_stopped == Some(true) && policy != RestartPolicy::No {
        let problem = "a container that is removed when it is stopped cannot be started again by the engine";
        return Err(Fault::at(
            text.span(),
            problem,
            "leave `restart` away, or `remove_when_stopped`",
        ));
    }
    Ok(policy)
}

/// What a template makes must be a session for its own profile.
fn check_selected(
    table: &TemplateTable,
    template: &SessionTemplate,
    sessions: &SessionSelector,
) -> Result<(), Fault> {
    match sessions {
        SessionSelector::NamePrefix(prefix)
            if !template.session_name.beginning().starts_with(prefix.as_str()) =>
        {
            let problem =
                format!("what is called so would be no session: those of this profile begin with {prefix}");
            Err(Fault::at(
                table.session_name.span(),
                problem,
                format!("begin it with {prefix}"),
            ))
        }
        SessionSelector::Label(wanted) => {
            let (key, value) = wanted
                .split_once('=')
                .map_or((wanted.as_str(), None), |(key, value)| (key, Some(value)));
            let found = template.labels.get(key);
            if found.is_some_and(|found| value.is_none_or(|value| found.as_str() == value)) {
                return Ok(());
            }
            let problem =
                format!("what it makes would be no session: those of this profile have the label {wanted}");
            Err(Fault::at(
                table.name.span(),
                problem,
                format!("add it: labels = {{ {key:?} = {:?} }}", value.unwrap_or("")),
            ))
        }
        _ => Ok(()),
    }
}

/// A template as the file has it.
pub(super) fn shown(profile: &str, template: &SessionTemplate) -> TemplateTable {
    let text = |text: &str| Spanned::new(0..0, text.to_owned());
    let pattern = |pattern: &Pattern| text(pattern.as_str());
    let all = |patterns: &[Pattern]| patterns.iter().map(pattern).collect::<Vec<_>>();
    let named = |patterns: &BTreeMap<String, Pattern>| {
        patterns
            .iter()
            .map(|(key, value)| (key.clone(), pattern(value)))
            .collect()
    };
    let (process, network, limits) = (&template.process, &template.network, &template.limits);
    #[expect(clippy::cast_precision_loss, reason = "it is below 10^7")]
    let cpus = |millicpus: u64| Spanned::new(0..0, millicpus as f64 / 1000.0);
    TemplateTable {
        profile: text(profile),
        name: text(&template.name),
        session_name: pattern(&template.session_name),
        mounts: template
            .mounts
            .iter()
            .map(|mount| text(&mount.to_string()))
            .collect(),
        restart: Some(text(&String::from(template.restart))),
        remove_when_stopped: Some(template.removes_itself),
        values: template
            .values
            .iter()
            .map(|(key, value)| (key.clone(), text(value)))
            .collect(),
        env: named(&template.env),
        labels: named(&template.labels),
        process: Some(ProcessTable {
            user: process.user.as_ref().map(pattern),
            workdir: process.workdir.as_ref().map(pattern),
            command: all(&process.command),
        }),
        network: Some(NetworkTable {
            name: network.name.as_ref().map(pattern),
            hostname: network.hostname.as_ref().map(pattern),
            dns: all(&network.dns),
            ports: all(&network.ports),
        }),
        limits: Some(LimitsTable {
            memory: limits.memory.map(SizeText),
            cpus: limits.millicpus.map(cpus),
            pids: limits.pids,
            cgroup_parent: limits.cgroup_parent.as_deref().map(text),
        }),
    }
}
