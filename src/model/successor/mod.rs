//! The create body of a session's next container, from what the engine says of the present one and of both images.
//!
//! Three-way rule (DESIGN section 6): what the container has from its old image comes from the new image, what is the
//! container's own stays. The items RF01-RF56 of research/reliability.md section 1.3 are the bar.

mod environment;
mod hostname;
mod image_defaults;
mod labels;
mod networks;
mod ports;
#[cfg(test)]
mod sample;
mod volumes;

pub use labels::{AUTO_REMOVE_LABEL, JOURNAL_LABEL, ROLE_LABEL};
pub use networks::FurtherNetwork;

use serde_json::{Map, Value, json};

/// What a container is rebuilt from: three answers of one engine to an inspect.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The present container.
    pub container: &'a Value,
    /// The image that it was created from.
    pub old_image: &'a Value,
    /// The image that the next one gets.
    pub new_image: &'a Value,
}

/// What the next container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It takes the session over.
    Successor,
    /// It is put in the place of a container that removes itself when it is stopped, should the successor fail.
    StandIn,
    /// The same, but it does not remove itself: it holds the volumes even when the engine goes down meanwhile,
    /// which removes every other container of an `--rm` session.
    Keeper,
}

/// What is to be built.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// What the new container is created from, and pinned to.
    pub reference: &'a str,
    /// The journal of the restart, by which its containers are found again.
    pub journal: &'a str,
    /// What it is for.
    pub part: Part,
}

/// A container, ready to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct Successor {
    /// The body of the create request.
    pub body: Value,
    /// The networks to connect after it: the API up to 1.43 takes one at create.
    pub further_networks: Vec<FurtherNetwork>,
    /// What must be on the host for it.
    pub needs: Needs,
    /// What is different from the present container, for the operator.
    pub notes: Vec<String>,
}

/// What must be on a host before a container can be created and started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Paths of bind mounts: a missing one would silently become an empty directory (RF05).
    pub bind_sources: Vec<String>,
    /// Networks, by name (RF24).
    pub networks: Vec<String>,
    /// Containers whose network, IPC, PID or links it uses (RF18, RF21).
    pub containers: Vec<String>,
}

/// Why a container cannot be rebuilt faithfully.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreproducible {
    /// An answer of the engine lacks something that every engine tells.
    #[error("the engine does not tell {0} of the session's container")]
    NotTold(&'static str),
    /// Somebody else manages it and would undo the restart.
    #[error("it is a task of the Swarm service {0}, which decides what it runs")]
    SwarmTask(String),
}

/// Everything that is learnt on the way to a body.
#[derive(Default)]
struct Findings {
    needs: Needs,
    notes: Vec<String>,
}

impl Findings {
    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

/// Whether the session's containers remove themselves when they are stopped (`--rm`).
///
/// A keeper that was put back does not, though its session does: its label tells.
pub fn removes_itself(container: &Value) -> bool {
    let labelled = container
        .pointer("/Config/Labels")
        .and_then(|labels| labels.get(AUTO_REMOVE_LABEL))
        .is_some();
    labelled || vanishes_when_stopped(container)
}

/// Whether this very container is removed by the engine when it is stopped. Nothing can change that after its creation.
pub fn vanishes_when_stopped(container: &Value) -> bool {
    container.pointer("/HostConfig/AutoRemove") == Some(&Value::Bool(true))
}

/// Builds the create body, or says why it cannot be done faithfully.
pub fn build(origin: Origin<'_>, order: Order<'_>) -> Result<Successor, Unreproducible> {
    let object = |pointer: &'static str| {
        origin
            .container
            .pointer(pointer)
            .and_then(Value::as_object)
            .cloned()
            .ok_or(Unreproducible::NotTold(pointer))
    };
    let (mut config, mut host_config) = (object("/Config")?, object("/HostConfig")?);
    let id = text(origin.container, "/Id");
    if id.len() < 12 {
        return Err(Unreproducible::NotTold("/Id"));
    }
    if let Some(service) = config
        .get("Labels")
        .and_then(|labels| labels.get("com.docker.swarm.service.name"))
    {
        return Err(Unreproducible::SwarmTask(
            service.as_str().unwrap_or_default().to_owned(),
        ));
    }
    let (old_image, new_image) = (config_of(origin.old_image), config_of(origin.new_image));
    let mut findings = Findings::default();

