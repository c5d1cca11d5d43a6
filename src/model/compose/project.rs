//! What a Compose file is generated from: a project, its image, and the services that share it.

use super::pinned_ref::PinnedRef;
use super::service_mount::ServiceMount;
use crate::model::names::{ImageName, PinKey, ProjectName, ServiceName};
use crate::model::profile::Profile;
use std::collections::BTreeMap;

/// A project whose services share one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeProject {
    /// What Compose calls it.
    pub name: ProjectName,
    /// The profile whose image it runs, behind whose variable.
    pub profile: Profile,
    /// Where the image comes from when nothing else is said.
    pub origin: Option<ImageOrigin>,
    /// Where the image declares volumes.
    pub volumes: Vec<String>,
    /// The services, each of which runs the image.
    pub services: Vec<ServiceSettings>,
}

/// Where the services get their image from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageOrigin {
    /// It is there already, under this reference.
    Pinned(PinnedRef),
    /// Compose builds it from this folder.
    Build(String),
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSettings {
    /// What it is called.
    pub name: ServiceName,
    /// What it has mounted; whatever the image declares besides gets a volume.
    pub mounts: Vec<ServiceMount>,
    /// Its environment; Compose replaces `${NAME}` in it.
    pub environment: BTreeMap<String, String>,
    /// What it runs; the image's own command where this is empty.
    pub command: Vec<String>,
    /// When the engine starts it again.
    pub restart: String,
    /// The profiles of Compose under which alone it is started.
    pub profiles: Vec<String>,
    /// The services that are started before it.
    pub depends_on: Vec<ServiceName>,
    /// The ports that the host gives it.
    pub ports: Vec<String>,
    /// The command that tells whether it is well.
    pub health: Vec<String>,
}

impl ServiceSettings {
    /// A service that only has a name.
    pub fn named(name: ServiceName) -> Self {
        Self {
            name,
            mounts: Vec::new(),
            environment: BTreeMap::new(),
            command: Vec::new(),
            restart: "unless-stopped".to_owned(),
            profiles: Vec::new(),
            depends_on: Vec::new(),
            ports: Vec::new(),
            health: Vec::new(),
        }
    }
}

impl ComposeProject {
    /// The image: what a tag alone is a tag of.
    pub fn image(&self) -> &ImageName {
        &self.profile.image
    }

    /// The variable that pins it.
    pub fn pin(&self) -> &PinKey {
        &self.profile.compose_pin
    }

    /// The project that a profile has without any config. That of disinto has the services and mounts that its own generator
    /// makes (research/seeds.md 2.3), and in all of them every VOLUME of the image.
    pub fn of_profile(profile: &Profile) -> Option<Self> {
        let is_disinto = profile.name == "disinto";
        let services = if is_disinto { disinto()? } else { Vec::new() };
        let volumes = if is_disinto { &DISINTO_VOLUMES[..] } else { &[] };
        Some(Self {
            name: ProjectName::parse(&profile.name).ok()?,
            profile: profile.clone(),
            origin: None,
            volumes: volumes.iter().map(|&path| path.to_owned()).collect(),
            services,
        })
    }
}

/// What the seed has the image declare.
const DISINTO_VOLUMES: [&str; 4] = [
    "/home/agent/data",
    "/home/agent/repos",
    "/home/agent/disinto/projects",
    "/home/agent/disinto/state",
];

const DISINTO_MOUNTS: [&str; 4] = [
    "agent-data:/home/agent/data",
    "project-repos:/home/agent/repos",
    "./projects:/home/agent/disinto/projects",
    "./state:/home/agent/disinto/state",
];

fn disinto() -> Option<Vec<ServiceSettings>> {
    let service = |name: &str| -> Option<ServiceSettings> {
        let mounts = DISINTO_MOUNTS.iter().map(|text| ServiceMount::parse(text).ok());
        Some(ServiceSettings {
            mounts: mounts.collect::<Option<_>>()?,
            ..ServiceSettings::named(ServiceName::parse(name).ok()?)
        })
    };
    let on_demand = |name: &str, profile: &str| -> Option<ServiceSettings> {
        Some(ServiceSettings {
            restart: "no".to_owned(),
            profiles: vec![profile.to_owned()],
            ..service(name)?
        })
    };
    let agents = ServiceSettings {
        health: ["pgrep", "-f", "entrypoint.sh"].map(str::to_owned).into(),
        ..service("agents")?
    };
    Some(vec![
        agents,
        on_demand("runner", "vault")?,
        on_demand("reproduce", "reproduce")?,
        service("edge")?,
    ])
}

#[cfg(test)]
mod tests {
    use super::ComposeProject;
    use crate::model::profile::Profile;

    #[test]
    fn the_project_of_disinto_has_its_services_and_another_profile_has_none() {
        let disinto = Profile {
            name: "disinto".to_owned(),
            ..Profile::convocate()
        };
        let project = ComposeProject::of_profile(&disinto).unwrap();
        let names: Vec<&str> = project.services.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["agents", "runner", "reproduce", "edge"]);
        let bare = ComposeProject::of_profile(&Profile::convocate()).unwrap();
        assert!(bare.services.is_empty() && bare.volumes.is_empty());
    }
}
