//! What a change of the pin does to a project, told from what Compose makes of its files before and after (`config --format json`).

use crate::model::clean::clean;
use crate::model::names::{ImageRef, ServiceName};
use serde_json::{Map, Value};

/// What the session's service must be after the change.
#[derive(Debug, Clone, Copy)]
pub struct ServiceNeeds<'a> {
    /// The service.
    pub service: &'a ServiceName,
    /// The image that it must get.
    pub onto: &'a ImageRef,
    /// Where the session's container has anonymous volumes.
    pub anonymous: &'a [String],
    /// Where the new image declares volumes.
    pub declared: &'a [String],
}

/// What the change does beside the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The other services that it changes: they get the new image at their next `up`.
    pub others: Vec<String>,
}

/// Why the session cannot be restarted by its pin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// Compose's answer is none.
    #[error("Compose's answer is not understood: {0}")]
    NotUnderstood(String),
    /// The files do not hold the service any more.
    #[error("the project's files have no service {0}")]
    NoService(ServiceName),
    /// Whatever the pin says, it gets another image.
    #[error("the service ignores the pin: with it, it gets {got} and not {onto}")]
    IgnoresPin {
        /// The image that it would get.
        got: String,
        /// The image that it was to get.
        onto: ImageRef,
    },
    /// Compose makes its image itself.
    #[error("Compose builds its image (`pull_policy: build`)")]
    Builds,
    /// One container of several would be the session, and it is not said which.
    #[error("the service has {0} replicas")]
    Replicas(u64),
    /// Compose gives an anonymous volume on only where the new image or the service names its path.
    #[error(
        "its anonymous volume on {0} would be left behind: neither the new image nor the service has a volume there"
    )]
    VolumeLeft(String),
}

/// Compares what Compose makes of a project with the old pin and with the new one.
pub fn effect_of_pin(before: &str, after: &str, needs: ServiceNeeds<'_>) -> Result<Effect, Misfit> {
    let (before, after) = (services(before)?, services(after)?);
    let one = after
        .get(needs.service.as_str())
        .ok_or_else(|| Misfit::NoService(needs.service.clone()))?;
    let got = one
        .get("image")
        .and_then(Value::as_str)
        .unwrap_or("an image that it builds");
    if got != needs.onto.to_string() {
        return Err(Misfit::IgnoresPin {
            got: clean(got),
            onto: needs.onto.clone(),
        });
    }
    if one.get("pull_policy").and_then(Value::as_str) == Some("build") {
        return Err(Misfit::Builds);
    }
    let replicas = one.get("scale").or_else(|| one.pointer("/deploy/replicas"));
    match replicas.and_then(Value::as_u64) {
        None | Some(1) => {}
        Some(many) => return Err(Misfit::Replicas(many)),
    }
    let kept = |path: &&String| {
        needs.declared.iter().any(|other| is_same_path(other, path)) || unnamed_volume(one, path)
    };
    if let Some(left) = needs.anonymous.iter().find(|path| !kept(path)) {
        return Err(Misfit::VolumeLeft(clean(left)));
    }
    let others = after
        .iter()
        .filter(|(name, service)| *name != needs.service.as_str() && before.get(*name) != Some(service))
        .map(|(name, _)| clean(name))
        .collect();
    Ok(Effect { others })
}

fn services(json: &str) -> Result<Map<String, Value>, Misfit> {
    let parsed: Value =
        serde_json::from_str(json).map_err(|error| Misfit::NotUnderstood(error.to_string()))?;
    match parsed {
        Value::Object(mut config) => match config.remove("services") {
            Some(Value::Object(services)) => Ok(services),
            _ => Err(Misfit::NotUnderstood("it holds no services".to_owned())),
        },
        _ => Err(Misfit::NotUnderstood("it is no object".to_owned())),
    }
}

