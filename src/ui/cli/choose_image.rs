//! Which image a word of the command line means: a whole reference, or a tag of the image that the hosts run.

use super::stop::Stop;
use crate::model::names::{ImageRef, InvalidName, Tag};
use crate::model::profile::HostSettings;

/// Reads `NAME:TAG`, or a tag of the one image that all these hosts run.
pub(super) fn choose_image(word: &str, hosts: &[HostSettings]) -> Result<ImageRef, Stop> {
    if word.contains([':', '/']) {
        return ImageRef::parse(word).map_err(|invalid| wrong(&invalid));
    }
    let tag = choose_tag(word)?;
    let mut images: Vec<_> = hosts.iter().map(|host| &host.profile.image).collect();
    images.sort();
    images.dedup();
    match images.as_slice() {
        [image] => Ok(image.with_tag(tag)),
        [] => Err(Stop::usage(
            "no host was chosen",
            "name hosts with --host, or use --all",
        )),
        several => {
            let names: Vec<_> = several.iter().map(ToString::to_string).collect();
            Err(Stop::usage(
                format!(
                    "the tag {tag} alone is not clear: these hosts run {}",
                    names.join(" and ")
                ),
                format!("write {}:{tag}, or choose hosts that run one image", several[0]),
            ))
        }
    }
}

/// Reads a tag.
pub(super) fn choose_tag(word: &str) -> Result<Tag, Stop> {
    Tag::parse(word).map_err(|invalid| wrong(&invalid))
}

fn wrong(invalid: &InvalidName) -> Stop {
    Stop::usage(
        format!("{:?} is not a valid {}", invalid.text, invalid.kind),
        format!("write {}", invalid.rule),
    )
}

#[cfg(test)]
mod tests {
    use super::choose_image;
    use crate::model::names::{HostName, ImageName};
    use crate::model::profile::{Address, Guard, HostSettings, KnownFrom, Profile};

    fn host(name: &str, image: &str) -> HostSettings {
        HostSettings {
            name: HostName::parse(name).unwrap(),
            address: Address::Local,
            known_from: KnownFrom::ConfigFile,
            groups: Vec::new(),
            guard: Guard::Normal,
            helper: true,
            profile: Profile {
                image: ImageName::parse(image).unwrap(),
                ..Profile::convocate()
            },
        }
    }

    #[test]
    fn a_bare_tag_is_a_tag_of_the_image_that_the_hosts_run() {
        let hosts = [host("a", "convocate"), host("b", "convocate")];
        assert_eq!(choose_image("v1", &hosts).unwrap().to_string(), "convocate:v1");
        assert_eq!(
            choose_image("ghcr.io/t/i:v1", &hosts).unwrap().to_string(),
            "ghcr.io/t/i:v1"
        );
    }

    #[test]
    fn a_bare_tag_for_hosts_that_run_different_images_is_not_guessed() {
        let hosts = [host("a", "convocate"), host("b", "cloche-agent")];
        let stop = choose_image("v1", &hosts).unwrap_err();
        assert_eq!(
            stop.cause,
            "the tag v1 alone is not clear: these hosts run cloche-agent and convocate"
        );
        assert!(choose_image("v 1", &hosts).is_err());
        assert!(choose_image("name/without-tag", &hosts).is_err());
    }
}
