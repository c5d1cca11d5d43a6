//! What an image sets besides environment and labels: command, health check, user, directory, signal, ports, volumes.

use super::{Findings, is_empty, same};
use serde_json::{Map, Value, json};

/// Settings that an image gives as one value. The engine fills in each that a create body leaves out.
const SINGLE: [&str; 4] = ["User", "WorkingDir", "StopSignal", "Shell"];

/// Removes what came from the old image, so that the engine fills in what the new one has (RF29-RF35).
pub(super) fn inherit(
    config: &mut Map<String, Value>,
    host_config: &Map<String, Value>,
    old_image: &Value,
    new_image: &Value,
    findings: &mut Findings,
) {
    for key in SINGLE {
        let value = config.get(key).unwrap_or(&Value::Null);
        if is_empty(value) || same(value, member(old_image, key)) {
            if !same(member(old_image, key), member(new_image, key)) {
                findings.note(format!("{key} as the new image has it"));
            }
            config.remove(key);
        }
    }
    // An instruction for builds from the image; a container has no use for it.
    config.remove("OnBuild");
    command(config, old_image, new_image, findings);
    health_check(config, old_image, new_image, findings);
    set(config, "ExposedPorts", old_image, |port| {
        host_config
            .get("PortBindings")
            .and_then(|bound| bound.get(port))
            .is_some()
    });
    set(config, "Volumes", old_image, |_| false);
}

/// Entrypoint and command. With an entrypoint of its own, a container has its command with it and none of the image's:
/// the two never come from two images, save for an own command that is given to whatever entrypoint the image has.
fn command(config: &mut Map<String, Value>, old_image: &Value, new_image: &Value, findings: &mut Findings) {
    let value = |key: &str| config.get(key).cloned().unwrap_or(Value::Null);
    let (entrypoint, cmd) = (value("Entrypoint"), value("Cmd"));
    let inherited = |key: &str, value: &Value| same(value, member(old_image, key));
    // An empty command over an image that has one means that the entrypoint was given, even if it is the same text.
    let own_entrypoint = !inherited("Entrypoint", &entrypoint) || (is_empty(&cmd) && !inherited("Cmd", &cmd));
    if own_entrypoint {
        // An empty list clears the image's entrypoint; nothing at all would take it over.
        config.insert(
            "Entrypoint".to_owned(),
            if is_empty(&entrypoint) {
                json!([])
            } else {
                entrypoint
            },
        );
        config.insert("Cmd".to_owned(), if is_empty(&cmd) { json!([]) } else { cmd });
        return;
    }
    config.remove("Entrypoint");
    let mut from_image = vec!["Entrypoint"];
    if inherited("Cmd", &cmd) {
        config.remove("Cmd");
        from_image.push("Cmd");
    }
    let differs = |key: &&str| !same(member(old_image, key), member(new_image, key));
    if from_image.iter().any(differs) {
        findings.note("the command as the new image has it");
    }
}

/// The health check, part by part, as the engine fills it in: a part that is left out or zero is the image's (RF32).
fn health_check(
    config: &mut Map<String, Value>,
    old_image: &Value,
    new_image: &Value,
    findings: &mut Findings,
) {
    let (before, after) = (member(old_image, "Healthcheck"), member(new_image, "Healthcheck"));
    if !same(before, after) {
        findings.note(match (is_empty(before), is_empty(after)) {
            (true, _) => "the new image has a health check, the old one had none",
            (_, true) => "the new image has no health check any more",
            _ => "the health check as the new image has it",
        });
    }
    let Some(Value::Object(check)) = config.remove("Healthcheck") else {
        return;
    };
    let own: Map<_, _> = check
        .into_iter()
        .filter(|(key, value)| !is_empty(value) && *value != json!(0) && value != member(before, key))
        .collect();
    if !own.is_empty() {
        config.insert("Healthcheck".to_owned(), Value::Object(own));
    }
}

