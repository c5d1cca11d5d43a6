//! What one pass over an archive found in it, and whether that is the image that was asked for.

use super::defect::ArchiveDefect;
use crate::model::fleet::SourceImage;
use crate::model::names::{Digest, ImageRef};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What was learned of one file.
#[derive(Debug, Clone)]
pub(super) struct FileFacts {
    /// The digest of it as it is in the archive.
    pub(super) digest: Digest,
    /// The digest of its uncompressed bytes; none when they cannot be had.
    pub(super) diff_id: Option<Digest>,
    /// Its text, if it is JSON and small enough to be a config or a manifest.
    pub(super) json: Option<Vec<u8>>,
}

/// The files, links and image list of an archive.
#[derive(Default)]
pub(super) struct Contents {
    /// Regular files by their path.
    pub(super) files: BTreeMap<String, FileFacts>,
    /// Symbolic links by their path, resolved to a path inside the archive.
    pub(super) links: BTreeMap<String, String>,
    /// The text of `manifest.json`.
    pub(super) manifest: Option<Vec<u8>>,
}

/// One image in `manifest.json`; other fields of it are not needed to load it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
}

/// What a config must say to be that of the image.
#[derive(Deserialize)]
struct Config {
    os: String,
    architecture: String,
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Vec<Digest>,
}

/// What an OCI index or manifest refers to.
#[derive(Deserialize)]
struct Pointers {
    config: Option<Pointer>,
    #[serde(default)]
    manifests: Vec<Pointer>,
}

#[derive(Deserialize)]
struct Pointer {
    digest: Digest,
}

/// The config of an archive that is the image that was asked for.
#[derive(Debug)]
pub(super) struct Checked {
    /// Its digest.
    pub(super) config_digest: Digest,
    /// Its text.
    pub(super) config: String,
}

impl Contents {
    /// Whether this is exactly `image`, as the engine that made the archive describes it, under no other tag than `reference`.
    pub(super) fn check(&self, image: &SourceImage, reference: &ImageRef) -> Result<Checked, ArchiveDefect> {
        if self.files.is_empty() && self.manifest.is_none() {
            return Err(ArchiveDefect::Empty);
        }
        let listed = self.the_only_image()?;
        check_tags(&listed, reference)?;
        let config = self.file(&listed.config)?;
        self.check_identity(image, config)?;
        let text = check_config(image, config)?;
        self.check_layers(image, listed.layers.as_deref().unwrap_or_default())?;
        Ok(Checked {
            config_digest: config.digest.clone(),
            config: text,
        })
    }

    fn the_only_image(&self) -> Result<Listed, ArchiveDefect> {
        let text = self
            .manifest
            .as_deref()
            .ok_or_else(|| ArchiveDefect::Missing("manifest.json".to_owned()))?;
        let mut images: Vec<Listed> =
            serde_json::from_slice(text).map_err(|error| ArchiveDefect::Manifest(error.to_string()))?;
        match (images.pop(), images.len()) {
            (Some(image), 0) => Ok(image),
            (last, others) => Err(ArchiveDefect::ImageCount(others + usize::from(last.is_some()))),
        }
    }

    /// A file by a path of `manifest.json`, through the links that Docker 20.10 writes for layers that repeat.
    fn file(&self, path: &str) -> Result<&FileFacts, ArchiveDefect> {
        let path = self.links.get(path).map_or(path, String::as_str);
        self.files
            .get(path)
            .ok_or_else(|| ArchiveDefect::Missing(path.to_owned()))
    }

    /// The config must be what the image's id stands for: by itself, or through the manifest or index with that digest.
    fn check_identity(&self, image: &SourceImage, config: &FileFacts) -> Result<(), ArchiveDefect> {
        if self.leads_to(&image.id.0, &config.digest, 3) {
            return Ok(());
        }
        Err(ArchiveDefect::OtherImage {
            expected: image.id.0.clone(),
            got: config.digest.clone(),
        })
    }

    /// Index, manifest and config are the three levels that there can be.
    fn leads_to(&self, from: &Digest, config: &Digest, levels: usize) -> bool {
        if from == config {
            return true;
        }
        let pointers = || -> Option<Pointers> {
            let facts = self.files.values().find(|facts| facts.digest == *from)?;
            serde_json::from_slice(facts.json.as_deref()?).ok()
        };
        levels > 1
            && pointers().is_some_and(|to| {
                to.config
                    .iter()
                    .chain(&to.manifests)
                    .any(|next| self.leads_to(&next.digest, config, levels - 1))
            })
    }

    fn check_layers(&self, image: &SourceImage, paths: &[String]) -> Result<(), ArchiveDefect> {
        if paths.len() != image.layers.len() {
            let (has, needs) = (paths.len(), image.layers.len());
            return Err(ArchiveDefect::Manifest(format!(
                "it lists {has} layers, the image has {needs}"
            )));
        }
        for (number, (path, expected)) in (1..).zip(paths.iter().zip(&image.layers)) {
            let got = self
                .file(path)?
                .diff_id
                .as_ref()
                .ok_or(ArchiveDefect::LayerUnreadable(number))?;
            if got != expected {
                return Err(ArchiveDefect::Layer {
                    number,
                    expected: expected.clone(),
                    got: got.clone(),
                });
            }
        }
        Ok(())
    }
}

/// Some engines write the tag with their default registry before it; an untagged image has none.
fn check_tags(listed: &Listed, reference: &ImageRef) -> Result<(), ArchiveDefect> {
    let tags = listed.repo_tags.as_deref().unwrap_or_default();
    let wanted = reference.to_string();
    let is_wanted = |tag: &String| *tag == wanted || tag.ends_with(&format!("/{wanted}"));
    if tags.len() <= 1 && tags.iter().all(is_wanted) {
        Ok(())
    } else {
        Err(ArchiveDefect::Tags(crate::model::clean::clean(&tags.join(", "))))
    }
}

/// The config's text, when it is about the image.
fn check_config(image: &SourceImage, facts: &FileFacts) -> Result<String, ArchiveDefect> {
    let unusable = |error: &dyn std::fmt::Display| ArchiveDefect::Config(error.to_string());
    let text = facts
        .json
        .as_deref()
        .ok_or_else(|| ArchiveDefect::Config("it is no JSON object".to_owned()))?;
    let text = std::str::from_utf8(text).map_err(|error| unusable(&error))?;
    let config: Config = serde_json::from_str(text).map_err(|error| unusable(&error))?;
    let platform = (config.os.as_str(), config.architecture.as_str());
    if platform != (image.platform.os.as_str(), image.platform.architecture.as_str()) {
        let (os, architecture) = platform;
        return Err(ArchiveDefect::Config(format!(
            "it is for {os}/{architecture}, the image for {}",
            image.platform
        )));
    }
    if config.rootfs.diff_ids != image.layers {
        return Err(ArchiveDefect::Config(
            "it lists other layers than the image has".to_owned(),
        ));
    }
    Ok(text.to_owned())
}