    hostname::keep_own(&mut config, &host_config, &id[..12]);
    image_defaults::inherit(&mut config, &host_config, old_image, new_image, &mut findings);
    environment::inherit(&mut config, old_image, new_image, &mut findings);
    labels::inherit(&mut config, old_image, order, removes_itself(origin.container));
    volumes::keep(&mut host_config, origin.container, new_image, &mut findings);
    ports::keep(&mut host_config, origin.container);
    engine_settings(&mut host_config, origin.container, order.part, &mut findings);
    let attached = networks::keep(&mut config, &mut host_config, origin.container, &mut findings);

    config.insert("Image".to_owned(), json!(order.reference));
    config.insert("HostConfig".to_owned(), Value::Object(host_config));
    config.insert(
        "NetworkingConfig".to_owned(),
        json!({ "EndpointsConfig": attached.at_create }),
    );
    Ok(Successor {
        body: Value::Object(config),
        further_networks: attached.further,
        needs: findings.needs,
        notes: findings.notes,
    })
}

/// Host settings that the transaction decides, and those that an inspect tells in a form that a create does not take.
fn engine_settings(
    host_config: &mut Map<String, Value>,
    container: &Value,
    part: Part,
    findings: &mut Findings,
) {
    // It must not come back by itself before it is proven; the commit sets the policy (finding 7 of the research).
    host_config.insert(
        "RestartPolicy".to_owned(),
        json!({ "Name": "no", "MaximumRetryCount": 0 }),
    );
    let auto_remove = removes_itself(container) && part != Part::Keeper;
    host_config.insert("AutoRemove".to_owned(), json!(auto_remove));
    host_config.remove("ContainerIDFile");
    for device in entries_mut(host_config, "Devices") {
        // Engines store what they were given, and refuse an empty permission when they are given it again (RF44).
        if device.get("CgroupPermissions").and_then(Value::as_str) == Some("") {
            device["CgroupPermissions"] = json!("rwm");
        }
    }
    for namespace in ["IpcMode", "PidMode", "UsernsMode"] {
        let mode = host_config
            .get(namespace)
            .and_then(Value::as_str)
            .unwrap_or_default();
        if let Some(other) = mode.strip_prefix("container:") {
            findings.needs.containers.push(other.to_owned());
        }
    }
}

/// The settings inside an image; nothing where it has none.
fn config_of(image: &Value) -> &Value {
    image.get("Config").unwrap_or(&Value::Null)
}

/// The text at `pointer`, empty where there is none.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The members of a list, none where there is no list.
fn entries<'a>(object: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = &'a Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn entries_mut<'a>(object: &'a mut Map<String, Value>, key: &str) -> impl Iterator<Item = &'a mut Value> {
    object
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

/// Whether there is nothing: engines say it as null, an empty text, list or object, or by leaving the key out.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether two values say the same.
fn same(one: &Value, other: &Value) -> bool {
    one == other || (is_empty(one) && is_empty(other))
}

#[cfg(test)]
mod tests {
    use super::sample::{build_onto, container, image, with};
    use super::{AUTO_REMOVE_LABEL, Order, Origin, Part, Unreproducible, build};
    use serde_json::{Value, json};

    #[test]
    fn the_successor_cannot_come_back_by_itself_and_everything_else_of_the_host_settings_stays() {
        let old = with(
            container(),
            "/HostConfig",
            json!({
                "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}, "NetworkMode": "bridge",
                "CapAdd": ["NET_ADMIN"], "Memory": 1_048_576, "CgroupParent": "convocate-sessions.slice",
                "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}], "DeviceRequests": [{"Driver": "nvidia"}],
                "ReadonlyRootfs": true, "Sysctls": {"a": "b"}, "Annotations": {"x": "y"}, "Init": true,
                "AnUnknownFutureSetting": {"deep": [1, 2, 3]},
            }),
        );
        let mut built = build_onto(&old, &image("v2")).body["HostConfig"].clone();
        let mut expected = old["HostConfig"].clone();
        assert_eq!(built["RestartPolicy"]["Name"], "no");
        for changed in ["RestartPolicy", "AutoRemove", "Mounts", "PortBindings"] {
            built.as_object_mut().unwrap().remove(changed);
            expected.as_object_mut().unwrap().remove(changed);
        }
        assert_eq!(built, expected);
    }

