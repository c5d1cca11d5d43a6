//! Which services of a project are built, and whether a change of its files changes them alone: told from what Compose makes of
//! the files before and after.

use super::edit::NewVolume;
use crate::model::clean::clean;
use crate::model::container_path::is_same_path;
use crate::model::names::{ImageRef, ServiceName};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A service that Compose builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Which.
    pub service: ServiceName,
    /// What it is built from, as Compose tells it.
    pub build: String,
}

/// Why a change of the files cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Compose's answer is none.
    #[error("Compose's answer is not understood: {0}")]
    NotUnderstood(String),
    /// A service would be another one than was meant.
    #[error("the change would make {service} another service: {why}")]
    Service {
        /// Which.
        service: String,
        /// In what.
        why: String,
    },
    /// Something else would change.
    #[error("the change would change {0} too")]
    Else(String),
}

/// The services that are built, in the order of the alphabet.
pub fn built_services(config: &Value) -> Vec<Built> {
    let services = config.get("services").and_then(Value::as_object);
    let built = services.into_iter().flatten().filter_map(|(name, service)| {
        let build = service.get("build").filter(|build| !build.is_null())?;
        Some(Built {
            service: ServiceName::parse(name).ok()?,
            build: build.to_string(),
        })
    });
    built.collect()
}

/// Whether a project with other files is the same but for the image of these services and the names of these volumes.
pub fn judge(
    before: &Value,
    after: &Value,
    (services, onto, volumes): (&[ServiceName], &ImageRef, &[NewVolume]),
) -> Result<(), Unfit> {
    let (before, after) = (object(before)?, object(after)?);
    let keys = before.keys().chain(after.keys());
    let mut others = keys.filter(|key| !matches!(key.as_str(), "services" | "volumes"));
    if let Some(key) = others.find(|key| before.get(*key) != after.get(*key)) {
        return Err(Unfit::Else(clean(key)));
    }
    same_but_new(before, after, volumes)?;
    let of = |config: &'_ Map<String, Value>| -> BTreeMap<String, Value> {
        let services = config.get("services").and_then(Value::as_object);
        services
            .into_iter()
            .flatten()
            .map(|(name, one)| (name.clone(), one.clone()))
            .collect()
    };
    let (before, after) = (of(before), of(after));
    if let Some(name) = before
        .keys()
        .chain(after.keys())
        .find(|name| before.contains_key(*name) != after.contains_key(*name))
    {
        return Err(Unfit::Else(format!("the service {}", clean(name))));
    }
    for (name, old) in &before {
        let new = &after[name];
        if services.iter().any(|one| one.as_str() == name) {
            let mine: Vec<&NewVolume> = volumes
                .iter()
                .filter(|one| one.service.as_str() == name)
                .collect();
            migrated(old, new, onto, &mine).map_err(|why| Unfit::Service {
                service: clean(name),
                why,
            })?;
        } else if old != new {
            return Err(Unfit::Else(format!("the service {}", clean(name))));
        }
    }
    Ok(())
}

/// Whether a service is the one that was meant.
fn migrated(old: &Value, new: &Value, onto: &ImageRef, volumes: &[&NewVolume]) -> Result<(), String> {
    let text = |key: &str| new.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("image") != onto.to_string() {
        return Err(format!("it would run {:?} and not {onto}", clean(text("image"))));
    }
    if new.get("build").is_some_and(|build| !build.is_null()) {
        return Err("it would still be built".to_owned());
    }
    let (old, new) = (
        object(old).map_err(|why| why.to_string())?,
        object(new).map_err(|why| why.to_string())?,
    );
    let changed = |key: &&String| {
        !matches!(key.as_str(), "image" | "build" | "pull_policy" | "volumes")
            && old.get(*key) != new.get(*key)
    };
    if let Some(key) = old.keys().chain(new.keys()).find(changed) {
        return Err(format!("its {} would change", clean(key)));
    }
    let (had, has) = (mounts(old), mounts(new));
    let is_named = |target: &str| volumes.iter().any(|one| is_same_path(&one.path, target));
    for mount in &had {
        let is_unnamed = mount
            .get("source")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .is_empty();
        if !(has.contains(mount) || is_unnamed && is_named(target(mount))) {
            return Err(format!("its mount on {} would change", clean(target(mount))));
        }
    }
    if let Some(mount) = has
        .iter()
        .find(|mount| !had.contains(mount) && !is_named(target(mount)))
    {
        return Err(format!("it would get a mount on {}", clean(target(mount))));
    }
    for one in volumes {
        let is_it = |mount: &&Value| {
            is_same_path(target(mount), &one.path)
                && mount.get("source").and_then(Value::as_str) == Some(&one.name)
        };
        if !has.iter().any(|mount| is_it(&mount)) {
            return Err(format!(
                "it would not get the volume {} on {}",
                one.name,
                clean(&one.path)
            ));
        }
    }
    Ok(())
}

