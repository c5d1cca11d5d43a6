//! Labels: those of the old image come from the new one, the container's own stay, tagboat's are set anew (RF28, RF53).

use super::{Order, Part};
use serde_json::{Map, Value, json};

/// Tells the restart that made a container, so that it is found whatever it is called.
pub const JOURNAL_LABEL: &str = "tagboat.restart";

/// Tells what a container was made for.
pub const ROLE_LABEL: &str = "tagboat.role";

/// On a container that does not remove itself, though its session was started with `--rm`.
pub const AUTO_REMOVE_LABEL: &str = "tagboat.auto-remove";

pub(super) fn inherit(
    config: &mut Map<String, Value>,
    old_image: &Value,
    order: Order<'_>,
    removes_itself: bool,
) {
    let is_own = |key: &str, value: &Value| {
        let from_image = old_image.get("Labels").and_then(|labels| labels.get(key));
        from_image != Some(value) && ![JOURNAL_LABEL, ROLE_LABEL, AUTO_REMOVE_LABEL].contains(&key)
    };
    let present = config
        .get("Labels")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut own: Map<_, _> = present
        .into_iter()
        .filter(|(key, value)| is_own(key, value))
        .collect();
    own.insert(JOURNAL_LABEL.to_owned(), json!(order.journal));
    own.insert(ROLE_LABEL.to_owned(), json!(order.part.word()));
    if removes_itself && order.part == Part::Keeper {
        own.insert(AUTO_REMOVE_LABEL.to_owned(), json!("true"));
    }
    config.insert("Labels".to_owned(), Value::Object(own));
}

impl Part {
    /// The part as one word, for labels.
    pub fn word(self) -> &'static str {
        match self {
            Self::Successor => "successor",
            Self::StandIn => "stand-in",
            Self::Keeper => "keeper",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::successor::sample::{build_onto, container, image, with};
    use serde_json::json;

    #[test]
    fn labels_of_the_old_image_are_left_to_the_new_one_and_own_ones_stay() {
        let old = with(container(), "/Config/Labels/team", json!("mine"));
        let old = with(old, "/Config/Labels/com.docker.compose.project", json!("p"));
        assert_eq!(
            build_onto(&old, &image("v2")).body["Labels"],
            json!({
                "own": "yes", "team": "mine", "com.docker.compose.project": "p",
                "tagboat.restart": "job-1", "tagboat.role": "successor",
            })
        );
    }

    #[test]
    fn labels_of_an_earlier_restart_do_not_stay() {
        let old = with(
            container(),
            "/Config/Labels",
            json!({"tagboat.restart": "job-0", "tagboat.role": "keeper"}),
        );
        let labels = build_onto(&old, &image("v2")).body["Labels"].clone();
        assert_eq!(
            labels,
            json!({"tagboat.restart": "job-1", "tagboat.role": "successor"})
        );
    }
}
