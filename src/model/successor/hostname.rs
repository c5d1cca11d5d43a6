//! The host name: one that the engine made from the container's id is made anew, a chosen one stays (RF36, RF37).

use serde_json::{Map, Value};

/// Removes an automatic host name, and any where the container has no host name of its own.
///
/// With `--network host` the engine fills in the host's own name: it stays, because it is the same again and a chosen
/// one cannot be told from it.
pub(super) fn keep_own(config: &mut Map<String, Value>, host_config: &Map<String, Value>, short_id: &str) {
    let mode = |key| host_config.get(key).and_then(Value::as_str).unwrap_or_default();
    if config.get("Hostname").and_then(Value::as_str) == Some(short_id) {
        config.remove("Hostname");
    }
    // The engine refuses a host name in these modes: "conflicting options".
    if mode("NetworkMode").starts_with("container:") || mode("UTSMode") == "host" {
        config.remove("Hostname");
        config.remove("Domainname");
    }
}

#[cfg(test)]
mod tests {
    use crate::model::successor::sample::{build_onto, container, image, with};
    use serde_json::json;

    #[test]
    fn an_automatic_host_name_is_made_anew_and_a_chosen_one_stays() {
        assert_eq!(build_onto(&container(), &image("v2")).body.get("Hostname"), None);
        let chosen = with(container(), "/Config/Hostname", json!("convocate-9235816b"));
        assert_eq!(
            build_onto(&chosen, &image("v2")).body["Hostname"],
            "convocate-9235816b"
        );
    }

    #[test]
    fn a_container_with_the_host_name_of_another_gets_none() {
        for (pointer, mode) in [
            ("/HostConfig/NetworkMode", "container:x"),
            ("/HostConfig/UTSMode", "host"),
        ] {
            let old = with(container(), "/Config/Hostname", json!("lab-1"));
            let old = with(old, pointer, json!(mode));
            assert_eq!(
                build_onto(&old, &image("v2")).body.get("Hostname"),
                None,
                "{mode}"
            );
        }
    }
}
