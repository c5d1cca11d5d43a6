//! `[[projects]]`: the Compose projects that files are generated for, each on top of what its profile has.

use super::error::Fault;
use super::file::File;
use super::profile_set::ProfileSet;
use super::project_table::{ProjectTable, ServiceTable};
use crate::model::compose::{
    ComposeProject, ImageOrigin, PinnedRef, ServiceMount, ServiceSettings, is_same_path,
};
use crate::model::names::{ProjectName, ServiceName};
use crate::model::profile::Profile;
use toml::Spanned;

/// The projects of a file.
pub(super) fn projects_of(
    file: &File,
    profiles: &ProfileSet,
    default: &Profile,
) -> Result<Vec<ComposeProject>, Fault> {
    let mut projects: Vec<ComposeProject> = Vec::new();
    for table in &file.projects {
        let project = project(table, profiles, default)?;
        if projects.iter().any(|known| known.name == project.name) {
            let problem = format!("the project `{}` is there twice", project.name);
            return Err(Fault::at(
                table.name.span(),
                problem,
                "give one of them another name",
            ));
        }
        projects.push(project);
    }
    Ok(projects)
}

fn project(table: &ProjectTable, profiles: &ProfileSet, default: &Profile) -> Result<ComposeProject, Fault> {
    let profile = match &table.profile {
        Some(name) => profiles.find(name)?,
        None => default,
    };
    let name = read(&table.name, ProjectName::parse)?;
    let bare = ComposeProject {
        name: name.clone(),
        profile: profile.clone(),
        origin: None,
        volumes: Vec::new(),
        services: Vec::new(),
    };
    let mut project = ComposeProject::of_profile(profile).unwrap_or(bare);
    project.name = name;
    if table.only_these {
        project.services.clear();
    }
    if let Some(volumes) = &table.volumes {
        project.volumes = volumes.iter().map(volume).collect::<Result<_, _>>()?;
    }
    project.origin = match (&table.image, &table.build) {
        (Some(_), Some(build)) => {
            return Err(Fault::at(
                build.span(),
                "a project has an image or is built, never both",
                "remove one of them",
            ));
        }
        (Some(image), None) => {
            let pinned = read(image, |text| PinnedRef::expand(text, &profile.image))?;
            Some(ImageOrigin::Pinned(pinned))
        }
        (None, Some(build)) => Some(ImageOrigin::Build(one_line(build)?)),
        (None, None) => None,
    };
    let mut own: Vec<&str> = Vec::new();
    for table in &table.services {
        if own.contains(&table.name.get_ref().as_str()) {
            let problem = format!("the service `{}` is there twice", table.name.get_ref());
            return Err(Fault::at(table.name.span(), problem, "remove one of them"));
        }
        own.push(table.name.get_ref());
        let service = service(table, &project.services)?;
        match project
            .services
            .iter_mut()
            .find(|known| known.name == service.name)
        {
            Some(known) => *known = service,
            None => project.services.push(service),
        }
    }
    depend_on_what_is_there(table, &project)?;
    Ok(project)
}

fn service(table: &ServiceTable, known: &[ServiceSettings]) -> Result<ServiceSettings, Fault> {
    let name = read(&table.name, ServiceName::parse)?;
    let base = table.like.as_ref().unwrap_or(&table.name);
    let found = known.iter().find(|one| one.name.as_str() == base.get_ref());
    if let (Some(like), None) = (&table.like, found) {
        let names: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
        let problem = format!("there is no service `{}` before this one", like.get_ref());
        return Err(Fault::at(
            like.span(),
            problem,
            format!("it can be like {}", names.join(", ")),
        ));
    }
    let mut service = found
        .cloned()
        .unwrap_or_else(|| ServiceSettings::named(name.clone()));
    service.name = name;
    for text in &table.mounts {
        let mount = ServiceMount::parse(text.get_ref())
            .map_err(|why| Fault::at(text.span(), format!("{:?} is no mount", text.get_ref()), why))?;
        service
            .mounts
            .retain(|other| !is_same_path(&other.target, &mount.target));
        service.mounts.push(mount);
    }
    for (key, value) in &table.environment {
        service.environment.insert(key.clone(), one_line(value)?);
    }
    if let Some(restart) = &table.restart {
        service.restart = restart_word(restart)?;
    }
    let texts = |words: &[Spanned<String>]| words.iter().map(one_line).collect::<Result<Vec<_>, _>>();
    if let Some(words) = &table.command {
        service.command = texts(words)?;
    }
    if let Some(words) = &table.profiles {
        service.profiles = texts(words)?;
    }
    if let Some(words) = &table.ports {
        service.ports = texts(words)?;
    }
    if let Some(words) = &table.health {
        service.health = texts(words)?;
    }
    if let Some(words) = &table.depends_on {
        let names = words.iter().map(|word| read(word, ServiceName::parse));
        service.depends_on = names.collect::<Result<_, _>>()?;
    }
    Ok(service)
}

fn depend_on_what_is_there(table: &ProjectTable, project: &ComposeProject) -> Result<(), Fault> {
    let needed = table
        .services
        .iter()
        .filter_map(|one| one.depends_on.as_ref())
        .flatten();
    for name in needed {
        if !project
            .services
            .iter()
            .any(|one| one.name.as_str() == name.get_ref())
        {
            let problem = format!("there is no service `{}` in this project", name.get_ref());
            return Err(Fault::at(name.span(), problem, "name one that it has, or add it"));
        }
    }
    Ok(())
}

fn read<T>(
    text: &Spanned<String>,
    parse: impl Fn(&str) -> Result<T, crate::model::names::InvalidName>,
) -> Result<T, Fault> {
    parse(text.get_ref()).map_err(|invalid| {
        Fault::at(
            text.span(),
            invalid.to_string(),
            format!("write {}", invalid.rule),
        )
    })
}

fn volume(text: &Spanned<String>) -> Result<String, Fault> {
    let path = one_line(text)?;
    if path.starts_with('/') && path.len() > 1 && !path.contains([':', '$']) {
        return Ok(path);
    }
    let problem = format!("{path:?} is no path in a container");
    Err(Fault::at(
        text.span(),
        problem,
        "write it as the image declares it, such as /data",
    ))
}

fn one_line(text: &Spanned<String>) -> Result<String, Fault> {
    let word = text.get_ref();
    if word.is_empty() || word.chars().any(char::is_control) {
        let problem = format!("{word:?} is empty or holds a control character");
        return Err(Fault::at(text.span(), problem, "write one line"));
    }
    Ok(word.clone())
}

fn restart_word(text: &Spanned<String>) -> Result<String, Fault> {
    let word = text.get_ref();
    let count = word.strip_prefix("on-failure:");
    let is_count = count.is_some_and(|count| count.parse::<u32>().is_ok());
    if is_count || matches!(word.as_str(), "no" | "always" | "on-failure" | "unless-stopped") {
        return Ok(word.clone());
    }
    let advice = "write no, always, unless-stopped, on-failure or on-failure:N";
    Err(Fault::at(
        text.span(),
        format!("{word:?} says not when it is started again"),
        advice,
    ))
}