    #[test]
    fn an_rm_session_stays_one_and_only_its_keeper_outlives_the_engine() {
        let old = with(container(), "/HostConfig/AutoRemove", json!(true));
        let new_image = image("v2");
        let part = |part| {
            let origin = Origin {
                container: &old,
                old_image: &image("v1"),
                new_image: &new_image,
            };
            build(
                origin,
                Order {
                    reference: "c:v2",
                    journal: "j",
                    part,
                },
            )
            .unwrap()
            .body
        };
        assert_eq!(part(Part::Successor)["HostConfig"]["AutoRemove"], true);
        assert_eq!(part(Part::StandIn)["HostConfig"]["AutoRemove"], true);
        let keeper = part(Part::Keeper);
        assert_eq!(keeper["HostConfig"]["AutoRemove"], false);
        assert_eq!(keeper["Labels"][AUTO_REMOVE_LABEL], "true");

        let put_back = with(container(), "/Config/Labels", keeper["Labels"].clone());
        let next = build_onto(&put_back, &new_image).body;
        assert_eq!(
            next["HostConfig"]["AutoRemove"], true,
            "its next restart brings --rm back"
        );
    }

    #[test]
    fn devices_without_permissions_get_the_engines_default() {
        let old = with(
            container(),
            "/HostConfig/Devices",
            json!([{"PathOnHost": "/dev/null", "PathInContainer": "/dev/n", "CgroupPermissions": ""}]),
        );
        let built = build_onto(&old, &image("v2")).body;
        assert_eq!(built["HostConfig"]["Devices"][0]["CgroupPermissions"], "rwm");
    }

    #[test]
    fn a_shared_ipc_or_pid_namespace_stays_and_its_owner_must_be_there() {
        let old = with(container(), "/HostConfig/IpcMode", json!("container:abc"));
        let built = build_onto(&old, &image("v2"));
        assert_eq!(built.body["HostConfig"]["IpcMode"], "container:abc");
        assert_eq!(built.needs.containers, ["abc"]);
    }

    #[test]
    fn a_swarm_task_and_an_answer_that_is_not_understood_are_refused() {
        let task = with(
            container(),
            "/Config/Labels",
            json!({"com.docker.swarm.service.name": "agents"}),
        );
        let new_image = image("v2");
        let order = Order {
            reference: "c:v2",
            journal: "j",
            part: Part::Successor,
        };
        let origin = |container| Origin {
            container,
            old_image: &new_image,
            new_image: &new_image,
        };
        assert_eq!(
            build(origin(&task), order),
            Err(Unreproducible::SwarmTask("agents".to_owned()))
        );
        assert!(matches!(
            build(origin(&Value::Null), order),
            Err(Unreproducible::NotTold(_))
        ));
    }

    #[test]
    fn the_same_image_gives_a_container_that_an_inspect_cannot_tell_from_the_old_one() {
        let old = container();
        let built = build_onto(&old, &image("v1")).body;
        let merged = super::sample::as_engine_would(&built, &image("v1"));
        for key in [
            "Cmd",
            "Entrypoint",
            "User",
            "WorkingDir",
            "ExposedPorts",
            "Healthcheck",
            "Tty",
        ] {
            assert!(
                super::same(&merged[key], &old["Config"][key]),
                "{key}: {} {}",
                merged[key],
                old["Config"][key]
            );
        }
        let sorted = |env: &Value| {
            let mut env: Vec<_> = env.as_array().unwrap().iter().map(ToString::to_string).collect();
            env.sort();
            env
        };
        assert_eq!(sorted(&merged["Env"]), sorted(&old["Config"]["Env"]));
    }
}
