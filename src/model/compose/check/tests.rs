//! What a check finds, and that it finds nothing in a project where nothing is wrong.

use super::{
    CheckLevel, CheckLine, CheckRules, Composed, ImageFacts, ProjectFiles, ProjectView, SourceFile, check,
};
use crate::model::compose::{ComposeProject, ImageOrigin, PinnedRef, generate};
use crate::model::names::{ImageName, PinKey};
use crate::model::profile::Profile;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

const IMAGE: &str = "ghcr.io/o/agents:v1";

fn facts(volumes: &[&str]) -> ImageFacts {
    let volumes: serde_json::Map<String, Value> =
        volumes.iter().map(|&path| (path.to_owned(), json!({}))).collect();
    ImageFacts::of(&json!({"Id": "sha256:1", "Config": {"Volumes": volumes}, "RepoDigests": []}))
}

fn files(compose: &str, env: Option<&str>, composed: Composed) -> ProjectFiles {
    ProjectFiles {
        files: vec![SourceFile {
            path: "c.yml".to_owned(),
            text: compose.to_owned(),
        }],
        env_path: ".env".to_owned(),
        env: env.map(str::to_owned),
        composed,
        probed: None,
    }
}

fn found_in(files: &ProjectFiles, images: &[(&str, ImageFacts)]) -> Vec<CheckLine> {
    let pin = PinKey::agents_image();
    let image = ImageName::parse("ghcr.io/o/agents").unwrap();
    let images: BTreeMap<String, ImageFacts> = images
        .iter()
        .map(|(name, facts)| ((*name).to_owned(), facts.clone()))
        .collect();
    let rules = CheckRules {
        pin: &pin,
        image: &image,
        against: None,
        images: Some(&images),
    };
    check(&ProjectView::read(files, &pin), rules)
}

/// What is wrong with a project, as `LEVEL rule service place found | fix`. That Compose was not asked is left out.
fn wrong(compose: &str, env: Option<&str>, volumes: &[&str]) -> Vec<String> {
    let files = files(compose, env, Composed::NotAsked("x".to_owned()));
    let found = found_in(
        &files,
        &[(IMAGE, facts(volumes)), ("ghcr.io/o/agents:v2", facts(volumes))],
    );
    shown(&found)
}

fn shown(found: &[CheckLine]) -> Vec<String> {
    let wrong = found
        .iter()
        .filter(|one| one.level != CheckLevel::Ok && one.rule != "compose");
    wrong
        .map(|one| {
            let place = one.place.as_ref().map(ToString::to_string).unwrap_or_default();
            let service = one.service.as_deref().unwrap_or("-");
            format!(
                "{} {} {service} {place} {} | {}",
                one.level.word(),
                one.rule,
                one.found,
                one.fix
            )
        })
        .collect()
}

fn with_mounts(mounts: &str) -> String {
    format!(
        "services:\n  agents:\n    image: ${{AGENTS_IMAGE:-{IMAGE}}}\n    pull_policy: never\n    volumes: [{mounts}]\n"
    )
}

/// The cases of research/reliability.md section 5, each with its good counterpart.
#[test]
fn a_volume_of_the_image_without_its_mount_is_found_and_one_that_has_it_is_not() {
    let none: [&str; 0] = [];
    for (case, volumes, good, bad) in [
        ("exact", &["/data"][..], "dd:/data", "dd:/dat"),
        ("trailing slash", &["/data/"], "dd:/data", "dd:/data2/"),
        (
            "variable in the path",
            &["/srv/x/data"],
            "\"dd:${ROOT:-/srv/x}/data\"",
            "\"dd:${UNSET-/srv}/data\"",
        ),
        (
            "inherited from the base",
            &["/base", "/own"],
            "bb:/base, oo:/own",
            "oo:/own",
        ),
        (
            "parent",
            &["/home/agent/data"],
            "dd:/home/agent/data, hh:/home/agent",
            "hh:/home/agent",
        ),
        ("below", &["/data"], "dd:/data, ss:/data/sub", "ss:/data/sub"),
        ("case", &["/data"], "dd:/data", "dd:/Data"),
        ("unnamed", &["/data"], "dd:/data", "/data"),
        ("one letter", &["/data"], "dd:/data", "d:/data"),
    ] {
        assert_eq!(wrong(&with_mounts(good), Some(""), volumes), none, "{case}");
        let told = wrong(&with_mounts(bad), Some(""), volumes);
        assert_eq!(told.len(), 1, "{case}: {told:?}");
        assert!(
            told[0].starts_with("FAIL volume agents c.yml:"),
            "{case}: {told:?}"
        );
    }
    let parent = wrong(&with_mounts("hh:/home/agent"), Some(""), &["/home/agent/data"]);
    assert!(
        parent[0].contains("c.yml:5 ") && parent[0].contains("does not cover it"),
        "{parent:?}"
    );
}

