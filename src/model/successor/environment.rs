//! Environment variables: those of the old image come from the new one, the container's own stay (RF25-RF27).

use super::Findings;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Leaves only the container's own variables, so that the engine fills in those of the new image.
///
/// A variable that somebody set to the very value of the old image cannot be told from one that came from there: the new
/// image decides (RF26). One that somebody removed (`-e NAME`) stays removed: an entry without `=` does that.
pub(super) fn inherit(
    config: &mut Map<String, Value>,
    old_image: &Value,
    new_image: &Value,
    findings: &mut Findings,
) {
    let present: Vec<String> = list(config.get("Env").unwrap_or(&Value::Null));
    let (before, after) = (by_name(old_image), by_name(new_image));
    let is_own = |entry: &&String| before.get(name_of(entry)) != Some(*entry);
    let removed = before
        .keys()
        .filter(|name| !present.iter().any(|entry| name_of(entry) == **name))
        .cloned();
    let own: Vec<String> = present.iter().filter(is_own).cloned().chain(removed).collect();

    let is_kept = |name: &&String| own.iter().any(|entry| name_of(entry) == **name);
    let changed: Vec<&str> = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)))
        .filter(|name| before.get(*name) != after.get(*name) && !is_kept(name))
        .map(String::as_str)
        .collect();
    if !changed.is_empty() {
        findings.note(format!(
            "environment as the new image has it: {}",
            changed.join(", ")
        ));
    }
    config.insert("Env".to_owned(), json!(own));
}

/// The name of a variable, which is all of an entry that has no value.
fn name_of(entry: &str) -> &str {
    entry.split_once('=').map_or(entry, |(name, _)| name)
}

fn by_name(image: &Value) -> BTreeMap<String, String> {
    let entries = list(image.get("Env").unwrap_or(&Value::Null));
    entries
        .into_iter()
        .map(|entry| (name_of(&entry).to_owned(), entry))
        .collect()
}

fn list(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::successor::sample::{as_engine_would, build_onto, container, image, with};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn variables_of_the_old_image_are_left_to_the_new_one_and_own_ones_stay() {
        let old = with(
            container(),
            "/Config/Env",
            json!(["OWN=a=b", "PATH=/mine:/bin", "VERSION=v1"]),
        );
        let built = build_onto(&old, &image("v2"));
        assert_eq!(built.body["Env"], json!(["OWN=a=b", "PATH=/mine:/bin"]));
        let told = "environment as the new image has it: VERSION".to_owned();
        assert!(built.notes.contains(&told), "{:?}", built.notes);
    }

    #[test]
    fn a_variable_that_the_new_image_lacks_goes_and_one_that_was_removed_stays_away() {
        let new_image = with(image("v2"), "/Config/Env", json!(["PATH=/bin"]));
        assert_eq!(build_onto(&container(), &new_image).body["Env"], json!(["OWN=1"]));
        let without = with(container(), "/Config/Env", json!(["PATH=/bin"]));
        assert_eq!(build_onto(&without, &image("v2")).body["Env"], json!(["VERSION"]));
    }

    fn env() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::btree_map("[A-D]", "[x-z]{0,2}", 0..4).prop_map(|map| {
            map.into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_same_image_gives_the_same_environment(own in env(), from_image in env()) {
            let image = with(image("v1"), "/Config/Env", json!(from_image));
            let body = as_engine_would(&json!({ "Env": own }), &image);
            let old = with(container(), "/Config/Env", body["Env"].clone());
            let origin = crate::model::successor::Origin { container: &old, old_image: &image, new_image: &image };
            let order = crate::model::successor::Order {
                reference: "c:v1", journal: "j", part: crate::model::successor::Part::Successor,
            };
            let built = crate::model::successor::build(origin, order).unwrap();
            let sorted = |env: &Value| {
                let mut env: Vec<_> = env.as_array().unwrap().iter().map(ToString::to_string).collect();
                env.sort();
                env
            };
            prop_assert_eq!(sorted(&as_engine_would(&built.body, &image)["Env"]), sorted(&old["Config"]["Env"]));
            prop_assert!(!built.notes.iter().any(|note| note.contains("environment")), "{:?}", built.notes);
        }
    }
}
