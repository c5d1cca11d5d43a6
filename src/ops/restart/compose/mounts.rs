//! What a container has mounted and what an image declares: Compose must give all of it to the next container.

use serde_json::Value;

/// What a container has mounted.
pub(super) struct Mounts {
    /// Its volumes, as `NAME DESTINATION`.
    pub(super) volumes: Vec<String>,
    /// Where its anonymous volumes are.
    pub(super) anonymous: Vec<String>,
    /// The host's paths in it.
    pub(super) bind_sources: Vec<String>,
}

impl Mounts {
    pub(super) fn of(container: &Value) -> Self {
        let mut mounts = Self {
            volumes: Vec::new(),
            anonymous: Vec::new(),
            bind_sources: Vec::new(),
        };
        let all = container.get("Mounts").and_then(Value::as_array);
        for mount in all.into_iter().flatten() {
            let text = |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default();
            match text("Type") {
                "volume" => {
                    mounts
                        .volumes
                        .push(format!("{} {}", text("Name"), text("Destination")));
                    if is_anonymous(text("Name")) {
                        mounts.anonymous.push(text("Destination").to_owned());
                    }
                }
                "bind" => mounts.bind_sources.push(text("Source").to_owned()),
                _ => {}
            }
        }
        mounts
    }
}

/// An engine names a volume that nobody named by 64 hex digits.
fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Where an image declares volumes.
pub(super) fn declared_volumes(image: &Value) -> Vec<String> {
    let volumes = image.pointer("/Config/Volumes").and_then(Value::as_object);
    volumes
        .into_iter()
        .flatten()
        .map(|(path, _)| path.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Mounts, declared_volumes};
    use serde_json::json;

    #[test]
    fn the_mounts_of_a_container_tell_what_must_be_in_the_next_one() {
        let anonymous = "ab".repeat(32);
        let mounts = Mounts::of(&json!({"Mounts": [
            {"Type": "volume", "Name": "p_home", "Destination": "/home/claude"},
            {"Type": "volume", "Name": anonymous, "Destination": "/scratch"},
            {"Type": "bind", "Source": "/srv/work", "Destination": "/work"},
            {"Type": "tmpfs", "Destination": "/tmp"},
        ]}));
        assert_eq!(
            mounts.volumes,
            ["p_home /home/claude".to_owned(), format!("{anonymous} /scratch")]
        );
        assert_eq!(mounts.anonymous, ["/scratch"]);
        assert_eq!(mounts.bind_sources, ["/srv/work"]);
        assert!(Mounts::of(&json!({})).volumes.is_empty());
    }

    #[test]
    fn an_image_tells_where_it_declares_volumes() {
        assert_eq!(
            declared_volumes(&json!({"Config": {"Volumes": {"/a": {}}}})),
            ["/a"]
        );
        assert!(declared_volumes(&json!({"Config": {"Volumes": null}})).is_empty());
    }
}
