//! From a project to the text of its Compose file: the same project gives the same bytes.

use super::made_file::sealed;
use super::project::{ComposeProject, ImageOrigin, ServiceSettings};
use super::service_mount::{ServiceMount, volume_name};
use super::yaml_out::{Keys, Node, written};
use crate::model::container_path::is_same_path;
use std::collections::BTreeSet;

/// The whole file.
///
/// A pinned image stands behind the project's variable, with the pin as its default, and no service is built; a built one has no
/// pin. What came over SSH is known to the engine by its tag alone, and no registry may put another image under it.
pub fn generate(project: &ComposeProject, origin: &ImageOrigin) -> String {
    let mut volumes = BTreeSet::new();
    let mut services = Keys::new();
    for service in &project.services {
        let mounts = mounts(project, service);
        volumes.extend(mounts.iter().filter_map(ServiceMount::volume).map(str::to_owned));
        services.insert(
            service.name.to_string(),
            Node::Map(keys_of(project, origin, service, &mounts)),
        );
    }
    let mut keys = Keys::from([
        ("name".to_owned(), Node::text(&project.name)),
        ("services".to_owned(), Node::Map(services)),
    ]);
    if !volumes.is_empty() {
        let named = volumes.into_iter().map(|name| (name, Node::Empty)).collect();
        keys.insert("volumes".to_owned(), Node::Map(named));
    }
    sealed(&written(&keys))
}

/// Where every service has something mounted.
pub fn mounted_everywhere(project: &ComposeProject) -> Vec<String> {
    let mut services = project.services.iter().map(|service| mounts(project, service));
    let first = services.next().unwrap_or_default();
    let mut paths: Vec<String> = first.into_iter().map(|mount| mount.target).collect();
    for other in services {
        paths.retain(|path| other.iter().any(|mount| is_same_path(&mount.target, path)));
    }
    paths
}

/// Its own mounts, and a volume for each other place where the image declares one.
fn mounts(project: &ComposeProject, service: &ServiceSettings) -> Vec<ServiceMount> {
    let mut mounts = service.mounts.clone();
    for path in &project.volumes {
        if !mounts.iter().any(|mount| is_same_path(&mount.target, path)) {
            mounts.push(ServiceMount {
                source: volume_name(path),
                target: path.clone(),
                read_only: false,
            });
        }
    }
    mounts.sort_by(|one, other| one.target.cmp(&other.target));
    mounts
}

fn keys_of(
    project: &ComposeProject,
    origin: &ImageOrigin,
    service: &ServiceSettings,
    mounts: &[ServiceMount],
) -> Keys {
    let mut keys = Keys::new();
    let mut put = |key: &str, node: Node| {
        let is_empty = matches!(&node, Node::List(texts) if texts.is_empty())
            || matches!(&node, Node::Map(keys) if keys.is_empty());
        if !is_empty {
            keys.insert(key.to_owned(), node);
        }
    };
    match origin {
        ImageOrigin::Pinned(pinned) => {
            put("image", Node::Text(format!("${{{}:-{pinned}}}", project.pin())));
            if pinned.digest.is_none() {
                put("pull_policy", Node::text("never"));
            }
        }
        ImageOrigin::Build(folder) => {
            let context = Keys::from([("context".to_owned(), Node::text(folder))]);
            put("build", Node::Map(context));
        }
    }
    put("command", Node::list(&service.command));
    put("depends_on", Node::list(&service.depends_on));
    let environment = service.environment.iter();
    put(
        "environment",
        Node::Map(
            environment
                .map(|(key, value)| (key.clone(), Node::text(value)))
                .collect(),
        ),
    );
    put("healthcheck", Node::Map(health(&service.health)));
    put("ports", Node::list(&service.ports));
    put("profiles", Node::list(&service.profiles));
    put("restart", Node::text(&service.restart));
    put("volumes", Node::list(mounts));
    keys
}

fn health(command: &[String]) -> Keys {
    if command.is_empty() {
        return Keys::new();
    }
    let words = std::iter::once("CMD").chain(command.iter().map(String::as_str));
    Keys::from([
        ("test".to_owned(), Node::list(words)),
        ("interval".to_owned(), Node::text("60s")),
        ("timeout".to_owned(), Node::text("5s")),
        ("retries".to_owned(), Node::Number(3)),
        ("start_period".to_owned(), Node::text("30s")),
    ])
}