#[test]
fn a_service_that_shares_the_image_and_lacks_one_of_its_mounts_is_found_with_the_mount_of_the_other() {
    let compose = format!(
        "services:\n  agents: &a\n    image: ${{AGENTS_IMAGE:-{IMAGE}}}\n    pull_policy: never\n    volumes:\n      - agent-data:/home/agent/data\n      - project-repos:/home/agent/repos\n  runner:\n    <<: *a\n    volumes:\n      - agent-data:/home/agent/data\n"
    );
    let told = wrong(&compose, Some(""), &["/home/agent/data", "/home/agent/repos"]);
    assert_eq!(
        told,
        [
            "FAIL volume runner c.yml:8 /home/agent/repos, a volume of the image, has no mount: an anonymous volume takes its place | add `- project-repos:/home/agent/repos` to its volumes"
        ]
    );
}

#[test]
fn long_mounts_memory_and_files_of_the_host_cover_a_volume_too() {
    let compose = format!(
        "services:\n  agents:\n    image: ${{AGENTS_IMAGE:-{IMAGE}}}\n    pull_policy: never\n    tmpfs: /run/x:size=1m\n    volumes:\n      - type: volume\n        source: d\n        target: /data\n      - ./files:/files:ro\n      - {{type: tmpfs, target: /scratch}}\n"
    );
    let volumes = ["/run/x", "/data", "/files", "/scratch"];
    assert!(wrong(&compose, Some(""), &volumes).is_empty());
    let without = compose.replace("        source: d\n", "");
    let told = wrong(&without, Some(""), &volumes);
    assert!(
        told.len() == 1 && told[0].contains("c.yml:7 /data has a volume without a name"),
        "{told:?}"
    );
}

fn service(lines: &str) -> String {
    format!("services:\n  agents:\n{lines}")
}

#[test]
fn what_keeps_the_pin_from_a_service_is_found_in_its_line() {
    for (lines, level, words) in [
        (
            "    image: ghcr.io/o/agents:v1\n    pull_policy: never\n",
            "FAIL pin agents c.yml:3",
            "written out",
        ),
        (
            "    image: ghcr.io/o/agents:${TAG:-v1}\n    pull_policy: never\n",
            "FAIL pin agents c.yml:3",
            "$TAG",
        ),
        (
            "    image: ${AGENTS_IMAGE:-ghcr.io/o/agents:v1}\n    build: .\n    pull_policy: never\n",
            "FAIL pin agents c.yml:4",
            "both",
        ),
        (
            "    build: .\n",
            "warning pin agents c.yml:3",
            "Compose builds its image",
        ),
        ("    restart: always\n", "FAIL pin agents c.yml:2", "neither"),
        (
            "    image: ${AGENTS_IMAGE:-v0.1.1}\n",
            "FAIL pin agents c.yml:3",
            "v0.1.1:latest",
        ),
        (
            "    image: ${AGENTS_IMAGE:-ghcr.io/o/agents:v1}\n",
            "warning pull agents c.yml:3",
            "asks a registry",
        ),
        (
            "    image: ${AGENTS_IMAGE:-ghcr.io/o/agents:v1}\n    pull_policy: always\n",
            "FAIL pull agents c.yml:4",
            "would replace it",
        ),
        (
            "    image: o-agents-llama:v1\n",
            "warning pin agents c.yml:3",
            "looks like",
        ),
        (
            "    image: ${AGENTS_IMAGE:-ghcr.io/o/agents:v1}\n    image: ${AGENTS_IMAGE:-ghcr.io/o/agents:v1}\n    pull_policy: never\n",
            "FAIL twice - c.yml:4",
            "twice",
        ),
        (
            "    image: ${AGENTS_IMAGE:?}\n    pull_policy: never\n",
            "FAIL env - c.yml:3",
            "must be set",
        ),
    ] {
        let told = wrong(&service(lines), None, &[]);
        let is_told = told
            .iter()
            .any(|line| line.starts_with(level) && line.contains(words));
        assert!(is_told, "{lines}: {told:#?}");
    }
}

#[test]
fn a_service_that_the_pin_reaches_is_well_and_another_image_is_none_of_our_business() {
    let good = "    image: ${AGENTS_IMAGE:-ghcr.io/o/agents:v1}\n    pull_policy: never\n";
    assert!(wrong(&service(good), None, &[]).is_empty());
    assert!(wrong(&service("    image: postgres:16\n"), None, &[]).is_empty());
}

#[test]
fn two_services_of_one_name_and_a_file_that_is_no_yaml_are_found() {
    let twice = format!(
        "{}  agents:\n    image: postgres:16\n",
        service("    image: postgres:16\n")
    );
    assert!(
        wrong(&twice, None, &[])[0]
            .starts_with("FAIL twice - c.yml:4 services has agents twice: here and in line 2")
    );
    assert!(wrong("services: [\n", None, &[])[0].starts_with("FAIL yaml - c.yml:"));
    assert!(wrong("", None, &[])[0].contains("no services"));
}