/// Whether the service itself wants a volume without a name there.
fn unnamed_volume(service: &Value, path: &str) -> bool {
    let volumes = service.get("volumes").and_then(Value::as_array);
    volumes.into_iter().flatten().any(|volume| {
        let text = |key: &str| volume.get(key).and_then(Value::as_str).unwrap_or_default();
        text("type") == "volume" && text("source").is_empty() && is_same_path(text("target"), path)
    })
}

fn is_same_path(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::{Misfit, ServiceNeeds, effect_of_pin};
    use crate::model::names::{ImageRef, ServiceName};
    use serde_json::{Value, json};

    fn project(agents: &Value, runner: &str) -> String {
        json!({"services": {
            "agents": agents, "runner": {"image": runner}, "db": {"image": "db:1"},
        }})
        .to_string()
    }

    fn judge(agents: &Value, anonymous: &[&str]) -> Result<Vec<String>, Misfit> {
        let before = project(&json!({"image": "convocate:v1"}), "convocate:v1");
        let after = project(agents, "convocate:v2");
        let anonymous: Vec<String> = anonymous.iter().map(|&path| path.to_owned()).collect();
        effect_of_pin(
            &before,
            &after,
            ServiceNeeds {
                service: &ServiceName::parse("agents").unwrap(),
                onto: &ImageRef::parse("convocate:v2").unwrap(),
                anonymous: &anonymous,
                declared: &["/scratch".to_owned()],
            },
        )
        .map(|effect| effect.others)
    }

    #[test]
    fn the_services_that_share_the_pin_are_named_and_the_others_are_not() {
        let agents = json!({"image": "convocate:v2"});
        assert_eq!(judge(&agents, &["/scratch"]), Ok(vec!["runner".to_owned()]));
    }

    #[test]
    fn a_service_that_does_not_get_the_image_or_would_lose_something_is_refused() {
        let onto = ImageRef::parse("convocate:v2").unwrap();
        let ignores = |got: &str| Misfit::IgnoresPin {
            got: got.to_owned(),
            onto: onto.clone(),
        };
        for (agents, why) in [
            (json!({"image": "convocate:v1"}), ignores("convocate:v1")),
            (
                json!({"build": {"context": "."}}),
                ignores("an image that it builds"),
            ),
            (
                json!({"image": "convocate:v2", "pull_policy": "build"}),
                Misfit::Builds,
            ),
            (json!({"image": "convocate:v2", "scale": 2}), Misfit::Replicas(2)),
            (
                json!({"image": "convocate:v2", "deploy": {"replicas": 3}}),
                Misfit::Replicas(3),
            ),
        ] {
            assert_eq!(judge(&agents, &[]), Err(why));
        }
    }

    #[test]
    fn an_anonymous_volume_stays_where_the_image_or_the_service_has_one() {
        let agents = json!({"image": "convocate:v2", "volumes": [
            {"type": "volume", "target": "/own"}, {"type": "volume", "source": "home", "target": "/named"},
        ]});
        assert!(judge(&agents, &["/scratch/", "/own"]).is_ok());
        for path in ["/other", "/named"] {
            assert_eq!(judge(&agents, &[path]), Err(Misfit::VolumeLeft(path.to_owned())));
        }
    }

    #[test]
    fn a_project_without_the_service_or_an_answer_that_is_none_is_refused() {
        let needs = ServiceNeeds {
            service: &ServiceName::parse("agents").unwrap(),
            onto: &ImageRef::parse("convocate:v2").unwrap(),
            anonymous: &[],
            declared: &[],
        };
        let empty = json!({"services": {}}).to_string();
        assert!(matches!(
            effect_of_pin(&empty, &empty, needs),
            Err(Misfit::NoService(_))
        ));
        for nothing in ["", "[]", "{}"] {
            let told = effect_of_pin(&empty, nothing, needs);
            assert!(matches!(told, Err(Misfit::NotUnderstood(_))), "{nothing:?}");
        }
    }
}