/// A setting that is a set of keys, to which the engine adds those of the image. `is_own` keeps a key in any case.
fn set(config: &mut Map<String, Value>, key: &str, old_image: &Value, is_own: impl Fn(&str) -> bool) {
    let Some(Value::Object(keys)) = config.remove(key) else {
        return;
    };
    let from_image = member(old_image, key);
    let own: Map<_, _> = keys
        .into_iter()
        .filter(|(key, _)| is_own(key) || from_image.get(key).is_none())
        .collect();
    if !own.is_empty() {
        config.insert(key.to_owned(), Value::Object(own));
    }
}

fn member<'a>(object: &'a Value, key: &str) -> &'a Value {
    object.get(key).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use crate::model::successor::sample::{build_onto, container, image, with};
    use serde_json::{Value, json};

    #[test]
    fn what_the_old_image_set_is_left_to_the_new_one() {
        let body = build_onto(&container(), &image("v2")).body;
        for key in [
            "User",
            "WorkingDir",
            "StopSignal",
            "Cmd",
            "Entrypoint",
            "Healthcheck",
            "ExposedPorts",
            "Volumes",
        ] {
            assert_eq!(body.get(key), None, "{key}");
        }
        assert_eq!(body["Tty"], true);
    }

    #[test]
    fn what_the_container_set_itself_stays() {
        let mut old = container();
        for (key, value) in [
            ("User", json!("root")),
            ("WorkingDir", json!("/work")),
            ("StopSignal", json!("SIGHUP")),
            ("StopTimeout", json!(30)),
            ("Healthcheck", json!({"Test": ["NONE"]})),
        ] {
            old["Config"][key] = value;
        }
        let body = build_onto(&old, &image("v2")).body;
        for key in ["User", "WorkingDir", "StopSignal", "StopTimeout", "Healthcheck"] {
            assert_eq!(body[key], old["Config"][key], "{key}");
        }
    }

    #[test]
    fn an_own_command_goes_to_the_new_images_entrypoint() {
        let old = with(container(), "/Config/Cmd", json!(["mine"]));
        let body = build_onto(&old, &image("v2")).body;
        assert_eq!((body.get("Entrypoint"), &body["Cmd"]), (None, &json!(["mine"])));
    }

    #[test]
    fn an_own_entrypoint_never_gets_the_command_of_an_image() {
        for (entrypoint, cmd) in [
            (json!(["sh"]), Value::Null),
            (json!(["sh"]), json!(["-c", "x"])),
            (Value::Null, json!(["sh", "-c", "x"])),
            (json!(["/entry"]), Value::Null),
        ] {
            let old = with(container(), "/Config/Entrypoint", entrypoint.clone());
            let old = with(old, "/Config/Cmd", cmd.clone());
            let body = build_onto(&old, &image("v2")).body;
            let or_empty = |value: &Value| if value.is_null() { json!([]) } else { value.clone() };
            assert_eq!(body["Entrypoint"], or_empty(&entrypoint));
            assert_eq!(body["Cmd"], or_empty(&cmd));
        }
    }

    #[test]
    fn own_parts_of_a_health_check_stay_and_the_others_follow_the_new_image() {
        let old = with(container(), "/Config/Healthcheck/Interval", json!(5000));
        assert_eq!(
            build_onto(&old, &image("v2")).body["Healthcheck"],
            json!({"Interval": 5000})
        );
    }

    #[test]
    fn own_ports_and_volumes_stay_and_a_published_port_stays_exposed() {
        let old = with(
            container(),
            "/Config/ExposedPorts",
            json!({"80/tcp": {}, "9/udp": {}}),
        );
        let old = with(old, "/Config/Volumes", json!({"/scratch": {}, "/mine": {}}));
        let old = with(
            old,
            "/HostConfig/PortBindings",
            json!({"80/tcp": [{"HostIp": "", "HostPort": "1"}]}),
        );
        let body = build_onto(&old, &image("v2")).body;
        assert_eq!(body["ExposedPorts"], json!({"80/tcp": {}, "9/udp": {}}));
        assert_eq!(body["Volumes"], json!({"/mine": {}}));
    }

    #[test]
    fn a_health_check_that_comes_or_goes_is_told() {
        let without = with(image("v2"), "/Config/Healthcheck", Value::Null);
        let notes = build_onto(&container(), &without).notes;
        assert!(
            notes.contains(&"the new image has no health check any more".to_owned()),
            "{notes:?}"
        );
    }
}
