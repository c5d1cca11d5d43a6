//! What is in an image, as one digest that is the same in every image store and engine version.

use crate::model::fleet::{ContentId, Platform};
use crate::model::names::{Digest, ImageId};
use crate::ops::ports::{EngineError, ImageDetails};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The parts of an image's config that a container gets; engines add others of their own.
const CONFIG: [&str; 12] = [
    "Cmd",
    "Entrypoint",
    "Env",
    "ExposedPorts",
    "Healthcheck",
    "Labels",
    "OnBuild",
    "Shell",
    "StopSignal",
    "User",
    "Volumes",
    "WorkingDir",
];

/// Reads the answer to an image inspect.
pub(super) fn read(raw: Value) -> Result<ImageDetails, EngineError> {
    let not_understood = |what: &str| EngineError::NotUnderstood(format!("an image without {what}"));
    let text = |key: &str| raw.get(key).and_then(Value::as_str).unwrap_or_default();
    let id = ImageId::parse(text("Id")).map_err(|_| not_understood("an id"))?;
    let layers = raw
        .pointer("/RootFS/Layers")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|layer| Digest::parse(layer.as_str().unwrap_or_default()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| not_understood("well-formed layers"))?;
    let platform = Platform {
        os: text("Os").to_owned(),
        architecture: text("Architecture").to_owned(),
    };
    let created_at = text("Created").parse::<Timestamp>().ok();
    Ok(ImageDetails {
        id,
        content: content(&raw, created_at),
        platform,
        layers,
        size: raw.get("Size").and_then(Value::as_u64).unwrap_or_default(),
        created_at,
        raw,
    })
}

fn content(raw: &Value, created_at: Option<Timestamp>) -> ContentId {
    let mut kept = Map::new();
    for key in ["Architecture", "Os", "Variant"] {
        keep(&mut kept, key, raw.get(key));
    }
    keep(&mut kept, "Layers", raw.pointer("/RootFS/Layers"));
    // Engines print the same moment with different precision; the parsed time is the same.
    let created = created_at.map(|at| Value::String(at.to_string()));
    keep(&mut kept, "Created", created.as_ref());
    for key in CONFIG {
        keep(
            &mut kept,
            key,
            raw.get("Config").and_then(|config| config.get(key)),
        );
    }
    // A JSON map of serde_json is sorted by key, so equal contents give equal bytes.
    let bytes = Value::Object(kept).to_string();
    ContentId(Digest::from_bytes(&Sha256::digest(bytes.as_bytes()).into()))
}

/// Keeps what is set: engines print an absent value as null, as empty, or not at all.
fn keep(kept: &mut Map<String, Value>, key: &str, value: Option<&Value>) {
    let is_set = match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(_) => true,
    };
    if let (true, Some(value)) = (is_set, value) {
        kept.insert(key.to_owned(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::{Value, json};

    fn image(config: &Value) -> Value {
        json!({
            "Id": format!("sha256:{}", "1".repeat(64)), "Os": "linux", "Architecture": "amd64",
            "Created": "2026-11-20T10:00:00.5Z", "RootFS": {"Type": "layers", "Layers": [format!("sha256:{}", "a".repeat(64))]},
            "Config": config, "Size": 7,
        })
    }

    #[test]
    fn the_same_image_has_the_same_content_however_an_engine_prints_what_is_not_set() {
        let classic = image(
            &json!({"Cmd": ["run"], "Env": ["A=1"], "Labels": null, "User": "", "Hostname": "", "Image": "sha256:x"}),
        );
        let mut containerd = image(&json!({"Cmd": ["run"], "Env": ["A=1"]}));
        containerd["Id"] = json!(format!("sha256:{}", "2".repeat(64)));
        containerd["Created"] = json!("2026-11-20T10:00:00.500000000Z");
        assert_eq!(read(classic).unwrap().content, read(containerd).unwrap().content);
    }

    #[test]
    fn another_command_layer_or_build_time_is_another_content() {
        let one = read(image(&json!({"Cmd": ["run"]}))).unwrap().content;
        assert_ne!(one, read(image(&json!({"Cmd": ["walk"]}))).unwrap().content);
        let mut later = image(&json!({"Cmd": ["run"]}));
        later["Created"] = json!("2026-11-20T10:00:01Z");
        assert_ne!(one, read(later).unwrap().content);
    }
}
