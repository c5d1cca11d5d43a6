//! MAC addresses that somebody chose for a container. From API 1.44 on an engine keeps them with each network, but its inspect
//! tells them only while the container runs, and then no different from those that the engine made. Its stored settings do.

use serde_json::{Value, json};

/// Adds them to an inspect. `stored` is the engine's file of the container; what is not understood in it adds nothing.
/// Whether it told any.
pub(super) fn add(container: &mut Value, stored: &str) -> bool {
    let stored: Value = serde_json::from_str(stored).unwrap_or_default();
    let networks = container
        .pointer_mut("/NetworkSettings/Networks")
        .and_then(Value::as_object_mut);
    let mut has_any = false;
    for (name, endpoint) in networks.into_iter().flatten() {
        let kept = stored
            .pointer("/NetworkSettings/Networks")
            .and_then(|kept| kept.get(name));
        let chosen = kept
            .and_then(|kept| kept.get("DesiredMacAddress"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !chosen.is_empty() {
            endpoint["DesiredMacAddress"] = json!(chosen);
            has_any = true;
        }
    }
    has_any
}

#[cfg(test)]
mod tests {
    use super::add;
    use serde_json::json;

    #[test]
    fn a_chosen_address_is_added_to_its_network_and_nothing_else_is() {
        let mut container = json!({"NetworkSettings": {"Networks": {"a": {}, "b": {"MacAddress": ""}}}});
        let stored = r#"{"NetworkSettings": {"Networks": {
            "a": {"DesiredMacAddress": ""}, "b": {"DesiredMacAddress": "02:42:00:00:00:07"},
            "gone": {"DesiredMacAddress": "02:42:00:00:00:08"}}}}"#;
        assert!(add(&mut container, stored));
        assert_eq!(
            container,
            json!({"NetworkSettings": {"Networks": {
                "a": {}, "b": {"MacAddress": "", "DesiredMacAddress": "02:42:00:00:00:07"}}}})
        );
    }

    #[test]
    fn what_is_not_understood_adds_nothing() {
        let before = json!({"NetworkSettings": {"Networks": {"a": {}}}});
        for stored in [
            "",
            "{",
            "[]",
            r#"{"NetworkSettings": {"Networks": {"a": {"DesiredMacAddress": 1}}}}"#,
        ] {
            let mut container = before.clone();
            assert!(!add(&mut container, stored), "{stored}");
            assert_eq!(container, before, "{stored}");
        }
    }
}
