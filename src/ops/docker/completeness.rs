//! Whether an engine has all the bytes of an image, where it tells: a containerd store runs an image whose layers are unpacked
//! although their blobs are missing, and then cannot save or push it (research/transfer.md section 4.2).

use serde_json::Value;

/// The first API that tells of each manifest of an image whether all of it is there (Engine 28.0).
const TELLS_SINCE: (u32, u32) = (1, 48);

/// Whether an engine that speaks this API version tells it.
pub(super) fn is_told(api: &str) -> bool {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
    let mut parts = api.split('.');
    matches!((number(parts.next()), number(parts.next())), (Some(major), Some(minor)) if (major, minor) >= TELLS_SINCE)
}

/// Reads the answer to an image inspect with `manifests=1`: whether every image manifest in it is there as a whole. None where
/// the store has no manifests to tell of.
pub(super) fn read(answer: &Value) -> Option<bool> {
    let manifests = answer.get("Manifests")?.as_array()?;
    let mut images = manifests
        .iter()
        .filter(|manifest| manifest.get("Kind").and_then(Value::as_str) == Some("image"))
        .peekable();
    images.peek()?;
    Some(images.all(|manifest| manifest.get("Available").and_then(Value::as_bool) == Some(true)))
}

#[cfg(test)]
mod tests {
    use super::{is_told, read};
    use serde_json::json;

    #[test]
    fn engines_from_28_on_are_asked() {
        assert!(is_told("1.48") && is_told("1.51") && is_told("2.0"));
        assert!(!is_told("1.45") && !is_told("1.9") && !is_told("") && !is_told("x.y"));
    }

    #[test]
    fn an_image_is_complete_when_each_of_its_manifests_is() {
        let manifest = |kind: &str, available: bool| json!({"Kind": kind, "Available": available});
        let answer = |manifests: Vec<_>| json!({ "Manifests": manifests });
        assert_eq!(read(&answer(vec![manifest("image", true)])), Some(true));
        assert_eq!(
            read(&answer(vec![manifest("image", true), manifest("image", false)])),
            Some(false)
        );
        assert_eq!(
            read(&answer(vec![
                manifest("image", true),
                manifest("attestation", false)
            ])),
            Some(true)
        );
    }

    #[test]
    fn a_store_without_manifests_tells_nothing() {
        assert_eq!(read(&json!({"Id": "sha256:1"})), None);
        assert_eq!(read(&json!({"Manifests": []})), None);
    }
}
