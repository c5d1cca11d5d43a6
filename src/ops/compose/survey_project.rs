//! What there is of a project on a host, and what a migration would make of it: asked before a plan is shown.

use super::host::Place;
use super::look::{LookError, look};
use crate::model::clean::clean;
use crate::model::compose::check::{Composed, ProjectFiles};
use crate::model::compose::migrate::{
    AnonymousVolume, Built, MigratedService, Migration, MigrationEdit, Texts, built_services, edited,
};
use crate::model::compose::{ComposeOwner, ComposePlace, ComposeService, digest, is_same_path, volume_name};
use crate::model::names::{ImageId, ImageRef, PinKey, ProjectName, ProjectPath, ServiceName};
use crate::model::plan::INSTALL_COMPOSE;
use crate::ops::ports::{EngineError, ListedContainer};
use serde_json::Value;

/// What the operator wants.
#[derive(Debug)]
pub struct MigrateWish<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// The services; all that are built from the same folder where none is named.
    pub services: &'a [ServiceName],
    /// The image that they get.
    pub onto: &'a ImageRef,
    /// The variable that will pin it.
    pub pin: &'a PinKey,
    /// Whether volumes without a name are copied into named ones.
    pub copies: bool,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum NoMigration {
    /// The engine does not tell.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The files do not tell.
    #[error(transparent)]
    Look(#[from] LookError),
    /// It is not possible.
    #[error("{0}")]
    Unfit(String),
}

/// Plans a migration from what is there.
pub async fn survey_project(place: &Place, wish: &MigrateWish<'_>) -> Result<Migration, NoMigration> {
    let engine = place.engine.clone().map_err(EngineError::Unreachable)?;
    let containers = containers(engine.containers().await?, wish.project)?;
    let Some((first, _)) = containers.first() else {
        return unfit(format!(
            "there is no container of a project {} on the host",
            wish.project
        ));
    };
    let file = the_file(first)?;
    let files = look(place, file.as_str(), wish.pin).await?;
    let names = chosen(&built_services(composed(&files)?), wish)?;
    let image = engine.image(&wish.onto.to_string()).await?;
    let Some(image) = image else {
        return unfit(format!(
            "{} is not on the host: tagboat push {} first",
            wish.onto, wish.onto
        ));
    };
    let declared: Vec<String> = volumes_of(&image.raw);
    let mut services = Vec::new();
    for name in &names {
        let mine: Vec<_> = containers
            .iter()
            .filter(|(owner, _)| owner.service == *name)
            .collect();
        services.push(match mine.as_slice() {
            [] => none(name),
            [(_, container)] => {
                let found = engine.inspect(container.id.as_str()).await?;
                let found =
                    found.ok_or_else(|| NoMigration::Unfit(format!("the container of {name} is gone")))?;
                migrated(name, container, &found, (wish, &declared))?
            }
            many => {
                return unfit(format!(
                    "{name} has {} containers, and only one can be followed: `docker compose up -d --scale {name}=1` first, or \
                     leave it out with --service",
                    many.len()
                ));
            }
        });
    }
    if services.iter().all(|one| one.container.is_none()) {
        return unfit(
            "none of these services has a container: `tagboat compose generate` makes their file".to_owned(),
        );
    }
    migration(wish, (first, file, &files), services, image.id)
}

/// The one Compose file that a project was started with.
fn the_file(first: &ComposeService) -> Result<&ProjectPath, NoMigration> {
    if !first.env_files.is_empty() {
        return unfit(
            "the project was started with env files of its own (`--env-file`): only `.env` in its folder can be changed; move \
             what they say into that one, and `docker compose up -d` there without them"
                .to_owned(),
        );
    }
    match first.config_files.as_slice() {
        [file] => Ok(file),
        _ => unfit(
            "the project was started with several Compose files: only one can be changed; `docker compose config` makes one of \
             them, with which `docker compose up -d` starts it anew"
                .to_owned(),
        ),
    }
}

fn composed(files: &ProjectFiles) -> Result<&Value, NoMigration> {
    match &files.composed {
        Composed::Read(config) => Ok(config),
        Composed::Bad(why) => unfit(format!("Compose does not read the project: {why}")),
        Composed::NotAsked(why) => unfit(format!("{why} on the host: {INSTALL_COMPOSE}")),
    }
}

/// The containers of a project, with whose they are.
fn containers(
    all: Vec<ListedContainer>,
    project: &ProjectName,
) -> Result<Vec<(ComposeService, ListedContainer)>, NoMigration> {
    let mut found = Vec::new();
    for container in all {
        let label = |wanted: &str| {
            let mut labels = container.labels.iter();
            labels
                .find(|(key, _)| key == wanted)
                .map(|(_, value)| value.as_str())
        };
        if label("com.docker.compose.project") != Some(project.as_str()) {
            continue;
        }
        match ComposeOwner::of_labels(label).map(|owner| owner.place) {
            Some(ComposePlace::Known(service)) => found.push((service, container)),
            // What `run` made is no service, and no `up` replaces it.
            Some(ComposePlace::Unknown(_)) if label("com.docker.compose.oneoff") == Some("True") => {}
            Some(ComposePlace::Unknown(why)) => return unfit(format!("{}: {why}", clean(&container.name))),
            None => {}
        }
    }
    found.sort_by(|one, other| one.1.name.cmp(&other.1.name));
    Ok(found)
}

/// The services that are named, or all that are built in the same way.
fn chosen(built: &[Built], wish: &MigrateWish<'_>) -> Result<Vec<ServiceName>, NoMigration> {
    let names =
        |built: &[Built]| -> Vec<ServiceName> { built.iter().map(|one| one.service.clone()).collect() };
    if let Some(other) = wish.services.iter().find(|name| !names(built).contains(name)) {
        return unfit(format!("{other} is no service of the project that is built"));
    }
    if !wish.services.is_empty() {
        return Ok(wish.services.to_vec());
    }
    match built {
        [] => unfit("none of its services is built".to_owned()),
        [first, others @ ..] if others.iter().all(|one| one.build == first.build) => Ok(names(built)),
        _ => {
            let all: Vec<String> = names(built).iter().map(ToString::to_string).collect();
            unfit(format!(
                "its services are built in several ways: name those that share the image with --service, of {}",
                all.join(", ")
            ))
        }
    }
}

fn none(name: &ServiceName) -> MigratedService {
    MigratedService {
        service: name.clone(),
        container: None,
        name: "-".to_owned(),
        from_id: None,
        is_up: false,
        anonymous: Vec::new(),
    }
}

fn migrated(
    name: &ServiceName,
    container: &ListedContainer,
    found: &Value,
    (wish, declared): (&MigrateWish<'_>, &[String]),
) -> Result<MigratedService, NoMigration> {
    let state = found
        .pointer("/State/Status")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !matches!(state, "running" | "exited" | "created") {
        return unfit(format!("the container of {name} is {}", clean(state)));
    }
    let mut anonymous = Vec::new();
    let mounts = found.get("Mounts").and_then(Value::as_array);
    for mount in mounts.into_iter().flatten() {
        let text = |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default();
        let (volume, path) = (text("Name"), text("Destination"));
        let is_anonymous = volume.len() == 64 && volume.bytes().all(|byte| byte.is_ascii_hexdigit());
        if text("Type") != "volume" || !is_anonymous {
            continue;
        }
        if path
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || matches!(c, ':' | '$'))
        {
            return unfit(format!(
                "{name} has a volume at {path:?}, which no Compose file can name"
            ));
        }
        if !wish.copies && !declared.iter().any(|one| is_same_path(one, path)) {
            return unfit(format!(
                "{name} has an anonymous volume on {path}, which {} does not declare, so it would be left behind: \
                 copy it into a named one with --copy-volumes",
                wish.onto
            ));
        }
        anonymous.push(AnonymousVolume {
            path: path.to_owned(),
            volume: volume.to_owned(),
            copied_into: wish
                .copies
                .then(|| format!("{name}-{}", volume_name(path)).to_ascii_lowercase()),
        });
    }
    Ok(MigratedService {
        service: name.clone(),
        container: Some(container.id.clone()),
        name: container.name.clone(),
        from_id: Some(container.image_id.clone()),
        is_up: state == "running",
        anonymous,
    })
}

fn migration(
    wish: &MigrateWish<'_>,
    (owner, file, files): (&ComposeService, &ProjectPath, &ProjectFiles),
    services: Vec<MigratedService>,
    onto_id: ImageId,
) -> Result<Migration, NoMigration> {
    let text = files
        .files
        .first()
        .map(|file| file.text.as_str())
        .unwrap_or_default();
    let env_file = ProjectPath::parse(&format!("{}/.env", owner.working_dir));
    let mut migration = Migration {
        project: wish.project.clone(),
        folder: owner.working_dir.clone(),
        file: file.clone(),
        env_file: env_file.map_err(|invalid| NoMigration::Unfit(invalid.to_string()))?,
        pin: wish.pin.clone(),
        onto: wish.onto.clone(),
        onto_id,
        services,
        texts: Texts {
            file: digest(text),
            file_after: digest(text),
            env: files.env.as_deref().map(digest),
        },
    };
    if files.env_path != migration.env_file.as_str() {
        return unfit(format!(
            "its Compose file is not in its folder {}: its .env cannot be told from another one",
            migration.folder
        ));
    }
    let after = edited(
        text,
        MigrationEdit {
            services: &migration.names(),
            pin: Some((wish.pin, wish.onto)),
            volumes: &migration.new_volumes(),
        },
    );
    let after = after.map_err(|why| NoMigration::Unfit(format!("{file}: {why}")))?;
    migration.texts.file_after = digest(&after);
    Ok(migration)
}

fn volumes_of(image: &Value) -> Vec<String> {
    let volumes = image.pointer("/Config/Volumes").and_then(Value::as_object);
    volumes
        .into_iter()
        .flatten()
        .map(|(path, _)| path.clone())
        .collect()
}

fn unfit<T>(why: String) -> Result<T, NoMigration> {
    Err(NoMigration::Unfit(why))
}
