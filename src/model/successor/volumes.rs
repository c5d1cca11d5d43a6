//! Volumes and mounts: an anonymous volume is found again only by its name, so every one becomes an explicit reference.
//!
//! A create from the inspect alone loses both kinds of anonymous volume, those that an image declares and those of
//! `-v /path` (RF01, RF02). `--volumes-from` was read once, when the container was created: what it gave is named too.

use super::{Findings, entries, is_empty};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Something that is mounted in the container now.
struct Mounted<'a> {
    kind: &'a str,
    name: &'a str,
    source: &'a str,
    target: &'a str,
    entry: &'a Value,
}

impl<'a> Mounted<'a> {
    fn read(entry: &'a Value) -> Self {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        Self {
            kind: text("Type"),
            name: text("Name"),
            source: text("Source"),
            target: trimmed(text("Destination")),
            entry,
        }
    }

    /// The same mount by name. An empty volume stays empty: the image's files must not be copied into it once more.
    fn explicit(&self) -> Value {
        let read_only = self.entry.get("RW") == Some(&Value::Bool(false));
        if self.kind == "bind" {
            let propagation = self
                .entry
                .get("Propagation")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let mut bind = json!({ "Type": "bind", "Source": self.source, "Target": self.target, "ReadOnly": read_only });
            if !propagation.is_empty() {
                bind["BindOptions"] = json!({ "Propagation": propagation });
            }
            return bind;
        }
        json!({
            "Type": "volume", "Source": self.name, "Target": self.target, "ReadOnly": read_only,
            "VolumeOptions": { "NoCopy": true },
        })
    }
}

/// Adds what the host settings do not name themselves; they stay as they are otherwise.
pub(super) fn keep(
    host_config: &mut Map<String, Value>,
    container: &Value,
    new_image: &Value,
    findings: &mut Findings,
) {
    let list = container.get("Mounts").and_then(Value::as_array);
    let mounted: Vec<Mounted<'_>> = list.into_iter().flatten().map(Mounted::read).collect();
    let volume_at = |target: &str| {
        let fits = |one: &&Mounted<'_>| one.kind == "volume" && one.target == trimmed(target);
        mounted.iter().find(fits).map(|one| one.name.to_owned())
    };
    let mut covered = BTreeSet::new();
    name_binds(host_config, &volume_at, &mut covered);
    name_mounts(host_config, &volume_at, &mut covered);
    let tmpfs = host_config.get("Tmpfs").and_then(Value::as_object);
    covered.extend(
        tmpfs
            .into_iter()
            .flatten()
            .map(|(target, _)| trimmed(target).to_owned()),
    );

    let is_open = |one: &&Mounted<'_>| matches!(one.kind, "volume" | "bind") && !covered.contains(one.target);
    let added: Vec<Value> = mounted.iter().filter(is_open).map(Mounted::explicit).collect();
    if !added.is_empty() {
        let mut mounts: Vec<Value> = entries(host_config, "Mounts").cloned().collect();
        mounts.extend(added);
        host_config.insert("Mounts".to_owned(), Value::Array(mounts));
    }
    if entries(host_config, "VolumesFrom").next().is_some() {
        host_config.insert("VolumesFrom".to_owned(), Value::Null);
        findings.note("what --volumes-from gave it is mounted by name now");
    }
    tell_adopted(&mounted, findings);
    covered.extend(mounted.iter().map(|one| one.target.to_owned()));
    tell_new_volumes(new_image, &covered, findings);
    findings.needs.bind_sources = bind_sources(host_config);
}

/// `Binds`: `/path` alone is an anonymous volume and gets its name; the others are explicit already.
fn name_binds(
    host_config: &mut Map<String, Value>,
    volume_at: &impl Fn(&str) -> Option<String>,
    covered: &mut BTreeSet<String>,
) {
    for bind in super::entries_mut(host_config, "Binds") {
        let text = bind.as_str().unwrap_or_default().to_owned();
        let target = text.split(':').nth(1).unwrap_or(&text);
        covered.insert(trimmed(target).to_owned());
        if !text.contains(':')
            && let Some(name) = volume_at(&text)
        {
            *bind = json!(format!("{name}:{text}"));
        }
    }
}

