//! One project that goes from `build:` to a pin: what it is now, and what it gets.

use super::edit::NewVolume;
use crate::model::names::{
    ContainerId, Digest, ImageId, ImageRef, InvalidName, PinKey, ProjectName, ProjectPath, ServiceName,
};
use serde::{Deserialize, Serialize};

/// A project and its change. The texts of its files are not in it: they may hold secrets, and a plan is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// The project.
    pub project: ProjectName,
    /// The folder that its relative paths start at.
    pub folder: ProjectPath,
    /// Its Compose file.
    pub file: ProjectPath,
    /// Its `.env`.
    pub env_file: ProjectPath,
    /// The variable that will pin it.
    pub pin: PinKey,
    /// The image that it gets.
    pub onto: ImageRef,
    /// That image on the host.
    pub onto_id: ImageId,
    /// The services that get it.
    pub services: Vec<MigratedService>,
    /// What its files were when this was planned, and are to be.
    pub texts: Texts,
}

/// A service that gets the pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigratedService {
    /// Which.
    pub service: ServiceName,
    /// Its container, where it has one.
    pub container: Option<ContainerId>,
    /// What that container is called.
    pub name: String,
    /// The image that it runs.
    pub from_id: Option<ImageId>,
    /// Whether it runs.
    pub is_up: bool,
    /// Its volumes without a name.
    pub anonymous: Vec<AnonymousVolume>,
}

/// A volume without a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnonymousVolume {
    /// Where it is in the container.
    pub path: String,
    /// The 64 digits that the engine calls it by.
    pub volume: String,
    /// The volume of the project that it is copied into; none where it stays as it is.
    pub copied_into: Option<String>,
}

/// The SHA-256 of the files of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// Of the Compose file as it was.
    pub file: Digest,
    /// Of the Compose file as it is to be.
    pub file_after: Digest,
    /// Of the `.env` as it was; none where there was none.
    pub env: Option<Digest>,
}

impl Migration {
    /// The names of the services.
    pub fn names(&self) -> Vec<ServiceName> {
        self.services.iter().map(|one| one.service.clone()).collect()
    }

    /// The volumes that get a name.
    pub fn new_volumes(&self) -> Vec<NewVolume> {
        let each = self.services.iter().flat_map(|one| {
            one.anonymous.iter().filter_map(|volume| {
                Some(NewVolume {
                    service: one.service.clone(),
                    path: volume.path.clone(),
                    name: volume.copied_into.clone()?,
                })
            })
        });
        each.collect()
    }

    /// Under which references the images of before stay, each once, those of the first service first.
    pub fn ways_back(&self) -> Vec<(ImageId, ImageRef)> {
        let mut ways: Vec<(ImageId, ImageRef)> = Vec::new();
        for id in self.services.iter().filter_map(|one| one.from_id.as_ref()) {
            if let (false, Ok(way)) = (
                ways.iter().any(|(known, _)| known == id),
                way_back(&self.onto, id),
            ) {
                ways.push((id.clone(), way));
            }
        }
        ways
    }
}

/// The reference under which an image of before stays: what the pin is set to, to go back.
pub fn way_back(onto: &ImageRef, image: &ImageId) -> Result<ImageRef, InvalidName> {
    ImageRef::parse(&format!("{}:before-{}", onto.image, image.short()))
}
