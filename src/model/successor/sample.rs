//! A small container and its images, as an engine tells them, for the tests of this module.

use super::{Order, Origin, Part, Successor, build};
use serde_json::{Value, json};

pub(super) const ID: &str = "2ebb9ab3c1bdf9c470f018e74f46c53fef9a53e58d47620b891c29334ec34061";
pub(super) const ANONYMOUS: &str = "9d06a58537b69e5cfae7dc076cd5707d3b21c80eb3491d242de0796cb60685cc";

/// An image of `version`, with everything that an image can set.
pub(super) fn image(version: &str) -> Value {
    json!({ "Id": format!("sha256:{version}"), "Config": {
        "Env": ["PATH=/bin", format!("VERSION={version}")],
        "Cmd": ["agent", version], "Entrypoint": ["/entry"], "User": "agent", "WorkingDir": "/home/agent",
        "Labels": {"version": version, "team": "agents"}, "Volumes": {"/scratch": {}},
        "ExposedPorts": {"80/tcp": {}},
        "Healthcheck": {"Test": ["CMD", "check", version], "Interval": 1000, "Retries": 2},
        "StopSignal": "SIGINT",
    }})
}

/// A session on `image("v1")` with a label, a variable and a named volume of its own.
pub(super) fn container() -> Value {
    let image = image("v1");
    let mut config = image["Config"].clone();
    config["Hostname"] = json!(&ID[..12]);
    config["Domainname"] = json!("");
    config["Image"] = json!("convocate:v1");
    config["Env"] = json!(["OWN=1", "PATH=/bin", "VERSION=v1"]);
    config["Labels"]["own"] = json!("yes");
    config["Tty"] = json!(true);
    json!({
        "Id": ID, "Name": "/convocate-session-1", "Image": "sha256:v1", "Config": config,
        "HostConfig": {
            "Binds": ["home-1:/home/agent"], "NetworkMode": "agents", "AutoRemove": false, "PortBindings": {},
            "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0},
        },
        "Mounts": [
            {"Type": "volume", "Name": "home-1", "Destination": "/home/agent", "RW": true, "Driver": "local"},
            {"Type": "volume", "Name": ANONYMOUS, "Destination": "/scratch", "RW": true, "Driver": "local"},
        ],
        "NetworkSettings": {"Ports": {}, "Networks": {"agents": {
            "Aliases": ["session-1", &ID[..12]], "IPAMConfig": null, "MacAddress": "02:42:ac:12:00:02",
            "IPAddress": "172.18.0.2", "NetworkID": "n1", "EndpointID": "e1",
        }}},
    })
}

/// `value` with something else at `pointer`.
pub(super) fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[key] = new;
    value
}

/// The successor of `old`, which runs `image("v1")`.
pub(super) fn build_onto(old: &Value, new_image: &Value) -> Successor {
    let origin = Origin {
        container: old,
        old_image: &image("v1"),
        new_image,
    };
    let order = Order {
        reference: "convocate:v2",
        journal: "job-1",
        part: Part::Successor,
    };
    build(origin, order).unwrap()
}

/// What an engine makes of a create body: what the body leaves out comes from the image.
pub(super) fn as_engine_would(body: &Value, image: &Value) -> Value {
    let mut merged = body.clone();
    for (key, value) in image["Config"].as_object().unwrap() {
        match key.as_str() {
            "Env" => {
                let own = merged["Env"].as_array().cloned().unwrap_or_default();
                let set = |entry: &Value| {
                    let key = entry.as_str().unwrap().split('=').next().unwrap();
                    own.iter()
                        .any(|own| own.as_str().unwrap().split('=').next() == Some(key))
                };
                let inherited = value
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|entry| !set(entry))
                    .cloned();
                merged["Env"] = own.iter().cloned().chain(inherited).collect();
            }
            "Labels" | "ExposedPorts" | "Volumes" | "Healthcheck" => {
                for (inner, value) in value.as_object().unwrap() {
                    if merged[key].get(inner).is_none() {
                        merged[key][inner] = value.clone();
                    }
                }
            }
            _ if merged.get(key).is_none() => merged[key] = value.clone(),
            _ => {}
        }
    }
    merged
}
