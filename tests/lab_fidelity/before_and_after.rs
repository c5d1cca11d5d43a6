//! One session before and after a restart, as its engine tells it, and what the restart told.

use crate::rig::{Rig, one_of_each_store};
use serde_json::Value;
use tagboat::model::job::TrackResult;

/// Runs a test on a host of each image store, at the same time.
pub(crate) async fn on_each_store(test: impl AsyncFn(&'static str)) {
    let [one, other] = one_of_each_store();
    tokio::join!(test(one), test(other));
}

/// Runs a test with each of these rows, at the same time: each has a session of its own.
pub(crate) async fn all_at_once<T>(rows: impl IntoIterator<Item = T>, test: impl AsyncFn(T)) {
    futures_util::future::join_all(rows.into_iter().map(|row| test(row))).await;
}

/// A restart that went well.
pub(crate) struct Restarted {
    pub(crate) before: Value,
    pub(crate) after: Value,
    /// The lines of its log.
    pub(crate) lines: Vec<String>,
    host: String,
}

impl Restarted {
    /// Restarts the session of the rig onto a tag.
    pub(crate) async fn onto(rig: &mut Rig, tag: &str) -> Self {
        let before = told(rig).await;
        let told_before = rig.lines().len();
        let result = rig.restart(tag).await;
        let host = rig.link.name().to_string();
        let mut lines = rig.lines();
        lines.drain(..told_before);
        assert!(
            matches!(result, TrackResult::Done(_)),
            "{host}: {result:?} {lines:?}"
        );
        let after = told(rig).await;
        assert_ne!(before["Id"], after["Id"], "{host}: it is another container");
        Self {
            before,
            after,
            lines,
            host,
        }
    }

    /// Rows `item, pointer`: the value is the same as before; and it is one, so that no row says nothing.
    pub(crate) fn assert_kept(&self, rows: &[(&str, &str)]) {
        for (item, pointer) in rows {
            let of = |container: &Value| container.pointer(pointer).cloned().unwrap_or(Value::Null);
            let before = of(&self.before);
            assert!(
                !is_nothing(&before),
                "{}: {item}: nothing at {pointer}",
                self.host
            );
            assert_eq!(before, of(&self.after), "{}: {item}: {pointer}", self.host);
        }
    }

    /// Rows `item, pointer, value`: that is what it is now, and it was something else before.
    pub(crate) fn assert_became(&self, rows: &[(&str, &str, Value)]) {
        for (item, pointer, value) in rows {
            let of = |container: &Value| container.pointer(pointer).cloned().unwrap_or(Value::Null);
            assert_ne!(
                of(&self.before),
                *value,
                "{}: {item}: {pointer} before",
                self.host
            );
            assert_eq!(of(&self.after), *value, "{}: {item}: {pointer}", self.host);
        }
    }

    /// A line of the job's log has all these parts.
    pub(crate) fn assert_told(&self, item: &str, parts: &[&str]) {
        let found = self
            .lines
            .iter()
            .any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(
            found,
            "{}: {item}: no line of {parts:?} in {:#?}",
            self.host, self.lines
        );
    }
}

/// The engine's answer about the session's container.
pub(crate) async fn told(rig: &Rig) -> Value {
    let found = rig.link.engine.inspect(rig.session.as_str()).await;
    found.unwrap().expect("a session")
}

/// The minor version of the host's API 1, such as 41 for Engine 20.10.
pub(crate) async fn api(rig: &Rig) -> u32 {
    let told = rig.sh("docker version -f '{{.Server.APIVersion}}'").await;
    told.strip_prefix("1.").unwrap().parse().unwrap()
}

/// Whether the host's engine has it; says so if it has not.
pub(crate) async fn has(rig: &Rig, item: &str, since: u32) -> bool {
    let api = api(rig).await;
    if api < since {
        eprintln!(
            "{}: {item} skipped: it came with API 1.{since}, this is 1.{api}",
            rig.link.name()
        );
    }
    api >= since
}

/// Makes `convocate:TAG` on the host, from further lines of a Dockerfile.
pub(crate) async fn build(rig: &Rig, tag: &str, lines: &str) {
    rig.sh(&format!(
        "DOCKER_BUILDKIT=0 docker build -q -t convocate:{tag} - >/dev/null 2>&1 <<'END'\nFROM convocate:v1.0.0\n{lines}\nEND\n\
         docker image inspect convocate:{tag} >/dev/null"
    ))
    .await;
}

/// Removes the session and the images that were made for it.
pub(crate) async fn clean(rig: &Rig, tags: &[&str]) {
    rig.clean().await;
    for tag in tags {
        rig.sh(&format!("docker rmi convocate:{tag} >/dev/null")).await;
    }
}

/// A list without its order, for comparisons.
pub(crate) fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<_> = list
        .as_array()
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    texts.sort();
    texts
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_i64() == Some(0),
    }
}