#[test]
fn a_tag_alone_in_the_env_is_found_with_the_line_to_write() {
    let good = service("    image: ${AGENTS_IMAGE:-ghcr.io/o/agents:v1}\n    pull_policy: never\n");
    let told = wrong(&good, Some("# pin\nAGENTS_IMAGE=v2\n"), &[]);
    assert_eq!(
        told[0],
        "FAIL pin - .env:2 v2 is a tag alone: Compose reads it as the image v2:latest | write AGENTS_IMAGE=ghcr.io/o/agents:v2, or: tagboat compose pin v2"
    );
    assert!(wrong(&good, Some("AGENTS_IMAGE=ghcr.io/o/agents:v2\n"), &[]).is_empty());
    assert!(wrong(&good, Some("AGENTS_IMAGE=\n"), &[]).is_empty());
    assert!(wrong(&good, Some("AGENTS_IMAGE=ghcr.io/o/agents\n"), &[])[0].contains("no image reference"));
}

/// The names of research/seeds.md 2.2.
#[test]
fn one_image_under_several_names_is_found() {
    let names = [
        "ghcr.io/o/agents:v1",
        "o/agents:latest",
        "o/agents:local",
        "o-agents:v1",
        "o/agents-llama:latest",
    ];
    let mut services = String::new();
    for (at, name) in names.iter().enumerate() {
        writeln!(services, "  s{at}:\n    image: {name}").unwrap();
    }
    let told = wrong(&format!("services:\n{services}"), None, &[]);
    let line = told.iter().find(|line| line.contains(" names ")).unwrap();
    assert!(
        line.contains("one image has 3 names: ghcr.io/o/agents, o-agents, o/agents"),
        "{line}"
    );
    let ignored = told.iter().filter(|line| line.starts_with("FAIL pin")).count();
    assert_eq!(ignored, 4, "{told:#?}");
    assert!(
        told.iter()
            .any(|line| line.starts_with("warning pin s4") && line.contains("looks like"))
    );
    let floating = told.iter().filter(|line| line.starts_with("warning floating"));
    assert_eq!(floating.count(), 1, "{told:#?}");
}

#[test]
fn an_image_that_was_loaded_has_no_digest_that_an_engine_finds() {
    let pinned = format!("ghcr.io/o/agents:v1@sha256:{}", "ab".repeat(32));
    let compose = service(&format!("    image: ${{AGENTS_IMAGE:-{pinned}}}\n"));
    let told = wrong(&compose, None, &[]);
    assert!(
        told.iter()
            .any(|line| line.starts_with("FAIL pull agents c.yml:3")),
        "{told:?}"
    );
    let known = ImageFacts {
        repo_digests: vec![pinned.clone()],
        ..facts(&[])
    };
    let files = files(&compose, None, Composed::NotAsked("x".to_owned()));
    assert!(shown(&found_in(&files, &[(&pinned, known)])).is_empty());
}

#[test]
fn what_compose_makes_of_the_files_goes_before_what_they_seem_to_say() {
    let compose =
        "include: [other.yml]\nservices:\n  agents:\n    extends: {file: base.yml, service: base}\n";
    let told = json!({"name": "p", "services": {
        "agents": {"image": IMAGE, "pull_policy": "never", "volumes": [
            {"type": "volume", "source": "d", "target": "/data"}, {"type": "volume", "target": "/scratch"},
        ]},
        "other": {"build": {"context": "/srv"}},
    }});
    let files = files(compose, None, Composed::Read(told));
    let found = shown(&found_in(
        &files,
        &[(IMAGE, facts(&["/data", "/scratch"])), ("p-other", facts(&[]))],
    ));
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found[0].starts_with("FAIL pin agents c.yml:3 its image is written out"),
        "{found:#?}"
    );
    assert!(
        found[1].starts_with("FAIL volume agents c.yml:3 /scratch has a volume without a name"),
        "{found:#?}"
    );
    assert!(
        found[2].starts_with("warning pin other c.yml Compose builds its image as p-other"),
        "{found:#?}"
    );
    let probed = ProjectFiles {
        probed: Some(json!({"services": {"agents": {"image": super::PROBE}, "other": {"build": {}}}})),
        ..files.clone()
    };
    let found = shown(&found_in(&probed, &[(IMAGE, facts(&["/data"]))]));
    assert!(
        found.len() == 1 && found[0].contains("p-other"),
        "it follows the pin: {found:#?}"
    );
    let bad = ProjectFiles {
        composed: Composed::Bad("services.agents: no such file".to_owned()),
        ..files
    };
    let found = found_in(&bad, &[]);
    assert!(
        found
            .iter()
            .any(|one| one.rule == "compose" && one.level == CheckLevel::Fail)
    );
}

#[test]
fn nothing_is_wrong_with_what_tagboat_generates() {
    let profile = Profile {
        name: "disinto".to_owned(),
        image: ImageName::parse("ghcr.io/o/agents").unwrap(),
        ..Profile::convocate()
    };
    let project = ComposeProject::of_profile(&profile).unwrap();
    let text = generate(&project, &ImageOrigin::Pinned(PinnedRef::parse(IMAGE).unwrap()));
    let volumes: Vec<&str> = project.volumes.iter().map(String::as_str).collect();
    assert_eq!(wrong(&text, None, &volumes), [""; 0]);
}
