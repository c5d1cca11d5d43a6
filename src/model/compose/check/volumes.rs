//! The volumes that an image declares against the mounts of a service: where they differ by a letter, files land in an anonymous
//! volume, and the next container does not have them.

use super::line::CheckLine;
use super::pins::shares_image;
use super::view::{MountSource, MountView, ProjectView, ServiceView};
use super::{CheckRules, ImageFacts};
use crate::model::clean::clean;
use crate::model::compose::service_mount::volume_name;
use crate::model::container_path::{is_below, is_same_path, normal_path};

const RULE: &str = "volume";

pub(super) fn check_service(
    view: &ProjectView,
    service: &ServiceView,
    rules: CheckRules<'_>,
) -> Vec<CheckLine> {
    let own = view.image_of(service);
    let named = match rules.against {
        Some(image) if shares_image(view, service, rules) => Some(image.to_owned()),
        _ => own,
    };
    let Some(image) = named else { return Vec::new() };
    let facts = match rules.images.map(|images| images.get(&image)) {
        Some(Some(facts)) => facts,
        // What is no image of ours need not be here.
        _ if !shares_image(view, service, rules) => return Vec::new(),
        Some(None) => {
            let why = format!("{} is not there, so its volumes were not compared", clean(&image));
            let fix = "push it there, or name one that is there with --image";
            return vec![CheckLine::warning(RULE, why, fix).of(&service.name)];
        }
        None => {
            let why = format!(
                "no engine was asked, so the volumes of {} were not compared",
                clean(&image)
            );
            let fix = "check it where the engine has the image, with --host";
            return vec![CheckLine::warning(RULE, why, fix).of(&service.name)];
        }
    };
    compare(view, service, facts)
}

fn compare(view: &ProjectView, service: &ServiceView, facts: &ImageFacts) -> Vec<CheckLine> {
    let mut found = Vec::new();
    for path in &facts.volumes {
        let mount = service
            .mounts
            .iter()
            .find(|mount| is_same_path(&mount.target, path));
        let line = match mount {
            Some(mount) if mount.source == MountSource::Unnamed => CheckLine::fail(
                RULE,
                format!(
                    "{} has a volume without a name: no other container gets it",
                    clean(path)
                ),
                format!("write `- {}`", mend(view, service, path)),
            )
            .at(&mount.place),
            Some(mount) => {
                CheckLine::ok(RULE, format!("{} is {}", clean(path), words(mount))).at(&mount.place)
            }
            None => uncovered(view, service, path),
        };
        found.push(line.of(&service.name));
    }
    found
}

fn uncovered(view: &ProjectView, service: &ServiceView, path: &str) -> CheckLine {
    let parent = service.mounts.iter().find(|mount| is_below(path, &mount.target));
    let child = service.mounts.iter().find(|mount| is_below(&mount.target, path));
    let alike = service
        .mounts
        .iter()
        .find(|mount| normal_path(&mount.target).eq_ignore_ascii_case(&normal_path(path)));
    let why = match (parent, child, alike) {
        (_, _, Some(mount)) => format!("; {} is another path", clean(&mount.target)),
        (Some(mount), _, None) => format!(
            "; the mount on {} does not cover it, and what that has there is hidden",
            clean(&mount.target)
        ),
        (None, Some(mount), None) => format!("; only {} below it is mounted", clean(&mount.target)),
        (None, None, None) => String::new(),
    };
    let place = alike
        .or(parent)
        .or(child)
        .map_or(&service.place, |mount| &mount.place);
    CheckLine::fail(
        RULE,
        format!(
            "{}, a volume of the image, has no mount: an anonymous volume takes its place{why}",
            clean(path)
        ),
        format!("add `- {}` to its volumes", mend(view, service, path)),
    )
    .at(place)
}

/// The mount that is missing: the one that another service has there, or a new volume.
fn mend(view: &ProjectView, service: &ServiceView, path: &str) -> String {
    let others = view.services.iter().filter(|other| other.name != service.name);
    let same = |mount: &&MountView| is_same_path(&mount.target, path);
    let source = others
        .flat_map(|other| &other.mounts)
        .filter(same)
        .find_map(|mount| match &mount.source {
            MountSource::Named(name) => Some(name.clone()),
            MountSource::Path(path) => Some(path.clone()),
            MountSource::Unnamed | MountSource::Memory => None,
        });
    let source = source.unwrap_or_else(|| volume_name(path));
    clean(&format!("{source}:{}", normal_path(path)))
}

fn words(mount: &MountView) -> String {
    match &mount.source {
        MountSource::Named(name) => format!("the volume {}", clean(name)),
        MountSource::Path(path) => format!("{} of the host", clean(path)),
        MountSource::Memory => "memory".to_owned(),
        MountSource::Unnamed => "a volume without a name".to_owned(),
    }
}