/// `Mounts` of the host settings: a volume without a source is anonymous and gets its name.
fn name_mounts(
    host_config: &mut Map<String, Value>,
    volume_at: &impl Fn(&str) -> Option<String>,
    covered: &mut BTreeSet<String>,
) {
    for mount in super::entries_mut(host_config, "Mounts") {
        let target = mount
            .get("Target")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        covered.insert(trimmed(&target).to_owned());
        let is_anonymous =
            mount.get("Type") == Some(&json!("volume")) && mount.get("Source").is_none_or(is_empty);
        if is_anonymous && let Some(name) = volume_at(&target) {
            mount["Source"] = json!(name);
        }
    }
}

/// An anonymous volume that is mounted by its name counts as a named one: nothing removes it with the session (RF10).
fn tell_adopted(mounted: &[Mounted<'_>], findings: &mut Findings) {
    for one in mounted
        .iter()
        .filter(|one| one.kind == "volume" && is_anonymous(one.name))
    {
        findings.note(format!(
            "the anonymous volume {} at {} is kept by its name: `docker rm -v` of the session leaves it",
            one.name, one.target
        ));
    }
}

/// Engines name them by 32 random bytes.
fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A volume that only the new image declares is made anew and empty of the session's data (RF09).
fn tell_new_volumes(new_image: &Value, covered: &BTreeSet<String>, findings: &mut Findings) {
    let declared = new_image.get("Volumes").and_then(Value::as_object);
    for target in declared.into_iter().flatten().map(|(target, _)| trimmed(target)) {
        if !covered.contains(target) {
            findings.note(format!(
                "the new image declares a volume at {target}, which begins as the image has it"
            ));
        }
    }
}

/// What bind mounts need on the host, without those that ask the engine to make it.
fn bind_sources(host_config: &Map<String, Value>) -> Vec<String> {
    let binds = entries(host_config, "Binds")
        .filter_map(Value::as_str)
        .filter_map(|bind| bind.split_once(':'))
        .map(|(source, _)| source);
    let mounts = entries(host_config, "Mounts")
        .filter(|mount| mount.get("Type") == Some(&json!("bind")))
        .filter(|mount| mount.pointer("/BindOptions/CreateMountpoint") != Some(&Value::Bool(true)))
        .filter_map(|mount| mount.get("Source").and_then(Value::as_str));
    let mut sources: Vec<String> = binds
        .chain(mounts)
        .filter(|source| source.starts_with('/'))
        .map(str::to_owned)
        .collect();
    sources.sort();
    sources.dedup();
    sources
}

fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        trimmed => trimmed,
    }
}

#[cfg(test)]
mod tests {
    use crate::model::successor::sample::{ANONYMOUS, build_onto, container, image, with};
    use serde_json::{Value, json};

    fn volume(name: &str, target: &str) -> Value {
        json!({"Type": "volume", "Name": name, "Destination": target, "RW": true, "Driver": "local"})
    }

    fn host_settings(binds: Value, mounts: Value, mounted: Value) -> Value {
        let old = with(container(), "/HostConfig/Binds", binds);
        let old = with(old, "/HostConfig/Mounts", mounts);
        let old = with(old, "/Mounts", mounted);
        build_onto(&old, &image("v2")).body["HostConfig"].clone()
    }

    fn explicit(name: &str, target: &str) -> Value {
        json!({
            "Type": "volume", "Source": name, "Target": target, "ReadOnly": false, "VolumeOptions": {"NoCopy": true},
        })
    }

    #[test]
    fn a_volume_that_the_image_declared_is_mounted_again_by_its_name() {
        let built = build_onto(&container(), &image("v2")).body;
        assert_eq!(
            built["HostConfig"]["Mounts"],
            json!([explicit(ANONYMOUS, "/scratch")])
        );
        assert_eq!(built["HostConfig"]["Binds"], json!(["home-1:/home/agent"]));
    }

