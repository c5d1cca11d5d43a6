//! The profiles that need no config: the three kinds of agent hosts that tagboat knows.

use crate::model::contract::usual_contract;
use crate::model::names::ImageName;
use crate::model::profile::{HostPaths, Profile, SessionSelector};

/// The built-in profiles; the first is the default.
pub fn builtin_profiles() -> Vec<Profile> {
    let kinds = [("disinto", "ghcr.io/disinto/agents"), ("cloche", "cloche-agent")];
    let others = kinds
        .into_iter()
        .filter_map(|(name, image)| Some(by_image(name, ImageName::parse(image).ok()?)));
    std::iter::once(Profile::convocate()).chain(others).collect()
}

/// A profile whose sessions carry no common name: whatever runs the image is one.
fn by_image(name: &str, image: ImageName) -> Profile {
    let base = Profile::convocate();
    Profile {
        name: name.to_owned(),
        image,
        registry: None,
        sessions: SessionSelector::AnyOfImage,
        templates: Vec::new(),
        attach: Vec::new(),
        units: Vec::new(),
        contract: usual_contract(name),
        paths: HostPaths {
            stamp: format!("/etc/{name}-agent/current-image"),
            history: format!("/etc/{name}-agent/image-history"),
            ..base.paths
        },
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::builtin_profiles;

    #[test]
    fn there_are_three_built_in_profiles_with_stamps_of_their_own() {
        let profiles = builtin_profiles();
        let names: Vec<_> = profiles.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["convocate", "disinto", "cloche"]);
        assert_eq!(profiles[1].paths.stamp, "/etc/disinto-agent/current-image");
    }
}