fn mounts(service: &Map<String, Value>) -> Vec<Value> {
    let volumes = service.get("volumes").and_then(Value::as_array);
    volumes.cloned().unwrap_or_default()
}

fn target(mount: &Value) -> &str {
    mount.get("target").and_then(Value::as_str).unwrap_or_default()
}

/// The volumes of the project are those that it had, and the new ones.
fn same_but_new(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    volumes: &[NewVolume],
) -> Result<(), Unfit> {
    let of = |config: &Map<String, Value>| {
        let volumes = config.get("volumes").and_then(Value::as_object);
        volumes.cloned().unwrap_or_default()
    };
    let (had, has) = (of(before), of(after));
    let is_new = |name: &str| volumes.iter().any(|one| one.name == name);
    let changed = had
        .keys()
        .chain(has.keys())
        .find(|name| match (had.get(*name), has.get(*name)) {
            (None, Some(_)) => !is_new(name),
            (one, other) => one != other,
        });
    match changed {
        Some(name) => Err(Unfit::Else(format!("the volume {}", clean(name)))),
        None => Ok(()),
    }
}

fn object(value: &Value) -> Result<&Map<String, Value>, Unfit> {
    value
        .as_object()
        .ok_or_else(|| Unfit::NotUnderstood("it is no object".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Unfit, built_services, judge};
    use crate::model::compose::migrate::NewVolume;
    use crate::model::names::{ImageRef, ServiceName};
    use serde_json::{Value, json};

    fn before() -> Value {
        json!({"name": "factory", "networks": {"default": {}}, "volumes": {"data": {"name": "factory_data"}}, "services": {
            "agents": {"build": {"context": "/srv"}, "restart": "always", "volumes": [
                {"type": "volume", "source": "data", "target": "/data"}, {"type": "volume", "target": "/scratch"}]},
            "db": {"image": "postgres:16"},
        }})
    }

    fn after() -> Value {
        let mut after = before();
        after["services"]["agents"] = json!({"image": "o/agents:v1", "pull_policy": "never", "restart": "always", "volumes": [
            {"type": "volume", "source": "data", "target": "/data"},
            {"type": "volume", "source": "scratch", "target": "/scratch"}]});
        after["volumes"]["scratch"] = json!({"name": "factory_scratch"});
        after
    }

    fn judged(after: &Value) -> Result<(), Unfit> {
        let services = [ServiceName::parse("agents").unwrap()];
        let volumes = [NewVolume {
            service: services[0].clone(),
            path: "/scratch".to_owned(),
            name: "scratch".to_owned(),
        }];
        judge(
            &before(),
            after,
            (&services, &ImageRef::parse("o/agents:v1").unwrap(), &volumes),
        )
    }

    #[test]
    fn the_image_and_the_named_volumes_may_change() {
        assert_eq!(judged(&after()), Ok(()));
        let built = built_services(&before());
        assert_eq!((built.len(), built[0].service.as_str()), (1, "agents"));
        assert!(built_services(&after()).is_empty());
    }

    #[test]
    fn whatever_else_would_change_is_refused() {
        for (pointer, value, words) in [
            ("/services/agents/image", json!("o/agents:v2"), "would run"),
            ("/services/agents/build", json!({}), "still be built"),
            ("/services/agents/restart", json!("no"), "its restart"),
            (
                "/services/agents/volumes/0/source",
                json!("other"),
                "its mount on /data",
            ),
            (
                "/services/agents/volumes/1/source",
                json!("other"),
                "not get the volume",
            ),
            ("/services/db/image", json!("postgres:17"), "the service db"),
            ("/services/more", json!({}), "the service more"),
            ("/volumes/data/name", json!("x"), "the volume data"),
            ("/volumes/more", json!({}), "the volume more"),
            ("/name", json!("other"), "change name"),
            ("/networks/default", json!({"x": 1}), "change networks"),
        ] {
            let mut changed = after();
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = changed.pointer_mut(parent).unwrap();
            match parent.as_array_mut() {
                Some(list) => list[key.parse::<usize>().unwrap()] = value,
                None => parent[key] = value,
            }
            let told = judged(&changed).unwrap_err().to_string();
            assert!(told.contains(words), "{pointer}: {told}");
        }
    }
}