    #[test]
    fn anonymous_volumes_of_all_three_spellings_get_their_names_and_none_is_doubled() {
        let built = host_settings(
            json!(["/a", "named:/n:ro"]),
            json!([{"Type": "volume", "Target": "/b/"}, {"Type": "tmpfs", "Target": "/t"}]),
            json!([volume("va", "/a"), volume("vb", "/b"), volume("vc", "/c"), volume("named", "/n"),
                {"Type": "tmpfs", "Source": "", "Destination": "/t", "RW": true}]),
        );
        assert_eq!(built["Binds"], json!(["va:/a", "named:/n:ro"]));
        assert_eq!(
            built["Mounts"],
            json!([
                {"Type": "volume", "Target": "/b/", "Source": "vb"},
                {"Type": "tmpfs", "Target": "/t"},
                explicit("vc", "/c"),
            ])
        );
    }

    #[test]
    fn binds_and_mounts_with_a_source_stay_to_the_letter() {
        let binds = json!(["/srv/a:/a:ro,rslave", "vol:/v:nocopy", "/srv/z:/z:Z"]);
        let mounts = json!([
            {"Type": "bind", "Source": "/srv/b", "Target": "/b", "BindOptions": {"Propagation": "rshared"}},
            {"Type": "volume", "Source": "vol", "Target": "/s", "VolumeOptions": {"Subpath": "x"}},
            {"Type": "image", "Source": "other:v1", "Target": "/i"},
        ]);
        let mounted = json!([
            {"Type": "bind", "Source": "/srv/a", "Destination": "/a"}, {"Type": "bind", "Source": "/srv/b", "Destination": "/b"},
            {"Type": "bind", "Source": "/srv/z", "Destination": "/z"}, volume("vol", "/v"), volume("vol", "/s"),
        ]);
        let built = host_settings(binds.clone(), mounts.clone(), mounted);
        assert_eq!((&built["Binds"], &built["Mounts"]), (&binds, &mounts));
    }

    #[test]
    fn what_came_from_another_container_is_mounted_by_name() {
        let old = with(container(), "/HostConfig/VolumesFrom", json!(["data:ro"]));
        let old = with(
            old,
            "/Mounts",
            json!([
                {"Type": "volume", "Name": "vd", "Destination": "/d", "RW": false},
                {"Type": "bind", "Source": "/srv/e", "Destination": "/e", "RW": true, "Propagation": "rprivate"},
            ]),
        );
        let built = build_onto(&old, &image("v2"));
        assert_eq!(built.body["HostConfig"]["VolumesFrom"], Value::Null);
        assert_eq!(built.body["HostConfig"]["Mounts"][0]["ReadOnly"], true);
        assert_eq!(built.body["HostConfig"]["Mounts"][1]["Source"], "/srv/e");
        assert_eq!(built.needs.bind_sources, ["/srv/e"]);
    }

    #[test]
    fn bind_sources_are_told_unless_the_engine_is_to_make_them() {
        let old = with(
            container(),
            "/HostConfig/Binds",
            json!(["/srv/a:/a", "vol:/v", "/srv/a:/b:ro"]),
        );
        let old = with(
            old,
            "/HostConfig/Mounts",
            json!([{"Type": "bind", "Source": "/srv/m", "Target": "/m", "BindOptions": {"CreateMountpoint": true}}]),
        );
        assert_eq!(build_onto(&old, &image("v2")).needs.bind_sources, ["/srv/a"]);
    }

    #[test]
    fn a_volume_that_only_the_new_image_declares_is_told() {
        let new_image = with(
            image("v1"),
            "/Config/Volumes",
            json!({"/scratch/": {}, "/cache": {}}),
        );
        let told = "the new image declares a volume at /cache, which begins as the image has it".to_owned();
        let notes = build_onto(&container(), &new_image).notes;
        assert!(notes.contains(&told), "{notes:?}");
        assert!(
            !notes
                .iter()
                .any(|note| note.contains("declares a volume at /scratch")),
            "{notes:?}"
        );
    }

    #[test]
    fn every_anonymous_volume_that_is_named_from_now_on_is_told_and_a_named_one_is_not() {
        let notes = build_onto(&container(), &image("v1")).notes;
        assert_eq!(
            notes,
            [format!(
                "the anonymous volume {ANONYMOUS} at /scratch is kept by its name: `docker rm -v` of the session leaves it"
            )]
        );
    }
}
